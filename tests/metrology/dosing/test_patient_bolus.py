import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing.patient_bolus import largest_dose_in, patient_boluses

HOUR_S = 3600.0


def answers_of_a_truthful_pump(requested_s, lockout_s, most, period_s=24 * HOUR_S):
    """Grant by the book, request by request."""
    granted_at = []
    answers = []
    for t in requested_s:
        locked = bool(granted_at) and t - granted_at[-1] < lockout_s
        full = sum(t - period_s < earlier for earlier in granted_at) >= most
        answers.append(not locked and not full)
        if answers[-1]:
            granted_at.append(t)
    return answers


def judge(requested_h, granted, **options):
    settings = {"lockout_s": 2 * HOUR_S, "most_per_period": 3, **options}
    return patient_boluses(np.array(requested_h) * HOUR_S, granted, **settings)


def test_bolus_within_the_lockout_is_found():
    found = judge([0, 3, 4.5], [True, True, True])
    assert found.granted_too_soon == (2,)
    assert found.shortest.value == pytest.approx(1.5 * HOUR_S)


def test_bolus_at_the_end_of_the_lockout_is_right():
    assert judge([0, 2, 4], [True, True, True]).violations.value == 0


def test_bolus_beyond_the_daily_maximum_is_found():
    found = judge([0, 3, 6, 9], [True] * 4)
    assert (found.granted_too_many, found.most.value) == ((3,), 4)


def test_maximum_holds_in_a_rolling_day():
    assert judge([20, 23, 26, 43], [True] * 4).granted_too_many == (3,)
    assert judge([20, 23, 26, 44], [True] * 4).granted_too_many == ()


def test_bolus_that_was_owed_is_found():
    assert judge([0, 3], [True, False]).refused_wrongly == (1,)


def test_refusals_within_lockout_and_beyond_maximum_are_right():
    assert judge([0, 1, 3, 6, 9], [True, False, True, True, False]).violations.value == 0


def test_border_within_the_uncertainty_of_time_is_nobodys_fault():
    assert judge([0, 1.999], [True, True]).granted_too_soon == (1,)
    assert judge([0, 1.999], [True, True], u_time_s=2.0).granted_too_soon == ()
    assert judge([0, 2.001], [True, False], u_time_s=2.0).refused_wrongly == ()


# Times are known to 2 s, and 4 s (k = 2) around the end of a day tell nothing.
@pytest.mark.parametrize("beyond_s, wrong", [(-5.0, ()), (3.0, ()), (5.0, (3,))])
def test_a_refusal_near_the_end_of_a_day_is_wrong_beyond_the_uncertainty_of_time(beyond_s, wrong):
    found = judge([0, 3, 6, 24 + beyond_s / HOUR_S], [True, True, True, False], u_time_s=2.0)
    assert found.refused_wrongly == wrong


@pytest.mark.parametrize("beyond_s, wrong", [(-5.0, (3,)), (-3.0, ()), (5.0, ())])
def test_one_more_near_the_end_of_a_day_is_too_many_beyond_the_uncertainty_of_time(beyond_s, wrong):
    found = judge([0, 3, 6, 24 + beyond_s / HOUR_S], [True] * 4, u_time_s=2.0)
    assert found.granted_too_many == wrong


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 72 * 60), min_size=1, max_size=60, unique=True),
    st.integers(10, 600),
    st.integers(1, 6),
)
def test_truthful_pump_breaks_no_rule(minutes, lockout_min, most):
    requested_s = np.sort(np.array(minutes, dtype=float)) * 60
    answers = answers_of_a_truthful_pump(requested_s, lockout_min * 60.0, most)
    found = patient_boluses(requested_s, answers, lockout_s=lockout_min * 60.0, most_per_period=most)
    assert found.violations.value == 0
    assert found.most.value <= most


def test_largest_dose_of_a_rolling_day():
    found = largest_dose_in(np.array([0, 10, 23, 24, 30]) * HOUR_S, [5, 5, 5, 7, 1], 0.1, 24 * HOUR_S)
    # (0 h, 24 h] leaves the first one out: 5 + 5 + 7, then with the last one 18.
    assert found.value == pytest.approx(18)
    assert found.u == pytest.approx(0.2)


@pytest.mark.parametrize(
    "requested_h, granted", [([], []), ([0, 1], [True]), ([1, 0], [True, True]), ([0, float("nan")], [True, True])]
)
def test_answers_that_fit_no_requests_are_refused(requested_h, granted):
    with pytest.raises(SeriesError):
        judge(requested_h, granted)


@pytest.mark.parametrize("options", [{"lockout_s": 0.0}, {"most_per_period": 0}, {"u_time_s": HOUR_S}])
def test_rules_that_make_no_sense_are_refused(options):
    with pytest.raises(MetrologyError):
        judge([0, 3], [True, True], **options)
