"""A reservoir and a bridge bolus: each line of their uncertainty, worked out by hand."""

import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing.priming import bridge
from rig.metrology.dosing.reservoir import prediction, time_left
from rig.quantities import Measured


def contribution(budget, name):
    (line,) = [one for one in budget.components if one.name == name]
    return line.contribution


def left():
    """Return how long 20 mL take to fall to 2 mL at 50 µL/h: 360 h."""
    return time_left(Measured(20.0, 0.1, "mL"), Measured(2.0, 0.05, "mL"), Measured(50.0, 0.5, "µL/h"))


@pytest.mark.parametrize(
    "name, hours",
    [
        ("residual volume", 100.0 / 50.0),
        ("reserve", 50.0 / 50.0),
        # One percent.
        ("rate", 3.6),
    ],
)
def test_the_time_left_is_as_uncertain_as_volumes_and_rate(name, hours):
    assert contribution(left(), name) == pytest.approx(3600.0 * hours)


def test_nothing_is_left_at_the_reserve_itself():
    assert time_left(Measured(2.0, 0.1, "mL"), Measured(2.0, 0.05, "mL"), Measured(50.0, 0.5, "µL/h")).value == 0.0


def test_a_residual_below_the_reserve_is_refused():
    with pytest.raises(MetrologyError, match="below the reserve"):
        time_left(Measured(1.9, 0.1, "mL"), Measured(2.0, 0.05, "mL"), Measured(50.0, 0.5, "µL/h"))


def stated(*volumes_ul):
    """Compare what a pump states at 1, 2 and 3 h, when 40 µL/h came out of 1000 µL."""
    t_s = np.arange(0.0, 4 * 3600.0 + 1.0, 600.0)
    at_s = 3600.0 * np.arange(1.0, len(volumes_ul) + 1.0)
    filled = Measured(1000.0, 1.0, "µL")
    return prediction(t_s, 40.0 * t_s / 3600.0, stated_s=at_s, stated_ul=volumes_ul, filled=filled)


def test_the_largest_deviation_may_be_below_what_is_left():
    # 960, 920 and 880 µL are left.
    found = stated(963.0, 911.0, 881.0)
    assert (found.largest.value, found.last.value) == pytest.approx((-9.0, 1.0))


def test_a_statement_without_its_time_is_refused():
    with pytest.raises(SeriesError, match="2 residual volumes stated at 1 times"):
        prediction([0, 100], [0, 10], stated_s=[50], stated_ul=[9.0, 8.0], filled=Measured(20.0, 0.1, "µL"))


# 400 µL at 10 µg/h of 5 µg/µL, which is 2 µL/h, for liquid of 20 µg/µL.
def bridged():
    dead = Measured(400.0, 4.0, "µL")
    return bridge(dead, dose_ug_h=10.0, old_ug_ul=5.0, new_ug_ul=20.0, u_old_ug_ul=0.1, u_new_ug_ul=0.3)


def test_a_bridge_runs_at_the_old_concentrations_rate():
    found = bridged()
    told = (found.rate.value, found.time.value, found.programmed_ug.value)
    assert told == pytest.approx((2.0, 200.0 * 3600.0, 8000.0))


def test_a_bridge_is_as_uncertain_as_volume_and_concentrations():
    found = bridged()
    lines = [
        contribution(found.rate, "old concentration"),
        contribution(found.time, "dead volume"),
        contribution(found.time, "rate"),
        contribution(found.programmed_ug, "dead volume"),
        contribution(found.programmed_ug, "new concentration"),
    ]
    # 2 % of 2 µL/h, 1 % and 2 % of 200 h, 1 % of 8000 µg, and 0.3 µg/µL in 400 µL.
    assert lines == pytest.approx([0.04, 7_200.0, 14_400.0, 80.0, 120.0])
