"""Day patterns and doses: what makes no sense is refused with what does; known conversions hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.therapy import WEEK, TherapyError, flex_of, rate_of, volume_of


@pytest.mark.parametrize(
    "dose, concentration, ul_h",
    [
        ("5 mg/day", "25 mg/mL", 5 / 25 * 1000 / 24),
        ("300 µg/day", "0.5 mg/mL", 0.3 / 0.5 * 1000 / 24),
        ("300 ug/day", "500 µg/mL", 0.3 / 0.5 * 1000 / 24),
        ("0.4 mL/day", "", 400 / 24),
        ("12.5 µL/h", "", 12.5),
    ],
)
def test_a_dose_rate_is_a_flow(dose, concentration, ul_h):
    assert rate_of(dose, concentration).volume_ul == pytest.approx(ul_h, rel=1e-12)


def test_a_dose_is_a_volume():
    assert volume_of("0.5 mg", "25 mg/mL").volume_ul == pytest.approx(20.0, rel=1e-12)


@pytest.mark.parametrize(
    "dose, concentration, said",
    [
        ("5 mg", "25 mg/mL", "a unit of time is asked for"),
        ("5 mg/week", "25 mg/mL", "a unit of time is asked for"),
        ("5 mg/day", "", "say the concentration too"),
        ("5 mg/day", "0 mg/mL", "holds no drug"),
        ("5 mg/day", "25 mmol/mL", "a concentration is in"),
        ("5 IU/day", "25 mg/mL", "a dose is in"),
        ("-5 mg/day", "25 mg/mL", "a number, not below zero, and its unit"),
        ("much", "25 mg/mL", "is not a dose rate"),
        (5.0, "25 mg/mL", "is not a dose rate"),
    ],
)
def test_a_dose_rate_that_makes_no_sense_is_refused(dose, concentration, said):
    with pytest.raises(TherapyError, match=said):
        rate_of(dose, concentration)


@pytest.mark.parametrize(
    "days, said",
    [
        ({"every": {"01:00": 5.0}}, "begins at 00:00"),
        ({"every": {"00:00": 5.0, "25:00": 6.0}}, "no time of day"),
        ({"every": {"00:00": 5.0, "12:00": 6.0, "08:00": 7.0}}, "not in the order"),
        ({"every": {"00:00": -1.0}}, "no rate"),
        ({"every": {"00:00": float("nan")}}, "no rate"),
        ({"every": {}}, "0 steps"),
        ({"every": {f"{hour:02d}:00": 5.0 for hour in range(14)}}, "14 steps"),
        ({"every": {"00:00": 5.0}, "mon": {"00:00": 5.0}}, "not 'every'"),
        ({"monday": {"00:00": 5.0}}, "did you mean 'mon'"),
        ({name: {"00:00": 5.0} for name in WEEK[:-1]}, "missing: sun"),
        ({"every": (("00:00", 5.0), ("08:00", 6.0))}, "no pattern of a day: write"),
        ([("every", {"00:00": 5.0})], "no patterns by day: write"),
        ({}, "mon, tue"),
    ],
)
def test_day_patterns_that_make_no_sense_are_refused(days, said):
    with pytest.raises(TherapyError, match=said):
        flex_of(days)


@given(st.dictionaries(st.integers(1, 1439), st.floats(0, 1000), max_size=12), st.integers(0, 6), st.integers(0, 1439))
def test_each_minute_has_the_rate_of_the_last_step_before_it(later, weekday, minute):
    steps = {0: 3.0} | dict(sorted(later.items()))
    flex = flex_of({"every": {f"{at // 60:02d}:{at % 60:02d}": rate for at, rate in steps.items()}})
    assert flex.rate_ul_h(weekday, minute) == steps[max(at for at in steps if at <= minute)]
