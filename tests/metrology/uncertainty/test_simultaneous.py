"""Resistance, reactance and impedance measured at once: GUM (JCGM 100:2008), H.2."""

import math

import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.uncertainty.propagation import Input
from rig.metrology.uncertainty.simultaneous import Quantity, observed_together, propagate_jointly

# Table H.2: in V, A and rad.
V = [5.007, 4.994, 5.005, 4.990, 4.999]
CURRENT = [0.019663, 0.019639, 0.019640, 0.019685, 0.019678]
PHI = [1.0456, 1.0438, 1.0468, 1.0428, 1.0433]
QUANTITIES = [Quantity("V", "V"), Quantity("I", "A"), Quantity("φ", "rad")]


def resistance(v, i, phi):
    return v / i * np.cos(phi)


def reactance(v, i, phi):
    return v / i * np.sin(phi)


def impedance(v, i, phi):
    return v / i


RESULTS = [(resistance, "Ω"), (reactance, "Ω"), (impedance, "Ω")]


@pytest.fixture
def observed():
    return observed_together(QUANTITIES, np.column_stack([V, CURRENT, PHI]))


@pytest.fixture
def together(observed):
    return propagate_jointly(RESULTS, observed.inputs, observed.correlations)


@pytest.fixture
def one_by_one():
    """Return R, X and Z of each observation (5, 3): the second approach of H.2.4."""
    rows = [[model(*row) for model, _ in RESULTS] for row in zip(V, CURRENT, PHI, strict=True)]
    return observed_together([Quantity(name, "Ω") for name in "RXZ"], rows)


def test_the_means_and_their_uncertainties(observed):
    # Table H.2: 4.9990 (0.0032) V, 19.6610 (0.0095) mA, 1.044 46 (0.000 75) rad.
    assert [each.value for each in observed.inputs] == pytest.approx([4.9990, 19.6610e-3, 1.04446], rel=1e-8)
    assert [each.u for each in observed.inputs] == pytest.approx([0.0032, 0.0095e-3, 0.00075], rel=0.005)


def test_the_correlations_of_the_means(observed):
    # Table H.2: −0.36, 0.86, −0.65.
    found = {(each.first, each.second): round(each.r, 2) for each in observed.correlations}
    assert found == {("V", "I"): -0.36, ("V", "φ"): 0.86, ("I", "φ"): -0.65}


def test_resistance_reactance_and_impedance(together):
    # Table H.3. The guide's u(X) of 0.295 came from rounded figures: with all digits of table H.2 it is 0.2956.
    assert [round(each.value, 3) for each in together.budgets] == [127.732, 219.847, 254.260]
    assert [each.u for each in together.budgets] == pytest.approx([0.071, 0.2956, 0.236], abs=0.0005)


def test_the_results_are_correlated(together):
    # Table H.3: r(R, X) = −0.588, r(R, Z) = −0.485, r(X, Z) = 0.993.
    r = together.correlation
    assert [round(r[pair], 3) for pair in ((0, 1), (0, 2), (1, 2))] == [-0.588, -0.485, 0.993]


def test_a_result_is_correlated_with_itself_by_one(together):
    assert np.diag(together.correlation) == pytest.approx(1.0)


def test_evaluated_one_observation_at_a_time(one_by_one):
    # Table H.4: 127.732 (0.071), 219.847 (0.295), 254.260 (0.236) Ω.
    assert [round(each.value, 3) for each in one_by_one.inputs] == [127.732, 219.847, 254.260]
    assert [round(each.u, 3) for each in one_by_one.inputs] == [0.071, 0.295, 0.236]
    assert [round(each.r, 3) for each in one_by_one.correlations] == [-0.588, -0.485, 0.993]


def test_both_approaches_agree(together, one_by_one):
    assert [each.u for each in together.budgets] == pytest.approx([each.u for each in one_by_one.inputs], rel=0.003)


def test_both_approaches_have_the_degrees_of_freedom_of_five_observations(together, one_by_one):
    assert [each.effective_dof for each in together.budgets] == pytest.approx([each.dof for each in one_by_one.inputs])


def test_without_the_correlations_the_resistance_would_be_known_badly(observed):
    # The same budget with r = 0: u(R) is 2.7 times what it is.
    alone = propagate_jointly(RESULTS, observed.inputs)
    contributions = [127.732 * 0.0032094 / 4.999, 127.732 * 9.471e-6 / 0.019661, 219.847 * 0.00075206]
    assert alone.budgets[0].u == pytest.approx(math.hypot(*contributions), rel=1e-3)


def test_a_quantity_that_never_varied_is_correlated_with_nothing():
    found = observed_together(QUANTITIES, [[1.0, 2.0, 5.0], [2.0, 1.0, 5.0], [3.0, 0.5, 5.0]])
    assert [(each.first, each.second) for each in found.correlations] == [("V", "I")]


def test_quantities_that_never_varied_are_correlated_with_nothing():
    assert observed_together(QUANTITIES[:2], [[1.0, 2.0], [1.0, 2.0]]).correlations == ()


def test_a_single_quantity_is_correlated_with_nothing():
    assert observed_together(QUANTITIES[:1], [[1.0], [2.0]]).correlations == ()


def test_one_observation_has_no_scatter():
    with pytest.raises(SeriesError, match="at least 2"):
        observed_together(QUANTITIES, [[1.0, 2.0, 3.0]])


def test_columns_are_those_of_the_quantities():
    with pytest.raises(MetrologyError, match="2 columns"):
        observed_together(QUANTITIES, [[1.0, 2.0], [3.0, 4.0]])


def test_a_result_without_uncertainty_is_not_correlated():
    with pytest.raises(MetrologyError, match="no uncertainty"):
        propagate_jointly([(lambda a: 0.0 * a, "Ω")], [Input("a", 1.0, 0.1, "Ω")])
