"""`rig sync`: any number of past runs, a line for each, and nothing twice."""

import pytest

from commands.main import main
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.start import Start
from rig.record.reader import RecordReader
from rig.streaming.client import InfluxWriter
from rig.streaming.cursor import Cursor, cursor_path, read_refused
from rig.streaming.reconcile import reconcile
from rig.streaming.status import streaming_lines
from rig.streaming.sync import sync
from rig.streaming.target import find_target, read_token
from tests.streaming.faults import Answer, always, faulty
from tests.streaming.records import EPOCH_NS, begin, everything


def environment_for(url, database):
    return {"RIG_INFLUX_URL": url, "RIG_INFLUX_BUCKET": f"{database}/autogen"}


def test_past_runs_are_filled_in_each_with_its_line(influx_server, database, said, tmp_path):
    records = [everything(tmp_path, f"run-{number}") for number in range(3)]
    assert sync(records, said.append, environment=environment_for(influx_server.url, database))
    rows = influx_server.rows('SELECT count("seq") FROM "runs" GROUP BY "run"', database)
    assert {row["run"]: row["count"] for row in rows} == {"run-0": 2, "run-1": 2, "run-2": 2}
    label = f"{influx_server.url} {database}/autogen"
    counts = "sent 194 points, pending nothing, refused 0; counts equal in all 17 series"
    assert said == [f"run-{number}: {label}: complete, {counts}" for number in range(3)]


def test_a_server_that_was_rebuilt_empty_gets_everything_again(influx_server, database, said, tmp_path):
    records = [everything(tmp_path, f"run-{number}") for number in range(2)]
    environment = environment_for(influx_server.url, database)
    sync(records, said.append, environment=environment)
    influx_server.drop(database)
    influx_server.create(database)
    assert sync(records, said.append, environment=environment)
    assert "run-0: the server holds less than it did (0 of 2 points of runs): all of it is sent again" in said
    rows = influx_server.rows('SELECT count("seq") FROM "runs" GROUP BY "run"', database)
    assert {row["run"]: row["count"] for row in rows} == {"run-0": 2, "run-1": 2}


def test_what_was_refused_is_left_until_it_is_sent_again(influx_server, database, said, tmp_path):
    record = everything(tmp_path)
    environment = environment_for(influx_server.url, database)
    influx_server.write(database, f'results value_percent="a text where a number comes" {EPOCH_NS}')
    assert not sync([record], said.append, environment=environment)
    assert "incomplete" in said[-1]
    assert not sync([record], said.append, environment=environment)
    assert "1 of 194 points refused" in said[-1]
    (refused,) = read_refused(cursor_path(record, find_target(Start(), environment).key))
    assert refused.what.startswith("results,")
    influx_server.forget(database, "results")
    assert sync([record], said.append, environment=environment, again=True)
    assert "counts equal in all 17 series" in said[-1]


def test_counts_of_a_stream_are_those_of_all_parts_of_its_time(influx_server, database, tmp_path):
    record = everything(tmp_path)
    environment = environment_for(influx_server.url, database)
    sync([record], print, environment=environment)
    target = find_target(Start(), environment)
    token = read_token(target, environment)
    with Cursor(record, target.key, target.label) as cursor, InfluxWriter(target, token) as writer:
        found = reconcile(record, cursor.encoder_state(), (), writer, rows_per_query=2)
    assert found.outcome == "equal"
    assert max(count.record for count in found.counts) > 4


def test_a_token_that_may_only_write_is_enough(influx_server, database, said, tmp_path):
    with faulty(influx_server.url) as proxy:
        proxy.to_reads = Answer(403)
        environment = environment_for(proxy.url, database)
        for _ in range(2):
            assert sync([everything(tmp_path, f"run-{len(said)}")], said.append, environment=environment)
    assert "the token may not read this bucket" in said[0]


def test_what_is_done_is_not_done_again(influx_server, database, said, tmp_path):
    record = everything(tmp_path)
    environment = environment_for(influx_server.url, database)
    sync([record], said.append, environment=environment)
    size = record.stat().st_size
    with faulty(influx_server.url) as proxy:
        assert sync([record], said.append, environment=environment)
        assert proxy.writes == 0
    assert record.stat().st_size == size
    assert said[1:] == [f"{influx_server.url} {database}/autogen: 1 run complete before and still there"]


def test_a_server_that_refuses_us_is_asked_for_the_first_run_only(influx_server, said, tmp_path):
    records = [everything(tmp_path, f"run-{number}") for number in range(3)]
    with faulty(influx_server.url) as proxy:
        proxy.rule = always(Answer(401))
        assert not sync(records, said.append, environment=environment_for(proxy.url, "any"))
        writes = proxy.writes
    assert writes == 1
    assert ["not tried" in line for line in said[-2:]] == [True, True]


def test_a_run_that_goes_on_is_sent_as_far_as_it_is(influx_server, database, said, tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr("rig.streaming.sync.start_streamer", lambda record, _: (started.append(record), ("begun",))[1])
    with begin(tmp_path) as record:
        record.event(OtherEvent("tick", {}))
        assert sync([record.path], said.append, environment=environment_for(influx_server.url, database))
    assert ("pending nothing" in said[0], started) == (True, [record.path])


def test_nobody_named_a_server(said, tmp_path):
    assert not sync([everything(tmp_path)], said.append, environment={})
    assert "no InfluxDB is named" in said[0]


def test_the_command_fills_in_all_runs(influx_server, database, tmp_path, monkeypatch, capsys):
    for key, value in environment_for(influx_server.url, database).items():
        monkeypatch.setenv(key, value)
    everything(tmp_path)
    assert main(["sync", "--runs", str(tmp_path)]) == 0
    assert "counts equal" in capsys.readouterr().out


def test_the_list_of_runs_says_how_streaming_stands(influx_server, database, said, tmp_path, capsys):
    record = everything(tmp_path)
    sync([record], said.append, environment=environment_for(influx_server.url, database))
    main(["runs", "--runs", str(tmp_path)])
    assert streaming_lines(record)[0] in capsys.readouterr().out


@pytest.mark.parametrize("name", ["stream", "sync"])
def test_a_run_that_is_not_there_is_an_error(name, tmp_path, capsys):
    assert main([name, "nothing", "--runs", str(tmp_path)]) == 2
    assert "nothing" in capsys.readouterr().err


def test_the_head_of_a_record_is_in_the_server(influx_server, database, said, tmp_path):
    record = everything(tmp_path)
    sync([record], said.append, environment=environment_for(influx_server.url, database))
    rows = influx_server.rows('SELECT last("head") AS head FROM "runs"', database)
    with RecordReader(record) as reader:
        assert [row["head"] for row in rows] == [reader.head()]
