"""What panels say, held against the record: infusions, boluses, a plan that broke, no number, two runs at once."""

import math
from collections import Counter

import numpy as np
import pytest

from reports.dashboards import happenings, health, live, signals, verdicts
from reports.dashboards.appearance import UL_PER_MG
from rig.channels import Channel
from rig.clock import VirtualClock
from rig.record.bodies.others import Stop
from rig.record.reader import RecordReader
from rig.samples import Block
from rig.streaming.results import said_of
from tests.dashboards import laboratory, odd
from tests.dashboards.grafana import EVERYTHING, Span, substituted
from tests.dashboards.test_queries import chosen, coarse_of
from tests.streaming import records

RUNS = pytest.mark.parametrize("number", [0, 1], ids=["infusions", "boluses"])
CHOSEN = {"source": "mocked", "bench": EVERYTHING, "dut": EVERYTHING, "instrument": EVERYTHING}


@pytest.fixture
def of_run(history):
    """Ask a panel's query of one of the laboratory's runs."""
    return lambda query, number: history.rows(query.text, chosen(history, history.runs[number]))


@pytest.fixture
def reader(history, number):
    with RecordReader(history.records[number]) as reader:
        yield reader


@RUNS
@pytest.mark.parametrize("panel", [verdicts.RESULTS, verdicts.LATEST_VERDICTS], ids=lambda one: one.title)
def test_results_are_those_of_the_record(of_run, reader, number, panel):
    shown = Counter((row["result"], row["verdict"], row["said"]) for row in of_run(panel.queries[0], number))
    assert shown == Counter((one.name, one.body.verdict, said_of(one.body)) for one in reader.results())


@pytest.mark.parametrize("panel", [verdicts.RESULTS, verdicts.LATEST_VERDICTS], ids=lambda one: one.title)
def test_a_result_without_a_number_is_among_them(streamed, panel):
    def no_number(folder):
        return odd.judged(folder, [(math.nan, 0.5, "INVALID")], "no-number")

    world = streamed(no_number)
    (row,) = world.rows(panel.queries[0].text, {"run": world.runs[0]})
    assert (row["verdict"], row["said"]) == ("INVALID", None)


@RUNS
def test_verdicts_are_counted_as_in_the_record(of_run, reader, number):
    rows = of_run(verdicts.VERDICT_COUNTS.queries[1], number)
    assert {row["verdict"]: row["count"] for row in rows} == reader.verdicts()


@RUNS
def test_commands_are_counted_as_in_the_record(of_run, reader, number):
    rows = of_run(happenings.COMMANDS.queries[0], number)
    told = Counter((one.name, one.body["verb"]) for one in reader.entries(kind="command"))
    assert {(row["instrument"], row["verb"]): row["count"] for row in rows} == told


@RUNS
def test_every_event_of_the_record_is_there_and_the_runs_end(of_run, reader, number):
    shown = Counter(row["event"] for row in of_run(happenings.EVENTS.queries[0], number))
    assert shown == Counter(one.name for one in reader.entries(kind="event")) + Counter(["run ends"])


def test_shares_of_the_uncertainty_are_those_of_the_record(of_run, history):
    rows = of_run(verdicts.UNCERTAINTY.queries[0], 0)
    with RecordReader(history.records[0]) as reader:
        plan = "test_rate[41.7]"
        numbers = [one.body.number for one in reader.results() if one.body.plan.endswith(plan) and one.body.number]
    wanted = [line.share_percent for number in numbers for line in number.budget]
    assert sorted(row["last"] for row in rows) == pytest.approx(sorted(wanted))


@RUNS
@pytest.mark.parametrize("title, column", [("Set rate", "rate"), ("Reservoir", "reservoir")])
def test_what_the_pump_says_now_is_its_last_word_in_the_record(of_run, reader, number, title, column):
    (query,) = next(panel for panel in live.DASHBOARD.panels if panel.title == title).queries
    (row,) = of_run(query, number)
    assert row["last"] == reader.series("pump").columns[column][-1]


@pytest.mark.parametrize("way", [0, 1], ids=["weighed", "counted"])
def test_a_volume_with_boluses_is_what_was_ordered(of_run, way):
    rows = of_run(coarse_of(signals.VOLUME)[way], 1)
    name = ("weighed", "counted by the pump")[way]
    assert rows[-1][name] == pytest.approx(laboratory.TROUBLED_UL, rel=0.02)


def pumping(folder, name="pumping"):
    """Write a run of ten minutes in which the pump calls one alarm for a minute, and that weighs one µL a minute."""
    clock = VirtualClock(records.EPOCH_NS)
    with records.begin(folder, name, clock) as record:
        record.descriptor("pump", [Channel("alarms", "1", "bits"), Channel("state", "1", "code")], {})
        record.descriptor("balance", [Channel("mass", "mg", "net")], {})
        for minute in range(21):
            t_ns = np.array([clock.now_ns()])
            record.samples("pump", Block(t_ns, {"alarms": np.array([4.0 * (minute == 6)]), "state": np.array([1.0])}))
            record.samples("balance", Block(t_ns, {"mass": np.array([minute / UL_PER_MG])}))
            clock.wait_s(60.0)
        record.stop(Stop("ABORTED"))
    return record.path


def second(folder):
    return pumping(folder, "second")


@pytest.fixture(scope="module")
def at_once(streamed):
    """Two runs of one pump on one bench at the same time, in a span with intervals of five minutes."""
    return streamed(pumping, second)


def shown(world, query, **values):
    begun_ms = records.EPOCH_NS // 1_000_000
    text = substituted(query.text, CHOSEN | values, Span(begun_ms, begun_ms + 86_400_000))
    (found,) = world.server.query(text, world.database)
    return [value for _, value in found["values"]]


def test_an_alarm_that_is_over_within_an_interval_is_shown(at_once):
    (query,) = (query for query in signals.PUMP_STATE.queries if query.legend == "alarms")
    assert shown(at_once, query, run="pumping") == [0.0, 4.0, 0.0, 0.0, 0.0]


def test_a_volume_is_that_of_one_run_of_two_at_once(at_once):
    assert shown(at_once, coarse_of(signals.VOLUME)[0], run="second")[-1] == pytest.approx(20.0)


def test_a_flow_is_that_of_one_run_of_two_at_once(at_once):
    weighed = coarse_of(signals.FLOW)[2]
    assert shown(at_once, weighed, run="second") == pytest.approx([60.0] * 3)


def test_the_pace_of_reading_is_that_of_each_run_of_two_at_once(at_once):
    (query,) = health.READ.queries
    found = at_once.ask(query.text, CHOSEN | {"instrument": "balance"})
    assert {one["tags"]["run"] for one in found} == {"pumping", "second"}
    assert all(value == pytest.approx(1 / 60) for one in found for _, value in one["values"])


def test_an_interval_that_two_runs_cover_by_halves_is_no_whole_one(at_once):
    (query,) = health.READ.queries
    begun_ms = records.EPOCH_NS // 1_000_000
    text = substituted(query.text, CHOSEN | {"instrument": "balance"}, Span(begun_ms, begun_ms + 86_400_000))
    found = at_once.server.query(text, at_once.database)
    assert [len(one["values"]) for one in found] == [3, 3]
