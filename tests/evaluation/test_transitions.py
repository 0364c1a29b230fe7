"""A change of rate: by how much the new rate comes later than it was told, and the volume that this costs."""

import math

import pytest

from rig.errors import MetrologyError, SeriesError
from rig.evaluation.claims.transitions import changed_ns, transition_time, transition_volume
from rig.evaluation.orders import PumpOrder
from rig.evaluation.programme import Programme
from rig.exchange import Exchange
from rig.record.bodies.recipe import Recipe
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, Z_UL_MG, weighed

LOW, HIGH, CONSTANT_H = 60.0, 300.0, 0.1


def approaching(hour):
    """60 µL/h from hour 4; from hour 7 to 300 µL/h like an exponential of six minutes; nothing from hour 10."""
    given = LOW * min(max(hour - 4.0, 0.0), 6.0)
    since = min(max(hour - 7.0, 0.0), 3.0)
    given += (HIGH - LOW) * (since - CONSTANT_H * (1.0 - math.exp(-since / CONSTANT_H)))
    return 1000.0 + given / Z_UL_MG - 0.05 * hour


def late(hour):
    """The same with a dead time of two minutes instead."""
    given = LOW * min(max(hour - 4.0, 0.0), 6.0)
    given += (HIGH - LOW) * min(max(hour - 7.0 - 2 / 60, 0.0), 3.0 - 2 / 60)
    return 1000.0 + given / Z_UL_MG - 0.05 * hour


def evaluated(folder, mass_mg, compute, begin=5.0, end=10.0, start=None, **said):
    with weighed(folder, mass_mg, hours=15, start=start) as record:
        for hour, verb, arguments in (
            (4, "run_continuous", {"rate_ul_h": LOW}),
            (7, "run_continuous", {"rate_ul_h": HIGH}),
            (10, "stop", {}),
        ):
            at_ns = EPOCH_NS + hour * HOUR_NS
            record.command(Exchange("pump", verb, arguments, b"", b"", at_ns, at_ns, "ok"))
        span = EPOCH_NS + round(begin * HOUR_NS), EPOCH_NS + round(end * HOUR_NS) + 1
        with record.reader() as reader:
            return compute(Recipe("transition", said, *span), reader)


def test_a_gradual_approach_takes_its_time_constant(tmp_path):
    found = evaluated(tmp_path, approaching, transition_time, settling_minutes=60.0)
    assert found.budget.value == pytest.approx(CONSTANT_H * 3600.0, abs=2 * found.budget.u)
    assert found.budget.u < 5.0


def test_a_dead_time_is_the_time_of_the_transition(tmp_path):
    found = evaluated(tmp_path, late, transition_time)
    assert found.budget.value == pytest.approx(120.0, abs=2 * found.budget.u)


def test_the_volume_is_the_step_of_the_rate_times_that(tmp_path):
    found = evaluated(tmp_path, late, transition_volume)
    assert found.budget.value == pytest.approx(-(HIGH - LOW) * 2 / 60, abs=2 * found.budget.u)
    assert 0.05 < found.budget.u < 0.5


def test_the_rates_on_both_sides_are_told(tmp_path):
    details = evaluated(tmp_path, late, transition_volume).details
    assert (details["rate_before_ul_h"], details["rate_after_ul_h"]) == pytest.approx((LOW, HIGH), rel=0.005)


def test_a_window_without_a_change_is_refused(tmp_path):
    with pytest.raises(SeriesError, match="changes 0 times"):
        evaluated(tmp_path, late, transition_time, begin=7.5)


def test_two_changes_are_refused(tmp_path):
    with pytest.raises(SeriesError, match="changes 2 times"):
        evaluated(tmp_path, late, transition_time, end=11.0)


def test_an_order_of_the_rate_that_runs_already_is_no_change():
    orders = [
        PumpOrder(EPOCH_NS + round(hour * HOUR_NS), "run_continuous", rate)
        for hour, rate in ((4, LOW), (6, LOW), (7, HIGH), (8, HIGH))
    ]
    programme = Programme(orders, EPOCH_NS + 10 * HOUR_NS)
    recipe = Recipe("transition", {}, EPOCH_NS + 5 * HOUR_NS, EPOCH_NS + 9 * HOUR_NS)
    assert changed_ns(programme, recipe) == EPOCH_NS + 7 * HOUR_NS


def test_a_change_without_time_to_settle_is_refused(tmp_path):
    with pytest.raises(MetrologyError, match="is not inside"):
        evaluated(tmp_path, late, transition_time, settling_minutes=200.0)


def test_a_new_rate_is_timed_as_well_as_its_command_is_stamped(tmp_path):
    start = {"weighing": {**START["weighing"], "u_stamp_s": 0.4}}
    budgets = [
        evaluated(tmp_path / name, late, of, start=start).budget
        for name, of in (("s", transition_time), ("ul", transition_volume))
    ]
    told = [one.contribution for budget in budgets for one in budget.components if one.name == "time of the command"]
    # 0.4 s, and what 240 µL/h more or less give in them.
    assert told == pytest.approx([0.4, 0.4 / 15.0], rel=0.01)
