"""What a pump's own unrest does to the uncertainty of flow in windows: it is widened, and hides nothing."""

import pytest

from rig.record.bodies.judging import Limit
from tests.evaluation.courses import given, line, settled, span

WITHIN_5 = Limit(unit="%", lower=-5.0, upper=5.0)


def claimed(folder, rate, off, *, begins=3.0, hours=1.0, minutes=60.0, limit=WITHIN_5):
    """Settle eight hours at a rate of which some are off by a factor."""
    steps = [(0, rate), (begins, rate * off), (begins + hours, rate), (8, 0.0)]
    programme = [(0, rate), (8, 0.0)]
    asked = ("flow in windows", limit, span(0, 8))
    return settled(folder, given(*steps), programme, *asked, hours=16, minutes=minutes)


@pytest.mark.parametrize("rate", [5.0, 20.0, 100.0, 1000.0])
@pytest.mark.parametrize("off", [0.9, 1.1])
def test_an_hour_in_the_middle_that_is_ten_percent_off_does_not_pass(tmp_path, rate, off):
    assert claimed(tmp_path, rate, off).verdict != "PASS"


@pytest.mark.parametrize("begins, hours, minutes", [(3.5, 1.0, 60.0), (3.0, 0.5, 60.0), (3.0, 1.0, 120.0)])
def test_what_two_windows_share_does_not_pass_either(tmp_path, begins, hours, minutes):
    """Each of the windows is 5 % off, at the very limit."""
    assert claimed(tmp_path, 100.0, 1.1, begins=begins, hours=hours, minutes=minutes).verdict != "PASS"


@pytest.mark.parametrize("rate", [20.0, 100.0])
def test_the_value_is_the_windows_own_whatever_its_uncertainty(tmp_path, rate):
    assert claimed(tmp_path, rate, 1.1).number.value == pytest.approx(10.0, abs=0.3)


def test_a_steady_pump_is_not_widened(tmp_path):
    result = claimed(tmp_path, 100.0, 1.0)
    assert result.verdict == "PASS"
    assert line(result, "change of evaporation in between").contribution < 0.05


def test_a_pump_far_beyond_fails_however_restless(tmp_path):
    """No open vessel can lose what is missing here."""
    assert claimed(tmp_path, 100.0, 0.7).verdict == "FAIL"
