"""What a table says of a result is what its entry says, in whichever format, and nothing of one that cannot be read."""

import math

import pytest

from rig.record.bodies.codec import to_body
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Judgement, Number, Result
from rig.record.result_line import ResultLine, result_line
from rig.record.schema import Entry
from tests.streaming.records import RESULT

JUDGED = Judgement(0.6, 0.999, 0.001, 0.01)


def entry_of(body):
    return Entry(7, 0, "result", "mean flow error", body, None)


def body_of(number=None, limit=None, **more):
    said = {"verdict": "PASS", "unit": "%", "requirements": ("ACC-001",)} | more
    return to_body(Result("a plan", recipe=Recipe("f", to_ns=9), limit=limit, number=number, **said))


def test_a_result_of_today_is_told():
    body = body_of(Number(1.5, 0.3, 2.0, math.inf, (), JUDGED), Limit("%", -5.0, None), limit_name="accuracy")
    assert result_line(entry_of(body)) == ResultLine(
        7, "mean flow error", "a plan", "PASS", ("ACC-001",), "%", 1.5, 0.6, 2.0, "accuracy", -5.0, None, 9
    )


def test_a_result_of_before_is_told_with_its_guard_band():
    found = result_line(entry_of(RESULT))
    assert (found.value, found.expanded, found.lower, found.upper, found.problem) == (1.25, 1.0, -5.0, 5.0, "")


def test_a_fact_has_no_number():
    found = result_line(entry_of(body_of(unit="", fact="it rang")))
    assert (found.value, found.expanded, found.k, found.verdict) == (None, None, None, "PASS")


@pytest.mark.parametrize("change", [{"unit": 5}, {"recipe": None}, {"number": {"value": "much"}}])
def test_a_result_that_cannot_be_read_says_its_verdict_and_why(change):
    found = result_line(entry_of(body_of() | change))
    assert (found.verdict, found.value) == ("PASS", None)
    assert found.problem


def test_a_number_that_is_not_finite_is_none():
    found = result_line(entry_of(body_of(Number(math.inf, 0.3, 2.0, 9.0, (), JUDGED))))
    assert (found.value, found.problem) == (None, "its number is not finite")


def test_an_infinite_bound_is_none():
    found = result_line(entry_of(body_of(Number(1.5, 0.3, 2.0, 9.0, (), JUDGED), Limit("%", -math.inf, 5.0))))
    assert (found.lower, found.upper) == (None, 5.0)
