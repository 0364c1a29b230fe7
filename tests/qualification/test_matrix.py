"""A row of the matrix: caught, missed, undecided; named and sized; and what speaks against the plans."""

from dataclasses import replace

import pytest

from qualification.matrix import Matrix, Row
from tests.qualification.findings import BOLUS, claim, defect, finding

PASSED = finding(claim("PASS", value=0.1))
FAILED = finding(claim("FAIL", "books: 100 µL counted, 110 weighed", 10.2))
INVALID = finding(claim("INVALID", "the motor's edges stand for less"))
UNDECIDED = finding(claim("INCONCLUSIVE", "within the guard band", 4.9))
RAISED = finding(claim("PASS"), outcome="failed", why="SafetyError: delivers although it said that it stopped")
NOT_REACHED = finding(outcome="not reached", plan=BOLUS)


@pytest.mark.parametrize(
    "findings, word",
    [
        ((PASSED,), "missed"),
        ((FAILED,), "caught"),
        ((INVALID,), "caught"),
        ((RAISED,), "caught"),
        ((UNDECIDED,), "undecided"),
        ((NOT_REACHED,), "missed"),
        ((PASSED, FAILED), "caught"),
        ((), "missed"),
    ],
)
def test_a_defect_is_caught_by_whatever_lets_the_pump_not_pass(findings, word):
    assert Row(defect(), findings).word == word


@pytest.mark.parametrize(
    "one, findings, why",
    [
        (defect(), (), "no plan looks: none claims"),
        (defect(), (PASSED,), "the one plan asked that claims ACC-001 let it pass"),
        (defect(), (PASSED, replace(PASSED, plan=BOLUS)), "2 plans asked that claim ACC-001 let it pass"),
        (defect(), (replace(PASSED, requirements=()),), "no plan of the 1 asked claims ACC-001"),
        (
            defect(plans=("test_plans/test_clock.py",)),
            (PASSED,),
            "meant for it were not asked: test_plans/test_clock.py",
        ),
        (defect(effect_percent=-2.4), (PASSED,), "within what is allowed"),
        (defect(), (UNDECIDED,), "could not decide"),
        (defect(), (FAILED,), ""),
        (defect(control=True), (PASSED,), ""),
    ],
)
def test_what_was_missed_says_why(one, findings, why):
    assert why in Row(one, findings).why
    assert bool(why) == bool(Row(one, findings).why)


@pytest.mark.parametrize("control", [False, True])
def test_what_a_session_that_did_not_end_left_out_is_not_shown(control):
    row = Row(defect(control=control), (PASSED,), said="it was ended after 900 s")
    assert (row.word, row.as_it_should) == ("not shown", False)
    assert row.why == "its session did not come to its end: it was ended after 900 s"


def test_what_was_caught_before_a_session_broke_off_is_caught():
    assert Row(defect(), (FAILED,), said="it was ended after 900 s").word == "caught"


def told(verdict, fault):
    """Return a finding of a plan with one claim that was said to be somebody's fault."""
    return finding(replace(claim(verdict, "books"), fault=fault))


@pytest.mark.parametrize("says, names", [(("books",), True), (("BOOKS",), True), (("clock",), False), ((), None)])
def test_a_diagnosis_fits_when_it_says_what_is_wrong(says, names):
    assert Row(defect(says=says), (FAILED,)).names_it is names


@pytest.mark.parametrize(
    "findings, blames",
    [
        ((PASSED,), ""),
        ((told("INVALID", "bench"),), "bench"),
        ((told("INVALID", "bench"), FAILED), "pump"),
        ((told("INVALID", "plan"), told("INVALID", "bench")), "plan"),
        ((replace(INVALID, fault="bench"),), "bench"),
    ],
)
def test_a_row_says_whose_fault_it_was_said_to_be(findings, blames):
    assert Row(defect(), findings).blames == blames


@pytest.mark.parametrize("effect, sizes", [(10.0, True), (14.5, False), (0.0, None)])
def test_a_size_fits_within_its_uncertainty(effect, sizes):
    assert Row(defect(effect_percent=effect), (FAILED,)).sizes_it is sizes


@pytest.mark.parametrize(
    "one, findings, well",
    [
        (defect(), (FAILED,), True),
        (defect(), (PASSED,), False),
        (defect(effect_percent=-2.4), (PASSED,), True),
        (defect(effect_percent=0.0, effect="half of it at 1000 µL/h"), (PASSED,), False),
        (defect(control=True), (PASSED,), True),
        (defect(control=True), (FAILED,), False),
        (defect(of_the_bench=True), (INVALID,), True),
        (defect(of_the_bench=True), (FAILED,), False),
        (defect(of_the_bench=True), (told("FAIL", "bench"),), True),
        (defect(of_the_bench=True), (told("FAIL", "pump"),), False),
        (defect(of_the_bench=True), (told("INVALID", "pump"),), False),
        (defect(of_the_bench=True), (replace(NOT_REACHED, outcome="broken", fault="pump"),), False),
        # Of the pump's defect somebody must say that it is the pump's.
        (defect(), (told("INVALID", "bench"),), False),
        (defect(), (told("INVALID", "bench"), told("INVALID", "pump")), True),
        (defect(), (replace(NOT_REACHED, outcome="broken", fault="pump"),), True),
        # Where nobody looked, nothing was shown.
        (defect(control=True), (), False),
        (defect(of_the_bench=True), (), False),
        (defect(control=True), (NOT_REACHED,), False),
        (defect(effect_percent=-2.4), (), False),
        (defect(of_the_bench=True), (replace(FAILED, requirements=("RIG-002",)),), True),
    ],
)
def test_plans_do_as_they_should(one, findings, well):
    assert Row(one, findings).as_it_should is well


@pytest.mark.parametrize("fault, named", [("bench", True), ("pump", False)])
def test_what_is_wrong_with_the_bench_is_not_named_where_it_is_called_the_pumps(fault, named):
    said = finding(replace(claim("INVALID", "the books are off"), fault=fault))
    assert Row(defect(of_the_bench=True), (said,)).names_it is named


def test_of_what_was_said_a_fail_stands_first():
    said = finding(claim("INVALID", "not valid", name="volume"), claim("FAIL", "too much", name="flow"))
    assert said.words == "flow FAIL: too much; volume INVALID: not valid"


def test_a_requirement_has_the_defects_that_only_its_plans_found():
    bolus = finding(claim("FAIL"), plan=BOLUS, requirements=("ACC-002",))
    rows = (Row(defect("A1"), (FAILED,)), Row(defect("A2"), (FAILED, bolus)), Row(defect("A3"), (PASSED, bolus)))
    matrix = Matrix(rows, (PASSED, finding(claim("PASS"), plan=BOLUS, requirements=("ACC-002",))))
    assert [(need.requirement, need.only_here) for need in matrix.needs()] == [
        ("ACC-001", ("A1",)),
        ("ACC-002", ("A3",)),
    ]
    assert matrix.needed_by_none() == ()


def test_a_plan_that_no_defect_needs_is_said():
    bolus = finding(claim("FAIL"), plan=BOLUS)
    matrix = Matrix((Row(defect(), (FAILED, bolus)), Row(defect("A2"), (FAILED,))), (PASSED, bolus))
    assert matrix.needed_by_none() == (BOLUS,)
    assert (matrix.asked_of(BOLUS), matrix.asked_of(FAILED.plan)) == (1, 2)


@pytest.mark.parametrize(
    "findings, word", [((PASSED,), "let pass"), ((UNDECIDED,), "undecided"), ((FAILED,), "caught"), ((), "missed")]
)
def test_a_control_is_let_pass_where_a_plan_looked(findings, word):
    assert Row(defect(control=True), findings).word == word
