"""A projected verdict: whose it is, of when, and that it ends with its window."""

import pytest

from reports.dashboards import verdicts
from rig.record.bodies.events import OutcomeWord, PlanEnds, PlanOutcome, WindowEnds
from tests.dashboards import odd
from tests.streaming.records import EPOCH_NS

(QUERY,) = verdicts.PROJECTED_VERDICT.queries
ENDS = {
    "window": WindowEnds("analysis", EPOCH_NS, EPOCH_NS + 1),
    "plan": PlanEnds(odd.PLAN),
    "outcome": PlanOutcome(odd.PLAN, OutcomeWord.INTERRUPTED),
}


def shown(world):
    return world.rows(QUERY.text, {"run": world.runs[0]})


@pytest.fixture(scope="module")
def under_way(streamed):
    (row,) = shown(streamed(odd.under_way))
    return row


@pytest.mark.parametrize(
    "column, wanted",
    [
        ("in_plan", "test_rate"),
        ("in_test", "test_rate[41.7]"),
        ("result_text", "mean flow error"),
        ("verdict_text", "PASS"),
        ("value_percent", 2.25),
        ("hours_to_verdict", 7.5),
        ("at_ms", EPOCH_NS // 1_000_000 + 120_000),
    ],
)
def test_a_projection_says_whose_it_is_and_of_when(under_way, column, wanted):
    assert under_way[column] == wanted


@pytest.mark.parametrize("ended_by", ENDS)
def test_a_projection_ends_with_what_it_is_of(streamed, ended_by):
    def ended(folder):
        return odd.under_way(folder, ENDS[ended_by])

    ended.__name__ = f"ended_{ended_by}"
    assert shown(streamed(ended)) == []


def test_a_projection_ends_with_a_run_that_was_killed(streamed):
    def killed(folder):
        return odd.under_way(folder, stop="INTERRUPTED")

    assert shown(streamed(killed)) == []


def test_the_next_window_has_a_projection_of_its_own(streamed):
    def goes_on(folder):
        return odd.under_way(folder, ENDS["window"], odd.projection(-1.5))

    (row,) = shown(streamed(goes_on))
    assert row["value_percent"] == -1.5
