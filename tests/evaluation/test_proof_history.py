"""Successive proofs on control charts: the rule that the newest value breaks, and the drift since the calibration."""

import numpy as np
import pytest

from rig.clock import NS_PER_S
from rig.evaluation.proof_history import Kept, chart_of

DAY_NS = 86_400 * NS_PER_S
ROUND = 10.0 + 0.1 * np.random.default_rng(5).standard_normal(20)


def days(values, calibrations=None):
    """Return values of a quantity, one a day."""
    ids = calibrations or ["CAL-1"] * len(values)
    return [
        Kept("check weight", "ppm", float(value), day * DAY_NS, f"run-{day}", (ids[day],))
        for day, value in enumerate(values)
    ]


def test_a_bench_that_stays_as_it_is_breaks_no_rule():
    assert chart_of(days(ROUND)).broken == ()


@pytest.mark.parametrize(
    "values, rule",
    [
        ([*ROUND, 11.0], "western electric 1: beyond 3 σ"),
        ([*ROUND, *(10.0 + 0.02 * day for day in range(1, 9))], "nelson 3: six in a row rising or falling"),
        (
            [*ROUND, *(10.15 + 0.01 * (-1) ** day for day in range(10))],
            "western electric 4: eight in a row on one side",
        ),
    ],
    ids=["jump", "drift", "shift"],
)
def test_the_rule_that_the_newest_value_completes_is_named(values, rule):
    assert rule in chart_of(days(values)).broken


def test_a_rule_that_was_broken_days_ago_is_not_told_again():
    assert chart_of(days([*ROUND[:12], 10.5, *ROUND[12:]])).broken == ()


def test_fewer_proofs_than_limits_need_break_nothing():
    found = chart_of(days([*ROUND[:7], 99.0]))
    assert (found.broken, found.sigma) == ((), 0.0)


def test_the_drift_is_that_since_the_calibration_that_holds():
    before, since = ROUND[:10], 10.0 + 0.5 * np.arange(10) + (ROUND[10:] - 10.0)
    found = chart_of(days([*before, *since], ["CAL-1"] * 10 + ["CAL-2"] * 10))
    assert found.drift_day == pytest.approx(0.5, abs=found.expanded_drift_day)
    assert found.expanded_drift_day < 0.1
    assert found.since == "CAL-2, 1970-01-11"


def test_values_that_never_differ_and_one_alone_make_no_chart():
    assert chart_of(days([10.0])) is None
    assert chart_of(days([10.0] * 20)) is None
