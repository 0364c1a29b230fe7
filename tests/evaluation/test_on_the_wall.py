"""Witnesses on a real clock: instruments are read one after the other, orders take time, and plans follow each other.

On the virtual clock all of this happens at one instant.
"""

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import NS_PER_S
from rig.evaluation.settle import Asked, settle
from rig.exchange import Exchange
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.pump_events import AlarmExpected, EdgesCounted, LogLine, PumpLogRead, PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.samples import Block
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, Z_UL_MG, weighed

RATE_UL_H = 40.0
BEGIN_NS, END_NS = EPOCH_NS + 4 * HOUR_NS, EPOCH_NS + 29 * HOUR_NS
STROKES = {"dut": {"stroke_ul": 0.5, "motor_edges_per_stroke": 8.0}}


def mass_mg(hour):
    return 30_000 + min(max(hour - 4, 0), 25) * RATE_UL_H / Z_UL_MG


@pytest.fixture
def run(tmp_path):
    """A healthy infusion of 25 h between two weighings, told by the pump as it was ordered."""
    with weighed(tmp_path, mass_mg, hours=33, start=STROKES) as record:
        record.event(PlanBegins("plan"))
        tell(record, BEGIN_NS, "run_continuous", rate_ul_h=RATE_UL_H)
        tell(record, END_NS, "stop")
        yield record


def tell(record, at_ns, verb, **arguments):
    record.command(Exchange("pump", verb, arguments, b"", b"", at_ns, at_ns + NS_PER_S, "ok"))


def at(record, t_ns, event):
    record._clock.wait_until(t_ns)
    record.event(event)


def states(record, *changes):
    for t_ns, state, alarms in changes:
        at(record, t_ns, PumpStateChanged("pump", state, t_ns, alarms, log_entries=0))


def contradictions(record, from_ns=EPOCH_NS):
    with record.reader() as reader:
        recipe = Recipe("agreement", {}, from_ns, EPOCH_NS + 33 * HOUR_NS + 1)
        return settle(Asked(recipe, None), reader).reasons


def test_edges_that_are_read_behind_the_balance_are_compared_with_what_it_showed_last(run):
    strokes = int(25 * RATE_UL_H / 0.5)
    late_ns = 40_000_000  # one instrument is read after the other
    for t_ns, edges in ((EPOCH_NS, 0), (BEGIN_NS - NS_PER_S, 0), (EPOCH_NS + 33 * HOUR_NS + late_ns, 8 * strokes)):
        at(run, t_ns, EdgesCounted("daq", t_ns, edges))
    assert contradictions(run) == ()


def test_an_order_takes_some_seconds_until_the_status_shows_it(tmp_path):
    seconds = 3 * NS_PER_S
    polled = {"instruments": {**START["instruments"], "pump": {"capability": "pump", "sample_every_s": 0.25}}}
    with weighed(tmp_path, mass_mg, hours=33, start=polled) as run:
        run.event(PlanBegins("plan"))
        tell(run, BEGIN_NS, "run_continuous", rate_ul_h=RATE_UL_H)
        tell(run, END_NS, "stop")
        states(
            run,
            (EPOCH_NS, "stopped", ()),
            (BEGIN_NS + seconds, "infusing", ()),
            (END_NS + seconds, "stopped", ()),
        )
        assert contradictions(run) == ()


def test_the_state_of_a_pump_that_is_not_polled_is_as_old_as_the_last_look(tmp_path):
    instruments = {"instruments": {**START["instruments"], "pump": {"capability": "pump"}}}
    with weighed(tmp_path, mass_mg, hours=33, start=instruments) as record:
        record.event(PlanBegins("plan"))
        tell(record, BEGIN_NS, "run_continuous", rate_ul_h=RATE_UL_H)
        tell(record, END_NS, "stop")
        states(record, (EPOCH_NS, "stopped", ()), (END_NS - HOUR_NS, "infusing", ()), (END_NS + 60, "stopped", ()))
        assert contradictions(record) == ()


def test_an_alarm_that_the_plan_before_expected_is_not_expected_of_this_one(tmp_path):
    with weighed(tmp_path, mass_mg, hours=33, start=STROKES) as record:
        record.event(PlanBegins("before"))
        at(record, EPOCH_NS + HOUR_NS, AlarmExpected("battery_low"))
        at(record, EPOCH_NS + 4 * HOUR_NS - 60 * NS_PER_S, PlanBegins("plan"))
        tell(record, BEGIN_NS, "run_continuous", rate_ul_h=RATE_UL_H)
        tell(record, END_NS, "stop")
        states(record, (BEGIN_NS + NS_PER_S, "infusing", ("battery_low",)), (END_NS + NS_PER_S, "stopped", ()))
        said = contradictions(record, EPOCH_NS + 4 * HOUR_NS - 60 * NS_PER_S)
    assert any("the alarm battery_low" in one for one in said)


def test_a_clock_that_the_plan_sets_back_hides_no_line_of_the_log(run):
    states(run, (EPOCH_NS, "stopped", ()), (BEGIN_NS + NS_PER_S, "infusing", ()))
    back_ns = 5 * HOUR_NS
    set_ns = BEGIN_NS + HOUR_NS
    tell(run, set_ns, "set_clock", t_ns=set_ns - back_ns)
    at(
        run,
        set_ns + NS_PER_S,
        PumpLogRead(
            "pump",
            (
                LogLine(3, BEGIN_NS, "infusion_started"),
                LogLine(4, set_ns - back_ns, "clock_set"),
                LogLine(5, set_ns - back_ns + NS_PER_S, "infusion_started"),
            ),
        ),
    )
    tell(run, set_ns + NS_PER_S // 2, "run_continuous", rate_ul_h=RATE_UL_H)
    stopped = LogLine(6, END_NS - back_ns, "stopped")
    at(run, END_NS + NS_PER_S, PumpLogRead("pump", (stopped,)))
    states(run, (END_NS + NS_PER_S, "stopped", ()))
    assert contradictions(run) == ()


def test_what_a_count_falls_by_is_no_delivery(run):
    minutes = np.asarray([0, 239, 29 * 60 + 1, 33 * 60])
    t_ns = EPOCH_NS + minutes * 60 * NS_PER_S
    counted = np.asarray([1000.0, 1000.0, 0.0, 0.0])
    run.descriptor("pump", (Channel("delivered", "µL"), Channel("reservoir", "µL")), {})
    run.samples("pump", Block(t_ns, {"delivered": counted, "reservoir": 20_000.0 - np.asarray([0, 0, 1000.0, 1000.0])}))
    assert any(
        "the reservoir fell by 1000 µL, the pump took 1000 µL off its count" in one for one in contradictions(run)
    )
