"""How evenly a square bolus comes: its farthest deviation from the line between its begin and its end."""

import math

import numpy as np
import pytest

from rig.errors import SeriesError
from rig.evaluation.claims.square_bolus import compute
from rig.exchange import Exchange
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from tests.evaluation.happenings import judged
from tests.evaluation.records import EPOCH_NS, HOUR_NS, Z_UL_MG, weighed

BOLUS_UL, HOURS, BASAL_UL_H, STROKE_UL = 200.0, 2.0, 20.0, 0.5


# How the balance wanders, minute by minute, where it does.
WALK_MG = np.cumsum(np.random.default_rng(8).normal(0.0, 0.01, 15 * 60 + 1))


def square(share_of, wander=0.0):
    """20 µL/h from hour 4 to 11; a bolus of 200 µL from hour 6 to 8, of which `share_of` its time has come."""

    def mass_mg(hour):
        given = BASAL_UL_H * min(max(hour - 4.0, 0.0), 7.0)
        given += BOLUS_UL * share_of(min(max((hour - 6.0) / HOURS, 0.0), 1.0))
        return 1000.0 + given / Z_UL_MG - 0.05 * hour + wander * WALK_MG[round(60.0 * hour)]

    return mass_mg


def even(share):
    return share


def bulging(share):
    """A parabola that is 5 % of the bolus ahead at half time, and nowhere more."""
    return share + 0.05 * 4.0 * share * (1.0 - share)


def lagging(share):
    """The same, behind."""
    return share - 0.05 * 4.0 * share * (1.0 - share)


def wave(share):
    """3 % behind after a quarter of the time, as far ahead after three quarters."""
    return share - 0.03 * math.sin(2.0 * math.pi * share)


def written(folder, share_of, *orders, wander=0.0):
    record = weighed(folder, square(share_of, wander), hours=15, start={"dut": {"stroke_ul": STROKE_UL}})
    said = {"volume_ul": BOLUS_UL, "over_minutes": HOURS * 60.0, "rate_ul_h": BOLUS_UL / HOURS}
    for hour, verb, arguments in (
        (4, "run_continuous", {"rate_ul_h": BASAL_UL_H}),
        (6, "give_square_bolus", said),
        *orders,
        (11, "stop", {}),
    ):
        at_ns = EPOCH_NS + round(hour * HOUR_NS)
        record.command(Exchange("pump", verb, arguments, b"", b"", at_ns, at_ns, "ok"))
    return record


def span(begin, end):
    return EPOCH_NS + round(begin * HOUR_NS), EPOCH_NS + round(end * HOUR_NS) + 1


def evaluated(folder, share_of, *orders, begin=5.0, end=9.0, wander=0.0):
    with written(folder, share_of, *orders, wander=wander) as record, record.reader() as reader:
        return compute(Recipe("square bolus evenness", {}, *span(begin, end)), reader)


@pytest.mark.parametrize("share_of, percent", [(even, 0.0), (bulging, 5.0), (lagging, -5.0)])
def test_the_farthest_deviation_is_found(tmp_path, share_of, percent):
    found = evaluated(tmp_path, share_of)
    assert found.budget.value == pytest.approx(percent, abs=2 * found.budget.u)
    assert found.budget.u < 0.15


# One reading from the line between two others, in the middle: √(1 + 1/4 + 1/4), in percent of 200 µL.
PER_MG = Z_UL_MG * 100.0 / BOLUS_UL * math.sqrt(1.5)


@pytest.mark.parametrize(
    "name, contribution_percent",
    [
        ("readings", PER_MG * 0.02),
        # Drops, a digit and linearity.
        ("level of each reading", PER_MG * math.sqrt(0.05**2 + 0.01**2 / 12.0 + 0.03**2 / 3.0)),
        ("strokes cut by the readings", PER_MG / Z_UL_MG * STROKE_UL / math.sqrt(12.0)),
        # Of a deviation of 5 %: calibration, and water that expands by 2.068e-4 for each of 0.2 K.
        ("scale", 5.0 * math.hypot(2e-5, 2.068e-4 * 0.2)),
    ],
)
def test_a_deviation_in_the_middle_is_worth_three_readings(tmp_path, name, contribution_percent):
    budget = evaluated(tmp_path, bulging).budget
    (line,) = [one for one in budget.components if one.name == name]
    assert line.contribution == pytest.approx(contribution_percent, rel=0.02)


def test_a_wander_between_two_known_ends_is_largest_in_the_middle(tmp_path):
    found = [evaluated(tmp_path / one.__name__, one, wander=1.0).budget for one in (wave, bulging)]
    at_a_quarter, in_the_middle = (
        next(line.contribution for line in budget.components if line.name == "wander of the balance")
        for budget in found
    )
    # A bridge: t·(T − t)/T, at a quarter (or three) of its time 3/16 of it, in the middle 1/4.
    assert at_a_quarter / in_the_middle == pytest.approx(math.sqrt(3.0 / 4.0), rel=0.01)


def test_all_of_its_time_is_looked_at(tmp_path):
    off = evaluated(tmp_path, wave).details["off_percent"]
    assert (min(off), max(off)) == pytest.approx((-3.0, 3.0), abs=0.2)


@pytest.mark.parametrize("share_of, verdict", [(even, "PASS"), (bulging, "FAIL")])
def test_one_part_beyond_the_limit_fails_the_bolus(tmp_path, share_of, verdict):
    with written(tmp_path, share_of) as record:
        result = judged(record, "square bolus evenness", Limit(unit="%", lower=-2.0, upper=2.0), span(5, 9))
    assert result.verdict == verdict


def test_a_bolus_that_is_disturbed_keeps_no_line(tmp_path):
    again = (7, "run_continuous", {"rate_ul_h": 50.0})
    with pytest.raises(SeriesError, match=r"changes during the square bolus \(120, 150 µL/h\)"):
        evaluated(tmp_path, even, again)


def test_a_window_that_ends_before_the_bolus_is_refused(tmp_path):
    with pytest.raises(SeriesError, match="ends before the square bolus of 120 min"):
        evaluated(tmp_path, even, end=7.0)


def test_a_window_without_one_is_refused(tmp_path):
    with pytest.raises(SeriesError, match="0 square boluses were ordered"):
        evaluated(tmp_path, even, begin=8.5, end=10.0)


def test_a_second_one_that_is_ordered_at_the_window_s_last_moment_is_none_of_it(tmp_path):
    again = (9, "give_square_bolus", {"volume_ul": 10.0, "over_minutes": 60.0, "rate_ul_h": 10.0})
    found = evaluated(tmp_path, even, again)
    assert found.details["bolus_ul"] == BOLUS_UL
