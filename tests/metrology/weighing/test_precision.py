import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from rig.errors import MetrologyError
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow_budget import planned_error_budget
from rig.metrology.weighing.precision import Precision, _without_negative_ones, planned_precision

HOUR_S = 3600.0
parts = st.floats(1e-3, 10)
hours = st.floats(0.1, 500)

AMBIENT = Ambient(
    liquid_temperature_c=20.0,
    air_temperature_c=20.0,
    air_pressure_hpa=1013.25,
    relative_humidity_percent=50.0,
    u_liquid_temperature_k=0.2,
    u_air_temperature_k=0.2,
    u_air_pressure_hpa=1.0,
    u_relative_humidity_percent=3.0,
)
BALANCE = BalanceSpecification(readability_mg=0.0, repeatability_mg=0.1, linearity_mg=0.0, calibration_relative_u=0.0)


def precision_of(rate_ul_h, *, u_evaporation_mg_h=0.0, wander_mg2_h=0.0, balance=BALANCE, **options):
    evaporation = EvaporationRate(0.0, u_evaporation_mg_h, wander_mg2_h=wander_mg2_h)
    return planned_precision(rate_ul_h, corrections=Corrections(evaporation, AMBIENT, balance), **options)


def test_end_readings_of_a_balance_at_2_microlitres_per_hour():
    # √2 · 0.1 mg over 15 min at 2 µL/h is 28 %, over a day 0.3 %.
    precision = precision_of(2.0)
    assert precision.u_percent(0.25 * HOUR_S) == pytest.approx(28.3, abs=0.1)
    assert precision.u_percent(24 * HOUR_S) == pytest.approx(0.3, abs=0.01)


def test_evaporation_stays_whatever_the_duration():
    # 0.1 mg/h at 2 µL/h are 5 %.
    assert precision_of(2.0, u_evaporation_mg_h=0.1).u_percent(1e9) == pytest.approx(5.0, rel=0.01)


def test_wander_of_balance_and_pump_fall_with_the_root_of_the_duration():
    precision = precision_of(100.0, wander_mg2_h=0.09, pump_wander_percent_rt_h=0.4)
    # 0.3 mg/√h at 100 µL/h is 0.3 %·√h; with the pump's 0.4 it is 0.5.
    assert precision.wander_percent_rt_h == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize("duration_h", [0.5, 5, 50, 500])
def test_precision_is_the_planned_budget_at_every_duration(duration_h):
    balance = BalanceSpecification(
        readability_mg=0.1, repeatability_mg=0.1, linearity_mg=0.2, calibration_relative_u=1e-5
    )
    evaporation = EvaporationRate(0.2, 0.004, wander_mg2_h=0.02)
    corrections = Corrections(evaporation, AMBIENT, balance)
    planned = planned_error_budget(12.5, duration_h, corrections=corrections)
    assert planned_precision(12.5, corrections=corrections).u_percent(duration_h * HOUR_S) == pytest.approx(
        planned.u, rel=1e-3
    )


@settings(deadline=None)
@given(st.floats(0, 3), parts, parts, hours)
def test_duration_is_the_inverse_of_uncertainty(constant, wander, reading, duration_h):
    precision = Precision(constant, wander, reading)
    u = precision.u_percent(duration_h * HOUR_S)
    if u > constant * (1 + 1e-6):
        assert precision.duration_s(u) == pytest.approx(duration_h * HOUR_S, rel=1e-4)


def test_covariance_is_that_of_simulated_runs():
    precision = Precision(0.5, 0.8, 3.0)
    rng = np.random.default_rng(0)
    n = 200_000
    constant, start = 0.5 * rng.normal(size=n), rng.normal(size=n)
    walk4 = 0.8 * 2 * rng.normal(size=n)
    walk9 = walk4 + 0.8 * 5**0.5 * rng.normal(size=n)
    error4 = constant + (walk4 + 3 * (rng.normal(size=n) - start)) / 4
    error9 = constant + (walk9 + 3 * (rng.normal(size=n) - start)) / 9
    found = np.cov(error4, error9)
    wanted = [[precision.covariance(a * HOUR_S, b * HOUR_S) for a in (4, 9)] for b in (4, 9)]
    assert found == pytest.approx(np.array(wanted), rel=0.02)


@pytest.mark.parametrize("bad", [(0.0, 0.0, 0.0), (-1.0, 1.0, 1.0), (0.0, float("nan"), 1.0)])
def test_precision_that_is_none_is_refused(bad):
    with pytest.raises(MetrologyError):
        Precision(*bad)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_nearest_parts_without_negative_ones_are_found(seed):
    rng = np.random.default_rng(seed)
    terms, wanted = rng.normal(size=(9, 3)), rng.normal(size=9)
    parts, _ = nnls(terms, wanted)
    assert np.allclose(_without_negative_ones(terms, wanted), parts, rtol=0, atol=1e-9)
