"""A plan that broke, was left out or verified nothing is seen first: a run never looks green for its verdicts alone."""

import pytest

from reports.dashboards import runs, verdicts
from rig.clock import VirtualClock
from rig.record.bodies.others import Stop
from rig.record.reader import RecordReader
from tests.dashboards import odd
from tests.dashboards.test_queries import chosen
from tests.streaming import records

TROUBLED = {("test_boluses", "failed", "FAIL", 0), ("test_left_out", "skipped", "INCONCLUSIVE", 0)}


@pytest.fixture
def listed(history):
    """What the list of runs says of the run with boluses, its queries put together as Grafana does."""
    merged = {}
    for query in runs.run_queries('"source" = ${source:singlequote}'):
        for row in history.rows(query.text, chosen(history)):
            if row["run"] == history.runs[1]:
                merged |= row
    return merged


def test_plans_that_did_not_pass_are_listed(history):
    found = history.rows(verdicts.PLANS_NOT_PASSED.queries[0].text, chosen(history, history.runs[1]))
    assert {(row["test"], row["outcome"], row["standing"], row["results"]) for row in found} == TROUBLED


def test_why_a_plan_did_not_pass_is_told(history):
    found = history.rows(verdicts.PLANS_NOT_PASSED.queries[0].text, chosen(history, history.runs[1]))
    assert any("it broke" in row["why"] for row in found)


def test_a_run_in_which_all_passed_has_none_of_them(history):
    assert history.rows(verdicts.PLANS_NOT_PASSED.queries[0].text, chosen(history)) == []


def test_plans_without_a_verdict_are_counted_before_verdicts(history):
    query = verdicts.VERDICT_COUNTS.queries[0]
    found = history.rows(query.text, chosen(history, history.runs[1]))
    assert {row["outcome"]: row["count"] for row in found} == {"failed": 1, "skipped": 1}


@pytest.mark.parametrize("column, wanted", [("outcome", "FAIL"), ("not_passed", 2), ("no_verdict", 2)])
def test_the_list_of_runs_says_what_a_run_comes_to(listed, column, wanted):
    assert listed[column] == wanted


def test_the_list_of_runs_counts_the_verdicts_of_the_record(history, listed):
    with RecordReader(history.records[1]) as reader:
        assert {verdict: listed[verdict] for verdict in reader.verdicts()} == reader.verdicts()


def test_what_stands_in_one_line_of_the_list_is_told_apart_by_tags_alone(history):
    # Grafana puts rows together that agree in all columns they share: the time must be none.
    times = {
        row["time"]
        for query in runs.run_queries('"source" = ${source:singlequote}')
        for row in history.rows(query.text, chosen(history))
    }
    assert len(times) == 1


def test_a_plan_that_was_never_reached_is_listed(streamed):
    def cut_short(folder):
        clock = VirtualClock(records.EPOCH_NS)
        with records.begin(folder, "cut-short", clock) as record:
            record.stop(Stop("INTERRUPTED", selected=(odd.PLAN,)))
        return record.path

    world = streamed(cut_short)
    (row,) = world.rows(verdicts.PLANS_NOT_PASSED.queries[0].text, {"run": world.runs[0]})
    assert (row["outcome"], row["standing"]) == ("not reached", "INCONCLUSIVE")
