"""What was programmed, boluses too, and what a dose error is held against."""

import pytest

from reports.dashboards import verdicts
from tests.dashboards import laboratory
from tests.dashboards.test_queries import chosen, coarse_of

LAST_ASKED = 'SELECT sum("ul") AS "ul" FROM (SELECT difference("programmed_ul") AS "ul" FROM "samples" WHERE {} {})'


def asked_ul(history, run):
    where = f"\"run\" = '{run}' AND time > 0"
    (row,) = history.rows(LAST_ASKED.format(where, 'GROUP BY "opening"'), {})
    return row["ul"]


@pytest.mark.parametrize("number, wanted_ul", [(0, laboratory.PROGRAMMED_UL), (1, laboratory.TROUBLED_UL)])
def test_all_that_orders_ask_for_is_told(history, number, wanted_ul):
    assert asked_ul(history, history.runs[number]) == pytest.approx(wanted_ul, rel=1e-3)


@pytest.mark.parametrize("number", [0, 1], ids=["infusions", "boluses"])
def test_the_dose_error_is_small_where_the_pump_delivers_what_it_was_asked(series, history, number):
    (found,) = series(coarse_of(verdicts.DOSE_ERROR)[0].text, chosen(history, history.runs[number]))
    assert abs(found["values"][-1][1]) < 1.0
