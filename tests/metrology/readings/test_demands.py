"""Whatever nonsense comes in, a typed refusal comes out: never a number, never a bare ValueError."""

import math

import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing import (
    bolus,
    bolus_levels,
    bolus_shape,
    occlusion,
    patient_bolus,
    pump_clock,
    reservoir,
    transition,
)
from rig.metrology.over_runs import capability, chart_rules, control_charts, gage
from rig.metrology.readings.demands import finite_array, fraction, limits, not_negative, positive
from rig.metrology.uncertainty import tolerance
from rig.quantities import Measured

T_S = np.arange(100.0)

# One entry per function: called with the series that is broken, everything else being right.
ROWS = {
    "bolus series": lambda x: bolus.evaluate_series(x, 0.1, 10.0),
    "tolerance": lambda x: tolerance.tolerance_interval(x),
    "performance": lambda x: capability.performance(x, 0, 10),
    "individuals": lambda x: control_charts.individuals_chart(x),
    "ranges": lambda x: control_charts.range_chart(x),
    "deviations": lambda x: control_charts.deviation_chart(x),
    "gage": lambda x: gage.gage_study(x),
    "pump clock": lambda x: pump_clock.clock_drift(T_S, x, resolution_s=0.0),
    "rig clock": lambda x: pump_clock.clock_drift(x, T_S, resolution_s=0.0),
    "requests": lambda x: patient_bolus.patient_boluses(x, [True], lockout_s=1.0, most_per_period=1),
    "doses": lambda x: patient_bolus.largest_dose_in(T_S, x, 0.1, 10.0),
    "commands": lambda x: bolus_levels.bolus_steps(T_S, T_S, x, settling_s=5.0),
    "statements": lambda x: reservoir.prediction(
        T_S, T_S, stated_s=x, stated_ul=[1.0], filled=Measured(100.0, 1.0, "µL")
    ),
    "volume of a bolus": lambda x: bolus_shape.bolus_shape(
        T_S, x, commanded_s=30.0, settled_s=60.0, programmed_ul=10.0
    ),
    "times of a bolus": lambda x: bolus_shape.bolus_shape(x, T_S, commanded_s=30.0, settled_s=60.0, programmed_ul=10.0),
    "volume of a change": lambda x: transition.transition(T_S, x, commanded_s=30.0, settled_s=60.0),
    "pressure": lambda x: occlusion.occlusion(T_S, x, closed_s=30.0, alarm_s=60.0, flow=Measured(40.0, 1.0, "µL/h")),
    "released": lambda x: occlusion.released_bolus(T_S, x, opened_s=30.0, settled_s=60.0),
}
GARBAGE = {
    "nothing": [],
    "NaN": [math.nan] * 100,
    "one NaN": [*T_S[:-1], math.nan],
    "infinity": [*T_S[:-1], math.inf],
    "text": ["12.5 µL"] * 100,
    "None": [None] * 100,
    "ragged": [[1.0], [1.0, 2.0]],
    "a number": 12.5,
    "a string": "12.5",
    "None alone": None,
    "four dimensions": np.ones((2, 2, 2, 2)),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
@pytest.mark.parametrize("function", ROWS.values(), ids=ROWS.keys())
def test_garbage_is_refused(function, garbage):
    with pytest.raises(MetrologyError):
        function(garbage)


@pytest.mark.parametrize("name", sorted(ROWS.keys() - {"requests", "statements", "doses"}))
def test_one_number_is_no_series(name):
    with pytest.raises(MetrologyError):
        ROWS[name]([1.0])


@pytest.mark.parametrize("garbage", [GARBAGE["NaN"], GARBAGE["text"], GARBAGE["ragged"], None])
def test_rules_of_charts_refuse_garbage(garbage):
    with pytest.raises(SeriesError):
        chart_rules.nelson(garbage)


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf, "1", None])
def test_positive_numbers(value):
    with pytest.raises(MetrologyError, match="rate is"):
        positive(value, "rate")


@pytest.mark.parametrize("value", [-1e-9, math.nan, math.inf, "1", None])
def test_numbers_that_are_not_negative(value):
    with pytest.raises(MetrologyError, match="u is"):
        not_negative(value, "u")


@pytest.mark.parametrize("value", [0.0, 1.0, 95.0, -0.5, math.nan, None])
def test_fractions(value):
    with pytest.raises(MetrologyError, match="coverage is"):
        fraction(value, "coverage")


@pytest.mark.parametrize("lower, upper", [(None, None), (1.0, 1.0), (2.0, 1.0), (math.nan, 1.0), (None, math.inf)])
def test_limits(lower, upper):
    with pytest.raises(MetrologyError):
        limits(lower, upper)


def test_right_arrays_come_back_as_numbers():
    array = finite_array([[1, 2], [3, 4]], "masses", ndim=2, least=2)
    assert array.dtype == np.float64


def test_place_of_what_is_wrong_is_named():
    with pytest.raises(SeriesError, match="masses: number 2 is inf"):
        finite_array([1.0, 2.0, math.inf], "masses")
