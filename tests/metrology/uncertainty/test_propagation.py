"""The law of propagation and Monte Carlo against the worked examples of GUM Supplement 1 (JCGM 101:2008, clause 9)."""

import math

import numpy as np
import pytest

from rig.errors import MetrologyError
from rig.metrology.uncertainty.budget import Budget, Component
from rig.metrology.uncertainty.coverage import LEVEL_OF_K_2
from rig.metrology.uncertainty.propagation import (
    Input,
    MonteCarlo,
    monte_carlo,
    numerical_tolerance,
    propagate,
    validate,
)
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow_budget import Gain, error_budget, volume_budget
from rig.metrology.weighing.flow_draws import draw_error


def added(a, b, c, d):
    return a + b + c + d


def calibrated_mass(reference, difference, air, weight, reference_weight):
    return (reference + difference) * (1.0 + (air - 1.2) * (1.0 / weight - 1.0 / reference_weight)) - 100_000.0


def loss(real, imaginary):
    return real**2 + imaginary**2


ADDED = {kind: [Input(name, 0.0, 1.0, "1", distribution=kind) for name in "abcd"] for kind in ("normal", "rectangular")}
MASS = [
    Input("reference", 100_000.0, 0.05, "mg"),
    Input("difference", 1.234, 0.02, "mg"),
    Input("air", 1.2, 0.1 / math.sqrt(3.0), "kg/m³", distribution="rectangular"),
    Input("weight", 8000.0, 1000.0 / math.sqrt(3.0), "kg/m³", distribution="rectangular"),
    Input("reference weight", 8000.0, 50.0 / math.sqrt(3.0), "kg/m³", distribution="rectangular"),
]


@pytest.mark.parametrize("kind, end", [("normal", 3.92), ("rectangular", 3.88)])
def test_the_sum_of_four_inputs(kind, end):
    # 9.2.2 and 9.2.3: u = 2.00, interval ±3.92 for normal, ±3.88 for rectangular inputs.
    drawn = monte_carlo(added, ADDED[kind], "1", seed=1)
    assert drawn.u == pytest.approx(2.0, abs=0.005)
    assert (drawn.low, drawn.high) == (pytest.approx(-end, abs=0.02), pytest.approx(end, abs=0.02))
    assert propagate(added, ADDED[kind], "1").u == pytest.approx(2.0)


def test_mass_calibration_where_the_law_of_propagation_fails():
    # 9.3, table 5: 1.2340 and 0.0539 by the law, 1.2341 and 0.0754 by draws, shortest interval 1.0834 to 1.3825.
    budget = propagate(calibrated_mass, MASS, "mg")
    drawn = monte_carlo(calibrated_mass, MASS, "mg", seed=1)
    assert (budget.value, budget.u) == (pytest.approx(1.2340, abs=5e-5), pytest.approx(0.0539, abs=5e-5))
    assert (drawn.mean, drawn.u) == (pytest.approx(1.2341, abs=3e-4), pytest.approx(0.0754, abs=3e-4))
    assert (drawn.shortest_low, drawn.shortest_high) == (
        pytest.approx(1.0834, abs=3e-3),
        pytest.approx(1.3825, abs=3e-3),
    )
    assert not validate(budget, drawn, digits=1).valid


@pytest.mark.parametrize(
    "real, mean, u, low, high",
    # 9.4, table 6, in units of 1e-6: shortest intervals.
    [(0.0, 50.0, 50.0, 0.0, 150.0), (0.010, 150.0, 112.0, 0.0, 367.0), (0.050, 2551.0, 502.0, 1590.0, 3543.0)],
)
def test_comparison_loss(real, mean, u, low, high):
    drawn = monte_carlo(loss, [Input("real", real, 0.005, "1"), Input("imaginary", 0.0, 0.005, "1")], "1", seed=1)
    assert drawn.mean * 1e6 == pytest.approx(mean, abs=1.5)
    assert drawn.u * 1e6 == pytest.approx(u, abs=1.0)
    assert drawn.shortest_low * 1e6 == pytest.approx(low, abs=15.0)
    assert drawn.shortest_high * 1e6 == pytest.approx(high, abs=15.0)


def test_a_linear_model_is_validated():
    assert validate(propagate(added, ADDED["normal"], "1"), monte_carlo(added, ADDED["normal"], "1", seed=2)).valid


@pytest.mark.parametrize(
    "u, digits, tolerance", [(0.0539, 1, 0.005), (0.0539, 2, 0.0005), (32.0, 2, 0.5), (1.0, 1, 0.5)]
)
def test_the_tolerance_is_half_of_the_last_digit_that_counts(u, digits, tolerance):
    assert numerical_tolerance(u, digits) == pytest.approx(tolerance)


@pytest.mark.parametrize("kind", ["normal", "rectangular", "triangular", "arcsine", "student"])
def test_each_distribution_has_its_standard_uncertainty(kind):
    dof = 5.0 if kind == "student" else math.inf
    drawn = monte_carlo(lambda x: x, [Input("x", 3.0, 0.7, "1", distribution=kind, dof=dof)], "1", seed=3)
    widened = math.sqrt(dof / (dof - 2.0)) if kind == "student" else 1.0
    assert (drawn.mean, drawn.u) == (pytest.approx(3.0, abs=0.004), pytest.approx(0.7 * widened, rel=0.01))


def test_the_same_seed_gives_the_same_numbers():
    first, second = (monte_carlo(loss, ADDED["normal"][:2], "1", seed=7) for _ in range(2))
    assert first == second


def test_sensitivities_are_the_partial_derivatives():
    budget = propagate(lambda x, y: x**2 * y, [Input("x", 3.0, 0.1, "1"), Input("y", 5.0, 0.2, "1")], "1")
    assert [c.sensitivity for c in budget.components] == pytest.approx([30.0, 9.0], rel=1e-6)


def test_the_budget_of_a_mean_flow_error_is_what_draws_of_the_whole_model_show():
    evaporation = EvaporationRate(0.1, 0.01)
    ambient = Ambient(
        liquid_temperature_c=37.0,
        air_temperature_c=22.0,
        air_pressure_hpa=1000.0,
        relative_humidity_percent=40.0,
        u_liquid_temperature_k=0.5,
        u_air_temperature_k=0.5,
        u_air_pressure_hpa=2.0,
        u_relative_humidity_percent=5.0,
    )
    balance = BalanceSpecification(
        readability_mg=0.1, repeatability_mg=0.1, linearity_mg=0.1, calibration_relative_u=1e-4
    )
    tip = TipInVessel(needle_mm=0.8, vessel_mm=20.0, u_diameter_mm=0.02, liquid_ul=20_000.0, u_warming_k_h=0.01)
    gain = Gain(50.0, 25.0, 0.14)
    corrections = Corrections(evaporation, ambient, balance, tip)
    budget = error_budget(volume_budget(gain, corrections), 2.0, gain.hours, tip)
    drawn = draw_error(gain, 2.0, corrections=corrections, seed=1, level=0.95)
    assert validate(budget, drawn, digits=1).valid
    assert drawn.u == pytest.approx(budget.u, rel=0.01)


@pytest.mark.parametrize(
    "given",
    [{"value": math.nan}, {"u": -1.0}, {"u": math.inf}, {"dof": 0.0}, {"distribution": "student"}],
)
def test_what_is_no_input_is_refused(given):
    with pytest.raises(MetrologyError):
        Input(**{"name": "x", "value": 1.0, "u": 1.0, "unit": "1", **given})


@pytest.mark.parametrize("draws, level", [(100, 0.95), (10_000, 0.999), (10_000, 1.0), (10_000, 0.0)])
def test_too_few_draws_for_the_level_are_refused(draws, level):
    with pytest.raises(MetrologyError, match="too few"):
        monte_carlo(added, ADDED["normal"], "1", seed=1, draws=draws, level=level)


def test_a_model_that_leaves_the_numbers_is_refused():
    with np.errstate(invalid="ignore"), pytest.raises(MetrologyError, match="not finite"):
        monte_carlo(np.sqrt, [Input("x", 0.0, 1.0, "1")], "1", seed=1)


def test_budget_and_draws_in_different_units_are_not_compared():
    with pytest.raises(MetrologyError, match="not comparable"):
        validate(propagate(added, ADDED["normal"], "mg"), monte_carlo(added, ADDED["normal"], "1", seed=1))


@pytest.mark.parametrize("low, high", [(-2.0, 3.0), (-3.0, 2.0)])
def test_a_budget_is_validated_only_where_both_ends_of_its_interval_are(low, high):
    budget = Budget(0.0, "1", (Component("one", "B", 0.0, 1.0, "1", 1.0),))
    drawn = MonteCarlo(0.0, 1.0, "1", low, high, low, high, LEVEL_OF_K_2, 1_000_000)
    assert not validate(budget, drawn).valid
