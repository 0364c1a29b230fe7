"""The study of each kind of number: what it counts, and that it notices an interval that is too narrow."""

import pytest

from tests.worlds.quantities import (
    Held,
    main,
    one_alarm,
    one_infusion,
    one_lockout,
    one_programme,
    one_series,
    wrong_accepts,
)
from tests.worlds.study import STATED_RISK_PERCENT


def test_an_infusion_is_asked_for_mean_flow_volume_and_windows():
    found = one_infusion(1, 0)
    assert [(one.quantity, one.told) for one in found] == [("mean flow", 1), ("volume", 1), ("window", 5)]


@pytest.mark.parametrize("decade", range(3))
def test_a_programme_that_changes_holds_its_truth_behind_a_line_that_gives_way(decade):
    told = [one for number in range(9) for one in one_programme(decade, number)]
    assert (len(told), sum(one.held for one in told) >= 7) == (9, True)


def test_a_series_is_asked_for_its_mean_bolus():
    assert one_series(1, 0) == [Held("bolus", 1, 1)]


def test_an_alarm_rose_within_what_is_stated_of_it():
    told = [one for number in range(100) for one in one_alarm(0, number)]
    assert sum(one.told for one in told) == 100
    # Of a rectangle 95.45 % are within; neither all of them, as two standard deviations would say, nor less than 90.
    assert 90 <= sum(one.held for one in told) <= 99


def test_a_lockout_lasted_as_long_as_is_stated_of_it():
    told = [one for number in range(100) for one in one_lockout(0, number)]
    assert sum(one.told for one in told) == 100
    assert sum(one.held for one in told) >= 90


def test_verdicts_on_the_limit_are_wrong_as_often_as_stated_at_the_most():
    assert not wrong_accepts(5000, 3).surely_above(STATED_RISK_PERCENT)


def test_a_rule_that_takes_few_readings_for_many_would_be_noticed():
    assert wrong_accepts(5000, 3, told_dof=False).surely_above(STATED_RISK_PERCENT)


def test_a_line_for_each_quantity_in_each_decade(capsys):
    assert main(["--runs", "0", "--decisions", "10", "--workers", "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 7 * 3
