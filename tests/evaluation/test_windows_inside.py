"""The share of windows inside, and start-up, from synthetic records with rates that are off for a while."""

import pytest

from rig.record.bodies.judging import Limit
from tests.evaluation.courses import given, settled, span

SHARE = Limit(unit="%", lower=95.0)
SOON = Limit(unit="h", upper=3.0)
STEADY = ((0, 100.0), (16, 0.0))


def asked(folder, steps, function, limit, percent, programme=STEADY):
    sliding = {"minutes": 60.0, "every_minutes": 15.0, "percent": percent}
    return settled(folder, given(*steps), programme, function, limit, span(0, 16), **sliding)


def share(folder, steps, percent):
    return asked(folder, steps, "share of windows inside", SHARE, percent)


def start_up(folder, steps, percent, programme=STEADY):
    return asked(folder, steps, "start-up time", SOON, percent, programme)


def test_the_share_counts_windows(tmp_path):
    result = share(tmp_path, ((0, 100.0), (7, 120.0), (8, 100.0), (16, 0.0)), 7.0)
    # 16 h hold 61 windows; those begun −30, −15, 0, 15, 30 min from 7 h are more than 7 % off.
    assert result.number.value == pytest.approx(100.0 * 56 / 61)
    assert result.verdict == "FAIL"


def test_a_share_of_windows_far_from_the_bound_is_certain(tmp_path):
    result = share(tmp_path, STEADY, 5.0)
    assert (result.number.value, result.verdict) == (100.0, "PASS")
    assert result.number.expanded < 1e-6


def test_windows_on_the_bound_may_lie_on_either_side(tmp_path):
    result = share(tmp_path, ((0, 105.0), (16, 0.0)), 5.0)
    assert result.number.u > 30.0
    assert result.verdict == "INCONCLUSIVE"


def test_windows_that_are_as_likely_on_either_side_are_a_whole_count_each(tmp_path):
    result = share(tmp_path, ((0, 105.0), (16, 0.0)), 5.0)
    # Each is 0 or 1 with a chance of a half: √(1/2) from what is true. What they share puts all on one side.
    assert result.number.u == pytest.approx(100.0 * 0.5**0.5, abs=8.0)


def test_start_up_ends_with_the_last_window_that_was_off(tmp_path):
    result = start_up(tmp_path, ((0, 95.5), (2, 100.0), (16, 0.0)), 3.0)
    # The window from 1.25 h on is 3.4 % off, the one from 1.5 h on 2.3 %.
    assert result.number.value == 1.5
    assert result.number.u == pytest.approx(0.25 / 12**0.5, rel=1e-3)
    assert result.verdict == "PASS"


def test_a_window_near_the_bound_makes_start_up_uncertain(tmp_path):
    result = start_up(tmp_path, ((0, 94.0), (2, 100.0), (16, 0.0)), 3.0)
    # The window from 1.5 h on is 3 % off: inside or outside.
    assert result.number.u == pytest.approx((0.125**2 + 0.25**2 / 12) ** 0.5, rel=1e-3)


def test_a_flow_that_never_comes_has_no_start_up_time(tmp_path):
    result = start_up(tmp_path, ((0, 92.0), (16, 0.0)), 3.0)
    assert result.verdict == "INVALID"
    assert "start-up had not ended 15 h after the start" in result.reasons[0]


def test_start_up_wants_a_start(tmp_path):
    result = start_up(tmp_path, STEADY, 3.0, programme=((-1, 100.0), (16, 0.0)))
    assert "no infusion was started in this window" in result.reasons[0]
