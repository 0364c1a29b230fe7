"""What the pump's clock says against the rig's: how fast it may be, and which of its leaps somebody brought about."""

import numpy as np
import pytest

from rig.evaluation.evidence import clock
from tests.evaluation import steady
from tests.evaluation.happenings import log, ns, tell
from tests.evaluation.steady import case_of


def against(folder, tells):
    return case_of(folder, clock.WITNESS.testify, tells=tells).against


# 33 h are 118 800 s; two stamps of 0.2 s each make 3·√2·0.2/118 800 = 7.14 ppm.
@pytest.mark.parametrize("ppm, said", [(107.0, 0), (107.3, 1), (-107.0, 0), (-107.3, 1)])
def test_a_pumps_clock_may_gain_its_limit_and_what_two_stamps_are_worth(tmp_path, ppm, said):
    ahead_s = 5.0 + 1e-6 * ppm * np.arange(33 * 60 + 1) * 60.0
    assert len(against(tmp_path, [steady.books(clock_ahead_s=ahead_s)])) == said


# 6 · 0.2 s for the stamps and ten times 100 ppm of a minute: 1.26 s.
@pytest.mark.parametrize("leap_s, said", [(1.25, 0), (1.27, 1), (-1.25, 0), (-1.27, 1)])
def test_a_pumps_clock_may_not_leap_by_more_than_stamps_and_rate_explain(tmp_path, leap_s, said):
    ahead_s = np.where(np.arange(33 * 60 + 1) < 900, 0.0, leap_s)
    found = against(tmp_path, [steady.books(clock_ahead_s=ahead_s)])
    assert len([one for one in found if "leapt" in one]) == said


AT_S = 60.0 * 59.5


def set_ahead(record, ahead_s=3600.0, at_s=AT_S, **more):
    """Set the clock by an order in the 300th minute, or another."""
    tell(record, at_s, "set_clock", t_ns=ns(at_s + ahead_s), **more)


def set_once(record):
    """Set an hour ahead, as its log says."""
    set_ahead(record)
    log(record, (60.0 * 59.5, "clock_set"), read_at_s=60.0 * 900)


def by_another(record):
    """Set twice, of which one was somebody else's."""
    set_ahead(record)
    log(record, (60.0 * 59.5, "clock_set"), (60.0 * 659.5, "clock_set"), read_at_s=60.0 * 900)


# It leaps in the 300th minute of the record, and once more in the 900th; the window begins with its 240th.
@pytest.mark.parametrize(
    "tells, then_s, said",
    [
        (set_once, 0.0, []),
        (set_once, 60.0, ["the pump's clock leapt by +60 s at 11.00 h, and its log tells of no setting"]),
        (by_another, 60.0, []),
    ],
)
def test_a_leap_is_explained_by_a_setting_of_its_own_time_alone(tmp_path, tells, then_s, said):
    minutes = np.arange(33 * 60 + 1)
    ahead_s = np.where(minutes < 300, 0.0, 3600.0) + np.where(minutes < 900, 0.0, then_s)
    assert list(against(tmp_path, [steady.books(clock_ahead_s=ahead_s), tells])) == said


def test_a_leap_of_a_pumps_clock_is_no_rate(tmp_path):
    ahead_s = np.where(np.arange(33 * 60 + 1) < 900, 0.0, 3600.0)
    (found,) = against(tmp_path, [steady.books(clock_ahead_s=ahead_s)])
    assert "leapt by +3600 s" in found


def set_to(ahead_s):
    return lambda record: set_ahead(record, ahead_s)


def refused(record):
    set_ahead(record, 7200.0, result="RefusedError")


def set_twice_in_a_minute(record):
    set_ahead(record, 7200.0)
    set_ahead(record, 3600.0, at_s=AT_S + 10.0)


# It goes an hour ahead in the 300th minute; 10 s, and 1 ms a second of the half minute to the comparison, are allowed.
@pytest.mark.parametrize(
    "tells, said",
    [
        (set_to(3600.0), ""),
        (set_to(3590.0), ""),
        (set_to(3610.1), "was set to be +3610 s ahead at 0.99 h, and is +3600 s"),
        (set_to(3589.9), "was set to be +3590 s ahead at 0.99 h, and is +3600 s"),
        (set_to(0.0), "was set to be +0 s ahead at 0.99 h, and is +3600 s"),
        (refused, ""),
        (set_twice_in_a_minute, ""),
    ],
)
def test_a_clock_goes_where_it_is_set(tmp_path, tells, said):
    ahead_s = np.where(np.arange(33 * 60 + 1) < 300, 0.0, 3600.0)
    found = "".join(against(tmp_path, [steady.books(clock_ahead_s=ahead_s), tells]))
    assert found.removeprefix("the pump's clock ") == said


def test_a_clock_that_stays_where_it_was_though_it_is_set_is_found(tmp_path):
    (found,) = against(tmp_path, [steady.books(clock_ahead_s=0.0), set_ahead])
    assert "was set to be +3600 s ahead at 0.99 h, and is +0 s" in found
