"""What is missing between requirements, plans, runs, verdicts and pumps is found, and nothing else is."""

import csv
import io

import pytest

from reports.matrix.as_csv import as_csv
from reports.matrix.as_json import as_json
from reports.matrix.gaps import GapKind, gaps
from reports.matrix.sums import sums_of
from tests.matrix.lines import KEPT, TOLD, dut_row, found, plan, ran, required, row

ALL = {KEPT: "PASS", TOLD: "PASS"}


def kinds(matrix):
    return [(gap.kind.value, gap.requirement or gap.dut or gap.plan.partition("::")[2]) for gap in gaps(matrix)]


def test_where_every_pump_passed_everything_there_is_no_gap():
    assert kinds(found(ran(1, ALL), ran(2, ALL, "P-2"))) == []


@pytest.mark.parametrize(
    "more, gap",
    [
        ({"requirements": required("R-3")}, ("no plan", "R-3")),
        ({"requirements": {**required("R-1", no_plan="a reason")}}, ("excused in vain", "R-1")),
        ({"plans": (plan("test_more"),)}, ("plan without requirement", "test_more")),
        ({"plans": (plan("test_more", unread=True),)}, ("marker not read", "test_more")),
    ],
)
def test_what_is_wrong_in_the_files_is_a_gap(more, gap):
    assert kinds(found(ran(1, ALL), **more)) == [gap]


def test_a_requirement_of_which_no_plan_has_run_was_never_run():
    assert kinds(found(ran(1, {TOLD: "PASS"}))) == [
        ("never run", "R-1"),
        ("a plan has not run", "R-2"),
        ("pump without a PASS", "pump P-1"),
    ]


@pytest.mark.parametrize(
    "verdict, kind", [("FAIL", "failing"), ("INVALID", "not decided"), ("INCONCLUSIVE", "not decided")]
)
def test_what_is_no_pass_is_a_gap_of_its_kind(verdict, kind):
    assert kinds(found(ran(1, {**ALL, TOLD: verdict}))) == [(kind, "R-2"), ("pump without a PASS", "pump P-1")]


def test_what_ran_on_mocked_benches_only_is_said_of_each_requirement():
    assert kinds(found(ran(1, ALL, kind="mocked"))) == [
        ("only on mocked benches", "R-1"),
        ("only on mocked benches", "R-2"),
    ]


def test_a_mocked_pass_does_not_hide_that_a_real_pump_failed():
    matrix = found(ran(1, {**ALL, TOLD: "FAIL"}), ran(2, ALL, kind="mocked"))
    assert (row(matrix, "R-2").standing, row(matrix, "R-2").physical_standing) == ("PASS", "FAIL")
    assert ("failing", "R-2") in kinds(matrix)


def test_a_case_that_ran_on_mocked_benches_alone_is_not_shown_on_physical_ones():
    matrix = found(ran(1, {f"{KEPT}[1]": "PASS"}), ran(2, {f"{KEPT}[1]": "PASS", f"{KEPT}[2]": "PASS"}, kind="mocked"))
    assert row(matrix, "R-1").physical_standing == "INCONCLUSIVE"


def test_a_pump_lacks_what_another_has_shown():
    matrix = found(ran(1, ALL), ran(2, {KEPT: "PASS"}, "P-2"))
    assert dut_row(matrix, "P-1").lacking == ()
    assert dut_row(matrix, "P-2").lacking == (("R-2", "INCONCLUSIVE"),)


def test_a_pump_passes_only_with_every_case_that_is_known():
    matrix = found(ran(1, {f"{KEPT}[1]": "PASS", f"{KEPT}[2]": "PASS"}), ran(2, {f"{KEPT}[1]": "PASS"}, "P-2"))
    assert "R-1" in dut_row(matrix, "P-1").passed
    assert ("R-1", "INCONCLUSIVE") in dut_row(matrix, "P-2").lacking


def test_a_newer_run_on_one_pump_takes_nothing_from_another():
    matrix = found(ran(1, ALL), ran(2, {**ALL, KEPT: "FAIL"}, "P-2"))
    assert (row(matrix, "R-1").standing, dut_row(matrix, "P-1").lacking) == ("FAIL", ())


def test_the_simulated_pump_of_the_same_number_is_another():
    matrix = found(ran(1, ALL, kind="mocked"), ran(2, {KEPT: "FAIL"}))
    assert dut_row(matrix, "P-1", mocked=True).lacking == ()
    assert dut_row(matrix, "P-1").lacking == (("R-1", "FAIL"), ("R-2", "FAIL"))


def test_a_run_without_a_serial_number_is_of_no_pump():
    assert found(ran(1, ALL, "")).duts == ()


def test_what_no_longer_holds_is_said_with_each_reason_once():
    matrix = found(ran(1, ALL), stale_of=lambda _: {KEPT: ("limit: changed",), TOLD: ("limit: changed",)})
    said = [gap.said for gap in gaps(matrix) if gap.kind is GapKind.STALE]
    assert said == [
        "R-1: test_kept in run-001: limit: changed",
        "R-2: test_kept in run-001, test_told in run-001: limit: changed",
    ]
    assert dut_row(matrix, "P-1").stale == ("R-1", "R-2")


def test_a_run_that_no_longer_speaks_is_not_asked_whether_it_is_stale():
    asked = []
    found(ran(1, ALL), ran(2, ALL), ran(3, ALL, "P-2"), stale_of=lambda run: asked.append(run.run_id) or {})
    assert asked == ["run-002", "run-003"]


def test_simulated_pumps_are_counted_apart():
    matrix = found(ran(1, ALL), ran(2, {KEPT: "PASS"}, "P-2"), ran(3, ALL, kind="mocked"))
    sums = sums_of(matrix, gaps(matrix))
    assert (sums.duts, sums.duts_passed, sums.simulated, sums.simulated_passed) == (2, 1, 1, 1)


def test_what_passed_on_mocked_benches_is_not_counted_as_passed_on_physical_ones():
    mocked, both = (sums_of(one, gaps(one)) for one in (found(ran(1, ALL, kind="mocked")), found(ran(1, ALL))))
    assert (mocked.claimed, mocked.passed, mocked.passed_physical) == (2, 2, 0)
    assert (both.claimed, both.passed, both.passed_physical) == (2, 2, 2)


def test_a_requirement_without_a_plan_is_excused_by_a_reason_alone():
    more = {**required("R-3"), **required("R-4", "R-5", no_plan="nothing sees it")}
    matrix = found(ran(1, ALL), requirements=more)
    sums = sums_of(matrix, gaps(matrix))
    assert (sums.requirements, sums.claimed, sums.excused, sums.neither) == (5, 2, 2, 1)


def test_every_face_counts_the_same():
    matrix = found(
        ran(1, {**ALL, TOLD: "FAIL"}),
        ran(2, {KEPT: "PASS"}, "P-2"),
        ran(3, ALL, kind="mocked"),
        plans=(plan("test_x"),),
    )
    sums = sums_of(matrix, gaps(matrix))
    rows = [*csv.DictReader(io.StringIO(as_csv(matrix), newline=""))]
    said = as_json(matrix, [])
    for kind in GapKind:
        count = sums.gaps.get(kind, 0)
        assert sum(one["gap"] == kind.value for one in rows) == count
        assert sum(one["kind"] == kind.value for one in said["every_gap"]) == count
    verdicts = {one["requirement"]: one["requirement_verdict"] for one in rows if one["requirement"]}
    assert verdicts == {one["id"]: one["verdict"] for one in said["requirements"]}
