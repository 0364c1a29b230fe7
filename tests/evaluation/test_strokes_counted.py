"""Strokes that the pump counted, held to those of its motor's edges: just inside, just beyond, and whose fault."""

import numpy as np
import pytest

from rig.evaluation.evidence import strokes_counted
from tests.evaluation import steady
from tests.evaluation.steady import EDGES_PER_STROKE, PROGRAMMED_UL, STROKE_UL, case_of

# 2000 strokes; a stroke under way at either end and one in a thousand: 4 strokes apart are allowed, and a little.
STROKES = PROGRAMMED_UL / STROKE_UL


def told(folder, strokes, *, counted_ul=PROGRAMMED_UL, more=()):
    counts = [(-1.0, 500), (0.0, 500), (25.0, 500 + round(strokes * EDGES_PER_STROKE)), *more]
    tells = [steady.books(counted_ul=counted_ul), steady.edges(*counts)]
    return case_of(folder, strokes_counted.WITNESS.testify, tells=tells)


# The books are read each minute: at the first one behind the stop all of it is counted.
@pytest.mark.parametrize("off, said", [(3.9, 0), (4.1, 1), (-3.9, 0), (-4.1, 1)])
def test_two_counts_may_be_two_strokes_and_a_thousandth_apart(tmp_path, off, said):
    assert len(told(tmp_path, STROKES + off).against) == said


def test_edges_that_are_farther_from_what_was_weighed_are_the_counters_fault(tmp_path):
    found = told(tmp_path, STROKES - 100)
    assert found.against[0].endswith("the counter of edges loses some")
    assert (found.of_the_bench, found.of_the_pump) == (True, False)


def test_books_that_are_farther_from_what_was_weighed_are_the_pumps_fault(tmp_path):
    found = told(tmp_path, STROKES, counted_ul=PROGRAMMED_UL - 50.0)
    assert found.against[0].endswith("its books are not what its motor did")
    assert (found.of_the_bench, found.of_the_pump) == (False, True)


def test_edges_of_another_delivery_behind_are_none_of_this_one(tmp_path):
    later = (26.0, 500 + round((STROKES + 50) * EDGES_PER_STROKE))
    assert told(tmp_path, STROKES, more=(later,)).against == ()


def test_what_is_booked_behind_the_delivery_is_none_of_it(tmp_path):
    # The stop comes 25 h behind the first order, which comes 4 h behind the record's begin.
    counted_ul = np.where(np.arange(33 * 60 + 1) > 60 * (4 + 26), PROGRAMMED_UL + 50.0, PROGRAMMED_UL)
    assert told(tmp_path, STROKES, counted_ul=counted_ul).against == ()


def test_what_was_not_counted_at_rest_behind_the_delivery_is_not_asked(tmp_path):
    counts = steady.edges((-1.0, 500), (0.0, 500), (24.0, 900))
    found = case_of(tmp_path, strokes_counted.WITNESS.testify, tells=[steady.books(), counts])
    assert found.not_asked
