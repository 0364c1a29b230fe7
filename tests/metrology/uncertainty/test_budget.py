"""Budgets: the law of propagation, degrees of freedom, and the lines of a mean flow error by their formulas."""

import math

import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.over_runs.repeats import mean_of_runs
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow_budget import planned_error_budget

RATE_UL_H, HOURS = 2.0, 25.0
MASS_MG = 50.0 / 1.0028512
BALANCE = BalanceSpecification(readability_mg=0.2, repeatability_mg=0.1, linearity_mg=0.2, calibration_relative_u=1e-4)
TIP = TipInVessel(
    needle_mm=0.0, capillary_mg=0.2, liquid_ul=20_000.0, u_warming_k_h=0.01, clock_relative_u=2e-5, u_stamp_s=0.0
)


def ambient(temperature_c=20.0):
    return Ambient(
        liquid_temperature_c=temperature_c,
        air_temperature_c=20.0,
        air_pressure_hpa=1013.25,
        relative_humidity_percent=50.0,
        u_liquid_temperature_k=1.0,
        u_air_temperature_k=0.0,
        u_air_pressure_hpa=10.0,
        u_relative_humidity_percent=0.0,
    )


def lines(temperature_c=20.0):
    budget = planned_error_budget(
        RATE_UL_H,
        HOURS,
        corrections=Corrections(EvaporationRate(0.1, 0.005, 40.0), ambient(temperature_c), BALANCE, TIP),
    )
    return {component.name: component.contribution for component in budget.components}


@pytest.mark.parametrize(
    "name, percent",
    [
        ("repeatability of start and end", 100.0 * math.sqrt(2.0) * 0.1 / MASS_MG),
        ("resolution", 100.0 * 0.2 * math.sqrt(2.0) / math.sqrt(12.0) / MASS_MG),
        ("linearity", 100.0 * 0.2 / math.sqrt(3.0) / MASS_MG),
        ("calibration", 100.0 * 1e-4),
        ("evaporation", 100.0 * 0.005 * HOURS / MASS_MG),
        ("capillary force", 100.0 * math.sqrt(2.0) * 0.2 / MASS_MG),
        ("liquid density, temperature", 100.0 * 2.07e-4),
        ("thermal expansion in pump and line", 100.0 * 2.07e-4 * 20_000.0 * 0.01 / RATE_UL_H),
        ("time", 100.0 * 2e-5),
    ],
)
def test_each_line_is_its_formula(name, percent):
    assert lines()[name] == pytest.approx(percent, rel=2e-3)


def test_at_body_temperature_density_counts_for_more():
    assert lines(37.0)["liquid density, temperature"] == pytest.approx(100.0 * 3.6e-4, rel=0.01)


def test_a_sum_of_squares():
    budget = combine(1.0, "%", [Component("a", "A", 0.0, 3.0, "1", 1.0), Component("b", "B", 0.0, 2.0, "1", -2.0)])
    assert budget.u == pytest.approx(5.0)


def test_effective_degrees_of_freedom_of_the_guides_example():
    # GUM H.1.6, end-gauge calibration: u = 32 nm, 16.7 degrees of freedom, cut to 16 there and kept here.
    parts = [("standard", 25.0, 18.0), ("observations", 5.8, 24.0), ("comparator random", 3.9, 5.0)]
    parts += [("comparator systematic", 6.7, 8.0), ("expansion", 2.9, 50.0), ("temperature", 16.6, 2.0)]
    budget = combine(0.0, "mg", [Component(name, "A", 0.0, u, "mg", 1.0, dof) for name, u, dof in parts])
    assert budget.u == pytest.approx(32.0, abs=0.5)
    assert budget.effective_dof == pytest.approx(16.7, abs=0.06)
    # Table G.2 at 99 %: 2.92 with 16 degrees, 2.90 with 17.
    assert 2.895 < budget.coverage_factor(0.99) < 2.925


def test_scaling_keeps_the_lines_and_their_share():
    volume = combine(50.0, "µL", [Component("a", "A", 0.0, 0.5, "mg", 1.0)], ["told"])
    error = volume.scaled(2.0, -100.0, "%", [Component("time", "B", 0.0, 0.1, "%", 1.0)])
    assert (error.value, error.unit, error.remarks) == (0.0, "%", ("told",))
    assert error.u == pytest.approx(math.hypot(1.0, 0.1))


def test_a_budget_without_lines_is_refused():
    with pytest.raises(MetrologyError, match="certainty"):
        Budget(1.0, "%", ())


@pytest.mark.parametrize("value, u", [(math.nan, 1.0), (math.inf, 1.0), (1.0, math.nan), (1.0, math.inf)])
def test_a_budget_of_what_is_no_number_is_refused(value, u):
    with pytest.raises(MetrologyError, match="not a result"):
        Budget(value, "%", (Component("a", "A", 0.0, u, "1", 1.0),))


def runs(values):
    return [
        combine(value, "%", [Component("noise", "A", 0.0, 0.1, "%", 1.0), Component("scale", "B", 0.0, 0.2, "%", 1.0)])
        for value in values
    ]


def test_the_mean_of_runs_has_the_scatter_over_root_n_and_what_they_share():
    mean = mean_of_runs(runs([1.0, 2.0, 3.0]), frozenset({"noise"}))
    assert mean.value == pytest.approx(2.0)
    assert mean.u == pytest.approx(math.hypot(1.0 / math.sqrt(3.0), 0.2))
    assert mean.components[0].dof == 2


def test_runs_that_happen_to_agree_keep_the_noise_of_each():
    assert mean_of_runs(runs([1.0, 1.0, 1.0]), frozenset({"noise"})).u == pytest.approx(
        math.hypot(0.1 / math.sqrt(3.0), 0.2)
    )


def test_one_run_has_no_scatter():
    with pytest.raises(SeriesError, match="at least 2"):
        mean_of_runs(runs([1.0]))


@pytest.mark.parametrize("rate, hours, readings", [(0.0, 1.0, 1), (1.0, 0.0, 1), (1.0, 1.0, 0), (math.nan, 1.0, 1)])
def test_a_plan_that_measures_nothing_is_refused(rate, hours, readings):
    with pytest.raises(MetrologyError, match="no plan"):
        planned_error_budget(
            rate,
            hours,
            corrections=Corrections(EvaporationRate(0.0, 0.01), ambient(), BALANCE, TIP),
            readings=readings,
        )


@pytest.mark.parametrize("field", ["readability_mg", "repeatability_mg", "linearity_mg", "calibration_relative_u"])
def test_a_balance_with_a_negative_characteristic_is_refused(field):
    given = {"readability_mg": 0.1, "repeatability_mg": 0.1, "linearity_mg": 0.1, "calibration_relative_u": 0.0}
    with pytest.raises(MetrologyError, match=field):
        BalanceSpecification(**{**given, field: -0.1})


def test_conditions_outside_of_the_formulas_are_refused():
    with pytest.raises(MetrologyError, match="liquid temperature"):
        ambient(50.0)
