import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing.bolus import evaluate_series
from rig.metrology.dosing.noise_lines import NoiseLine


def test_series_worked_by_hand():
    # 9.8, 10.0, 10.5 against 10: mean 10.1, s = √0.13, standard error s/√3.
    series = evaluate_series([9.8, 10.0, 10.5], 0.0, 10.0)
    assert series.mean_error.value == pytest.approx(1.0)
    assert series.mean_error.u == pytest.approx(10 * (0.13 / 3) ** 0.5)
    assert (series.smallest_percent, series.largest_percent) == pytest.approx((-2.0, 5.0))


def test_errors_are_percentages_of_the_programmed_volume():
    series = evaluate_series([5.5, 5.4, 5.6], 0.01, 5.0)
    assert series.mean_error.unit == "%"
    assert series.error_percent == pytest.approx([10.0, 8.0, 12.0])


def test_tolerance_interval_of_25_boluses():
    # k(25; 95/95) = 2.638 in ISO 16269-6.
    volumes = 10 + 0.1 * np.linspace(-1, 1, 25)
    series = evaluate_series(volumes, 0.0, 10.0)
    s = volumes.std(ddof=1) * 10
    assert (series.tolerance.lower, series.tolerance.upper) == pytest.approx((-2.638 * s, 2.638 * s), abs=1e-3)


def test_common_uncertainty_is_not_averaged_away():
    series = evaluate_series([10.0, 10.01, 9.99] * 100, 0.0, 10.0, u_common_ul=0.05)
    assert series.mean_error.u == pytest.approx(0.5, rel=0.01)


def test_noisy_readings_that_happen_to_agree_do_not_shrink_the_uncertainty():
    series = evaluate_series([10.0, 10.0, 10.0, 10.0], 0.2, 10.0)
    # 0.1 µL of the measurements' noise, and a quarter of what their s² of 0.04 µL² varies by.
    assert series.mean_error.u == pytest.approx(10.0 * math.sqrt(0.01 + 0.25 * 0.04 * math.sqrt(2 / 3) / 4))


@pytest.mark.parametrize("n, own", [(3, 0.5), (10, 0.5), (10, 1.0), (25, 0.5)])
def test_a_scatter_of_the_pump_s_own_that_levels_hide_is_no_surprise(n, own):
    """Levels of 1 µL each make steps that scatter by √2 µL, and a mean that is hardly touched by them."""
    rng = np.random.default_rng(7)
    steps = np.diff(np.eye(n + 1), axis=0)
    line = NoiseLine("levels", "A", steps @ steps.T)
    held = 0
    for _ in range(600):
        volume = 100.0 + math.sqrt(2.0) * own * rng.normal(size=n) + steps @ rng.normal(size=n + 1)
        budget = evaluate_series(volume, 0.0, 100.0, noise=[line]).mean_error
        held += abs(budget.value) <= budget.expanded()
    assert held / 600 >= 0.94


def test_mean_error_covers_at_student_k():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(500):
        budget = evaluate_series(10.2 + 0.3 * rng.normal(size=25), 0.05, 10.0).mean_error
        held += abs(budget.value - 2.0) <= budget.coverage_factor(0.95) * budget.u
    # 500 series: one standard error is 1 %.
    assert held / 500 == pytest.approx(0.95, abs=0.03)


@settings(deadline=None)
@given(st.lists(st.floats(0.5, 2.0), min_size=2, max_size=30), st.floats(1e-3, 1e3))
def test_percentages_do_not_depend_on_the_size_of_the_bolus(shares, programmed_ul):
    small = evaluate_series(np.array(shares), 0.0, 1.0)
    large = evaluate_series(np.array(shares) * programmed_ul, 0.0, programmed_ul)
    assert large.error_percent == pytest.approx(small.error_percent, abs=1e-9)


def test_bolus_that_never_came_is_a_finding():
    assert evaluate_series([10.0, 0.0, 10.0], 0.1, 10.0).smallest_percent == -100.0


@pytest.mark.parametrize(
    "volumes, u, why",
    [
        ([10.0], 0.1, "at least 2"),
        ([], 0.1, "at least 2"),
        ([[10.0, 10.0]], 0.1, "at least 2"),
        ([10.0, float("nan")], 0.1, "bolus volumes: number 1 is nan"),
        ([10.0, 10.0], float("nan"), "uncertainties of the boluses: number 0 is nan"),
        ([10.0, -3.0], 0.1, "negative beyond noise"),
        ([10.0, 10.0], [0.1, 0.1, 0.1], "3 uncertainties"),
    ],
)
def test_series_that_allow_no_number_are_refused(volumes, u, why):
    with pytest.raises(SeriesError, match=why):
        evaluate_series(volumes, u, 10.0)


def test_missing_bolus_is_refused():
    with pytest.raises(SeriesError, match="24 boluses were measured where the plan wants 25"):
        evaluate_series([10.0] * 23 + [10.1], 0.1, 10.0, planned_count=25)


def test_negative_uncertainty_is_refused():
    with pytest.raises(MetrologyError, match="smallest uncertainty"):
        evaluate_series([10.0, 10.0], [0.1, -0.1], 10.0)


@pytest.mark.parametrize("programmed_ul", [0.0, -1.0, float("nan")])
def test_programmed_volume_must_be_positive(programmed_ul):
    with pytest.raises(MetrologyError):
        evaluate_series([10.0, 10.1], 0.1, programmed_ul)
