import numpy as np
import pytest
from scipy.stats import chi2

from rig.errors import MetrologyError, SeriesError
from rig.metrology.over_runs.gage import gage_study

# AIAG, Measurement Systems Analysis: ten parts, three appraisers, three trials each.
AIAG = np.array(
    [
        [
            [0.29, -0.56, 1.34, 0.47, -0.80, 0.02, 0.59, -0.31, 2.26, -1.36],
            [0.41, -0.68, 1.17, 0.50, -0.92, -0.11, 0.75, -0.20, 1.99, -1.25],
            [0.64, -0.58, 1.27, 0.64, -0.84, -0.21, 0.66, -0.17, 2.01, -1.31],
        ],
        [
            [0.08, -0.47, 1.19, 0.01, -0.56, -0.20, 0.47, -0.63, 1.80, -1.68],
            [0.25, -1.22, 0.94, 1.03, -1.20, 0.22, 0.55, 0.08, 2.12, -1.62],
            [0.07, -0.68, 1.34, 0.20, -1.28, 0.06, 0.83, -0.34, 2.19, -1.50],
        ],
        [
            [0.04, -1.38, 0.88, 0.14, -1.46, -0.29, 0.02, -0.46, 1.77, -1.49],
            [-0.11, -1.13, 1.09, 0.20, -1.07, -0.67, 0.01, -0.56, 1.45, -1.77],
            [-0.15, -0.96, 0.67, 0.11, -1.45, -0.49, 0.21, -0.49, 1.87, -2.16],
        ],
    ]
).transpose(2, 0, 1)


def test_anova_table_of_the_aiag_example():
    parts, appraisers, interaction, repeatability = gage_study(AIAG).anova
    table = [parts.sum_of_squares, appraisers.sum_of_squares, interaction.sum_of_squares]
    assert table == pytest.approx([88.3619, 3.1673, 0.3590], abs=5e-5)
    assert (interaction.f, interaction.p) == pytest.approx((0.434, 0.974), abs=5e-4)
    assert (repeatability.dof, repeatability.sum_of_squares) == (78, pytest.approx(2.7589 + 0.3590, abs=5e-5))


def test_percentages_of_the_aiag_example():
    study = gage_study(AIAG)
    percentages = (study.ev_percent, study.av_percent, study.grr_percent, study.pv_percent)
    assert percentages == pytest.approx((18.42, 20.90, 27.86, 96.04), abs=5e-3)


def test_standard_deviations_of_the_aiag_example():
    study = gage_study(AIAG)
    found = (study.ev, study.av, study.grr, study.pv, study.tv)
    assert found == pytest.approx((0.199933, 0.226838, 0.302373, 1.042327, 1.085300), abs=3e-6)


def test_contribution_and_categories_of_the_aiag_example():
    study = gage_study(AIAG)
    assert study.grr_contribution_percent == pytest.approx(7.76, abs=5e-3)
    assert (study.categories, study.ndc) == (pytest.approx(4.86, abs=5e-3), 4)


def test_interaction_that_is_not_significant_is_pooled():
    study = gage_study(AIAG)
    assert (study.interaction_pooled, study.interaction) == (True, 0.0)


def test_significant_interaction_is_kept_and_belongs_to_the_gage():
    rng = np.random.default_rng(4)
    readings = rng.normal(size=(8, 1, 1)) + rng.normal(size=(8, 3, 1)) + 0.1 * rng.normal(size=(8, 3, 3))
    study = gage_study(readings)
    assert not study.interaction_pooled
    assert study.grr > study.reproducibility >= study.interaction > 0.5


def test_components_of_a_large_study_are_those_it_was_made_of():
    rng = np.random.default_rng(11)
    shape = (400, 40, 4)
    readings = (
        3 * rng.normal(size=(shape[0], 1, 1))
        + 0.8 * rng.normal(size=(1, shape[1], 1))
        + 0.4 * rng.normal(size=(*shape[:2], 1))
        + 0.5 * rng.normal(size=shape)
    )
    study = gage_study(1000 + readings)
    assert (study.ev, study.interaction) == pytest.approx((0.5, 0.4), rel=0.03)
    assert study.pv == pytest.approx(3, rel=0.12)
    assert study.av == pytest.approx(0.8, rel=0.35)


def test_the_interval_of_the_pooled_aiag_example_is_satterthwaites():
    # GRR² = (1 − 1/30)·MS(repeatability) + MS(appraisers)/30, of mean squares with 78 and 2 degrees of freedom.
    terms = (29 / 30 * 3.1179 / 78, 3.1673 / 2 / 30)
    total = sum(terms)
    dof = total**2 / (terms[0] ** 2 / 78 + terms[1] ** 2 / 2)
    assert total**0.5 == pytest.approx(0.302373, abs=5e-6)
    expected = [(total * dof / chi2.ppf(share, dof)) ** 0.5 for share in (0.975, 0.025)]
    assert gage_study(AIAG).grr_interval == pytest.approx(expected, rel=1e-4)


def test_the_interval_with_an_interaction_is_satterthwaites():
    rng = np.random.default_rng(4)
    parts, appraisers, trials = 8, 3, 3
    readings = rng.normal(size=(parts, 1, 1)) + rng.normal(size=(1, appraisers, 1)) * 2.0
    readings = readings + rng.normal(size=(parts, appraisers, 1)) + 0.1 * rng.normal(size=(parts, appraisers, trials))
    study = gage_study(readings)
    _, of_appraisers, interaction, error = study.anova
    # Of σ² + (σ²(interaction) + σ²(appraisers)): each mean square by what it counts in these.
    weights = (1 / (parts * trials), 1 / trials - 1 / (parts * trials), 1 - 1 / trials)
    lines = (of_appraisers, interaction, error)
    terms = [weight * one.mean_square for weight, one in zip(weights, lines, strict=True)]
    total = sum(terms)
    assert (study.interaction_pooled, study.set_to_zero) == (False, ())
    assert total == pytest.approx(study.grr**2)
    dof = total**2 / sum(term**2 / one.dof for term, one in zip(terms, lines, strict=True))
    expected = [(total * dof / chi2.ppf(share, dof)) ** 0.5 for share in (0.975, 0.025)]
    assert study.grr_interval == pytest.approx(expected)


def test_interval_of_grr_covers():
    rng = np.random.default_rng(3)
    true_grr = np.hypot(1.0, 0.5)
    held = 0
    for _ in range(400):
        readings = 5 * rng.normal(size=(10, 1, 1)) + 0.5 * rng.normal(size=(1, 6, 1)) + rng.normal(size=(10, 6, 3))
        low, high = gage_study(readings).grr_interval
        held += low <= true_grr <= high
    # 400 studies: one standard error is 1.1 %; Satterthwaite is an approximation.
    assert held / 400 == pytest.approx(0.95, abs=0.04)


def test_variance_that_comes_out_negative_is_named():
    readings = np.array([[[1.0, 3.0], [3.0, 1.0]], [[3.0, 1.0], [1.0, 3.0]]])
    assert "parts" in gage_study(readings).set_to_zero


def test_share_of_the_tolerance():
    study = gage_study(AIAG)
    assert study.grr_percent_of_tolerance(6 * study.grr) == pytest.approx(100)


@pytest.mark.parametrize("shape", [(10, 3), (10, 1, 3), (1, 3, 3), (10, 3, 1)])
def test_studies_that_are_not_crossed_are_refused(shape):
    with pytest.raises(SeriesError):
        gage_study(np.ones(shape))


def test_missing_reading_is_named():
    readings = AIAG.copy()
    readings[4, 1, 2] = np.nan
    with pytest.raises(SeriesError, match=r"part, appraiser and trial: number \(4, 1, 2\) is nan"):
        gage_study(readings)


def test_resolution_too_coarse_for_repeatability_is_refused():
    with pytest.raises(MetrologyError, match="resolution"):
        gage_study(np.broadcast_to(np.arange(5.0)[:, None, None], (5, 3, 3)))
