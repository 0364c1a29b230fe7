"""The small picture tells the truth about where a value lies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.drawing.intervals import WIDTH, interval_of
from reports.facts.run_facts import ShownResult
from tests.reports.records import LIMIT, NO_NUMBER, result_body, said


def picture(value=1.0, u=0.25, lower=-5.0, upper=5.0):
    decision = result_body()["decision"] | {"guard_band": 2 * u}
    body = result_body(value=value, u=u, decision=decision, limit=LIMIT | {"lower": lower, "upper": upper})
    return interval_of(ShownResult(9, "error", said(body)))


@given(st.floats(-100, 100), st.floats(1e-6, 50))
def test_everything_is_inside(value, u):
    drawn = picture(value, u)
    stretches = [drawn.allowed, drawn.interval, *drawn.guards]
    assert all(one.x >= 0 and one.x + one.width <= WIDTH + 0.02 for one in stretches)


@given(st.floats(-20, 20), st.floats(0.01, 5))
def test_the_value_lies_inside_the_bar_exactly_when_it_is_within_the_limits(value, u):
    drawn = picture(value, u)
    inside = drawn.allowed.x - 0.02 <= drawn.value <= drawn.allowed.x + drawn.allowed.width + 0.02
    assert inside == (-5 <= value <= 5) or min(abs(value - 5), abs(value + 5)) < 0.02


def test_a_limit_lies_in_the_middle_of_its_guard_band():
    drawn = picture()
    assert [guard.x + guard.width / 2 for guard in drawn.guards] == pytest.approx([m.x for m in drawn.marks], abs=0.02)


def test_without_an_upper_limit_the_bar_goes_to_the_end():
    drawn = picture(upper=None)
    assert drawn.allowed.x + drawn.allowed.width == pytest.approx(WIDTH - 4)


def test_marks_name_the_limits_there_are():
    assert [mark.text for mark in picture(upper=None).marks] == ["−5"]


def test_without_a_number_there_is_no_picture():
    assert interval_of(ShownResult(9, "error", said(result_body(**NO_NUMBER)))) is None
