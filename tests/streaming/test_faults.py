"""Whatever happens between streamer and server: every sample exactly once in the server, none invented."""

import gzip
import re
from dataclasses import replace

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import VirtualClock, machine_utc_ns
from rig.record.bodies.others import Stop
from rig.record.reader import RecordReader
from rig.samples import Block
from rig.streaming import encoder, sender
from rig.streaming.cursor import Cursor
from tests.patience import patient
from tests.streaming.faults import Answer, Fault, always, faulty
from tests.streaming.records import EPOCH_NS, begin, everything

LATER = Answer(429, {"Retry-After": "0.3"})
FAULTS = {
    "429 with Retry-After": [LATER, LATER],
    "500": [Answer(500), Answer(500, body="<html>no</html>")],
    "503": [Answer(503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})],
    "reset in the middle": [Fault.RESET_MID_BODY, Fault.RESET_MID_BODY],
    "taken, but the answer lost": [Fault.RESET_AFTER, Fault.RESET_AFTER],
    "taken, but the answer cut": [Fault.CUT_ANSWER],
    "no HTTP": [Fault.GARBAGE],
    "binary error text": [Answer(502, body="\udcff")],
}


SILENCES = {"hang": [Fault.HANG, Fault.HANG], "half-open": [Fault.HALF_OPEN]}


@pytest.fixture
def small_groups(monkeypatch):
    """Make a small record many requests and many steps of the cursor."""
    monkeypatch.setattr(encoder, "ENTRIES_PER_GROUP", 3)
    monkeypatch.setattr(encoder, "BODY_BYTES", 4000)
    monkeypatch.setattr(sender, "FIRST_WAIT_S", 0.01)


def assert_exactly_once(server, database, record):
    """Compare stamps and values of a stream one by one, and that there is nothing else."""
    with RecordReader(record) as reader:
        flow = reader.series("flow")
        events = reader.counts()["event"]
    (series,) = server.query('SELECT "flow_ul_h" FROM "samples"', database)
    assert np.array_equal(np.array([row[0] for row in series["values"]], np.int64), flow.t_ns)
    assert np.array_equal(np.array([row[1] for row in series["values"]]), flow.columns["flow"])
    assert len(server.rows('SELECT "seq" FROM "events"', database)) == events


@pytest.mark.parametrize("fault", FAULTS | SILENCES)
def test_a_server_that_misbehaves_costs_nothing(fault, influx_server, database, target, send, small_groups, tmp_path):
    record = everything(tmp_path)
    faults = (FAULTS | SILENCES)[fault]
    # A silence costs the whole time-out.
    timeout_s = patient(0.1 if fault in SILENCES else 5.0)
    with faulty(influx_server.url) as proxy:
        # The first request, one in the middle, and whatever comes after the others are through.
        proxy.plan.extend([*faults, *[Fault.PASS] * 2, *faults])
        progress = send(record, replace(target, url=proxy.url), timeout_s=timeout_s)
        left = len(proxy.plan)
    assert_exactly_once(influx_server, database, record)
    assert (left, progress.refused, progress.reconciled) == (0, 0, "counts equal in all 17 series")


@pytest.mark.parametrize("status, advice", [(401, "token"), (403, "token"), (404, "bucket"), (302, "")])
def test_a_server_that_refuses_us_is_told_once_and_asked_no_more(status, advice, target, send, said, tmp_path):
    record = everything(tmp_path)
    with faulty(target.url) as proxy:
        proxy.rule = always(Answer(status))
        progress = send(record, replace(target, url=proxy.url))
        writes = proxy.writes
    (line,) = said
    assert (progress.status, progress.sent, writes) == ("paused", 0, 1)
    assert str(status) in line
    assert advice in line


def test_what_was_paused_goes_on_when_asked_again(influx_server, database, target, send, small_groups, tmp_path):
    record = everything(tmp_path)
    with faulty(influx_server.url) as proxy:
        there = replace(target, url=proxy.url)
        proxy.plan.extend([Fault.PASS, Fault.PASS, Answer(401)])
        paused = send(record, there)
        done = send(record, there)
    assert (paused.status, done.reconciled) == ("paused", "counts equal in all 17 series")
    assert_exactly_once(influx_server, database, record)


def test_a_server_that_stays_away_is_left_for_later(target, send, tmp_path):
    record = everything(tmp_path)
    with faulty(target.url) as proxy:
        proxy.rule = always(Answer(503))
        progress = send(record, replace(target, url=proxy.url), patience_s=0.5)
    assert (progress.status, progress.seq) == ("gave up", 0)


def test_retry_after_is_honoured(target, send, tmp_path):
    record = everything(tmp_path)
    with faulty(target.url) as proxy:
        proxy.plan.append(Answer(429, {"Retry-After": "3000"}))
        progress = send(record, replace(target, url=proxy.url), patience_s=10.0)
        writes = proxy.writes
    # 3000 s is more than anybody waits here: the server is not asked a second time.
    assert (progress.status, writes) == ("gave up", 1)


@pytest.mark.parametrize("status", [400, 422])
def test_a_refused_point_is_set_aside_and_the_rest_goes_through(
    status, influx_server, database, target, send, tmp_path
):
    record = everything(tmp_path)
    with faulty(influx_server.url) as proxy:
        there = replace(target, url=proxy.url)
        bad = Answer(status, body='{"code":"invalid","message":"this point is not wanted"}')
        proxy.rule = lambda body: bad if b" mass_mg=0.02" in gzip.decompress(body) else None
        progress = send(record, there)
    with Cursor(record, there.key, "") as cursor:
        (refused,) = cursor.refused()
    assert (refused.measurement, refused.reason) == ("samples", "this point is not wanted")
    assert "mass_mg=0.02" in refused.what
    assert (progress.refused, progress.reconciled) == (1, "counts equal in all 17 series")
    assert_exactly_once(influx_server, database, record)


def test_the_real_server_refuses_one_point_of_many(influx_server, database, target, send, tmp_path):
    record = everything(tmp_path)
    influx_server.write(database, f'results value_percent="so that a number of this name is refused" {EPOCH_NS}')
    progress = send(record, target)
    assert (progress.refused, progress.status) == (1, "incomplete")
    assert progress.reason.startswith("1 of 194 points refused, first reason: ")
    assert "partial write: field type conflict" in progress.reason
    assert_exactly_once(influx_server, database, record)


def test_too_large_a_body_is_halved(influx_server, database, target, send, tmp_path):
    record = everything(tmp_path)
    with faulty(influx_server.url) as proxy:
        proxy.rule = lambda body: Answer(413) if len(body) > 600 else None
        progress = send(record, replace(target, url=proxy.url))
    assert (progress.refused, progress.reconciled) == (0, "counts equal in all 17 series")


def test_a_server_that_takes_nothing_at_all_sets_nothing_aside(target, send, tmp_path):
    record = everything(tmp_path)
    with faulty(target.url) as proxy:
        proxy.rule = always(Answer(400))
        progress = send(record, replace(target, url=proxy.url))
    assert (progress.status, progress.refused) == ("paused", 0)
    assert "takes no point at all" in progress.reason


def test_reconciliation_sees_what_is_missing_and_what_was_invented(influx_server, database, target, send, tmp_path):
    record = everything(tmp_path)
    tags = "bench=mocked,dut=SIM-0001,instrument=flow,run=run-1,source=mocked"
    influx_server.write(database, f"samples,{tags} flow_ul_h=1 {EPOCH_NS + 61_000_000_001}")
    progress = send(record, target)
    assert progress.reconciled == (
        "counts DIFFER in 1 of 17 series, first samples flow flow_ul_h: record 150, refused 0, server 151"
    )


def test_an_error_of_the_servers_own_over_one_point_costs_that_point(
    influx_server, database, target, send, tmp_path, monkeypatch
):
    monkeypatch.setattr(sender, "FIRST_WAIT_S", 0.001)
    record = everything(tmp_path)
    with faulty(influx_server.url) as proxy:
        there = replace(target, url=proxy.url)
        proxy.rule = lambda body: Answer(500, body="panic") if b" mass_mg=0.02" in gzip.decompress(body) else None
        progress = send(record, there)
    assert (progress.refused, progress.status) == (1, "incomplete")
    assert "panic" in progress.reason
    assert_exactly_once(influx_server, database, record)


def test_a_server_that_fails_on_everything_is_waited_for(target, send, tmp_path, monkeypatch):
    monkeypatch.setattr(sender, "FIRST_WAIT_S", 0.001)
    record = everything(tmp_path)
    with faulty(target.url) as proxy:
        proxy.rule = always(Answer(500, body="panic"))
        progress = send(record, replace(target, url=proxy.url), patience_s=0.5)
    assert (progress.status, progress.refused) == ("gave up", 0)


def test_who_is_told_when_to_come_back_comes_back_then(influx_server, target, send, tmp_path):
    record = everything(tmp_path)
    with faulty(influx_server.url) as proxy:
        proxy.plan.append(Answer(503, {"Retry-After": "1"}))
        progress = send(record, replace(target, url=proxy.url), patience_s=0.3)
    assert progress.reconciled == "counts equal in all 17 series"


@pytest.mark.parametrize("answer", [Answer(200, body="<html>Log in</html>"), Answer(202)])
def test_what_is_not_204_is_not_taken(answer, target, send, tmp_path):
    record = everything(tmp_path)
    with faulty(target.url) as proxy:
        proxy.plan.append(answer)
        progress = send(record, replace(target, url=proxy.url))
    assert (progress.status, progress.sent) == ("paused", 0)
    assert f"{answer.status} instead of 204" in progress.reason


def test_what_a_proxy_took_for_the_server_is_sent_again(influx_server, database, target, send, said, tmp_path):
    record = everything(tmp_path)
    with faulty(influx_server.url) as proxy:
        proxy.plan.append(Answer(204))
        progress = send(record, replace(target, url=proxy.url), lag_s=0.1)
    assert "sent again" in said[0]
    assert (progress.status, progress.reconciled) == ("complete", "counts equal in all 17 series")
    assert_exactly_once(influx_server, database, record)


def test_a_policy_that_keeps_only_the_end_of_a_run_takes_that(influx_server, database, target, send, tmp_path):
    influx_server.keep_an_hour(database, "short")
    now_ns = machine_utc_ns()
    record = begin(tmp_path, clock=VirtualClock(now_ns - 14_400 * 10**9))
    with record:
        record.descriptor("flow", [Channel("flow", "µL/h")], {})
        t_ns = now_ns - np.arange(14_400, 600, -10, dtype=np.int64) * 10**9
        record.samples("flow", Block(t_ns, {"flow": np.arange(len(t_ns), dtype=float)}))
        record.stop(Stop("FINISHED"))
    progress = send(record.path, replace(target, bucket=f"{database}/short"))
    ((kept,),) = [
        s["values"] for s in influx_server.query('SELECT count("flow_ul_h") FROM "short"."samples"', database)
    ]
    assert 290 <= kept[1] <= 670  # an hour, and what else lies in its shard
    assert progress.status == "incomplete"
    assert re.search("points refused, first reason: .*partial write: .*retention policy", progress.reason)
    assert "1h0m0s" in progress.reason


def test_a_file_of_certificates_that_is_none_pauses_at_once(target, send, tmp_path):
    progress = send(everything(tmp_path), replace(target, url="https://127.0.0.1:1", ca_file=str(tmp_path / "ca.pem")))
    assert progress.status == "paused"
    assert "ca.pem cannot be used (No such file or directory)" in progress.reason


def test_an_address_where_nobody_speaks_tls_pauses_at_once(influx_server, target, send, tmp_path):
    progress = send(everything(tmp_path), replace(target, url=influx_server.url.replace("http:", "https:")))
    assert progress.status == "paused"
    assert "nobody speaks TLS there" in progress.reason


def test_a_server_of_tls_alone_that_hangs_up_on_plain_text_pauses_at_once(target, send, tmp_path):
    with faulty(target.url) as proxy:
        proxy.plan.append(Fault.RESET_MID_BODY)
        proxy.to_reads = Answer(400, body="Client sent an HTTP request to an HTTPS server.")
        progress = send(everything(tmp_path), replace(target, url=proxy.url))
    assert progress.status == "paused"
    assert "write https://: Client sent an HTTP request" in progress.reason


def test_a_policy_that_is_not_there_pauses_at_once(target, send, database, tmp_path):
    progress = send(everything(tmp_path), replace(target, bucket=f"{database}/autogon"))
    assert progress.status == "paused"
    assert "not found" in progress.reason


def test_the_proxy_of_the_environment_is_taken(influx_server, target, send, tmp_path, monkeypatch):
    with faulty(influx_server.url) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        progress = send(everything(tmp_path), replace(target, url="http://influx.invalid"))
        assert proxy.writes == 0  # by their whole address, which is how a proxy is asked
        assert proxy.seen
    assert progress.reconciled == "counts equal in all 17 series"


def test_a_host_that_needs_no_proxy_is_reached_without(influx_server, target, send, tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert send(everything(tmp_path), target).reconciled == "counts equal in all 17 series"
