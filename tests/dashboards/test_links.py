"""A run opens at its own span of time."""

from urllib.parse import parse_qs, urlsplit

import pytest

from commands import main as cli
from reports.dashboards.links import page_url, run_links
from rig.clock import VirtualClock
from rig.errors import RecordNotFoundError
from rig.record.bodies.codec import from_body
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.streaming import records

EPOCH_MS = records.EPOCH_NS // 1_000_000


def asked_of(address):
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


def spans(path):
    return [(asked["from"], asked["to"]) for asked in (asked_of(address) for _, address in run_links(path, "http://g"))]


def test_a_finished_run_opens_from_its_first_to_its_last_moment(tmp_path):
    path = records.everything(tmp_path)
    assert spans(path) == [(str(EPOCH_MS), str(EPOCH_MS + 180_000))] * 2


def test_a_runs_last_moment_is_rounded_up_so_that_it_is_seen(tmp_path):
    clock = VirtualClock(records.EPOCH_NS)
    with records.begin(tmp_path, "r", clock) as record:
        clock.wait_s(0.0005)
        record.stop(Stop("FINISHED"))
    assert spans(record.path)[0] == (str(EPOCH_MS), str(EPOCH_MS + 1))


def test_a_run_under_way_on_the_wall_clock_is_followed_into_the_present(tmp_path):
    body = from_body(Start, records.start_body(clock="wall"))
    with RunRecord.create(tmp_path, "r", body, records.EPOCH_NS, VirtualClock(records.EPOCH_NS)) as record:
        assert spans(record.path) == [(str(EPOCH_MS), "now")] * 2


def test_a_run_under_way_in_virtual_time_opens_up_to_its_latest_entry(tmp_path):
    clock = VirtualClock(records.EPOCH_NS)
    with records.begin(tmp_path, "r", clock) as record:
        clock.wait_s(60.0)
        record.event(OtherEvent("noticed", {}))
        assert spans(record.path) == [(str(EPOCH_MS), str(EPOCH_MS + 60_000))] * 2


def test_a_hostile_name_survives_the_address():
    address = page_url("http://g/", "uid", "r & d=1 #2 µ", "1", "2")
    assert address.startswith("http://g/d/uid?")
    assert asked_of(address) == {"var-run": "r & d=1 #2 µ", "from": "1", "to": "2"}


def test_a_run_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordNotFoundError, match="nothing"):
        list(run_links(tmp_path / "nothing.rig.db", "http://g"))


def test_the_command_prints_a_runs_pages(tmp_path, capsys):
    records.everything(tmp_path, "run-1")
    assert cli.main(["dashboards", "--run", "last", "--runs", str(tmp_path), "--grafana", "https://g.example/x"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(": ", 1)[0] for line in printed] == ["Live run", "Run overview"]
    assert all(line.split(": ", 1)[1].startswith("https://g.example/x/d/pump-rig-") for line in printed)
