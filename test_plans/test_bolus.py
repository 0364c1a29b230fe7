"""Boluses: does the pump deliver the volume it is asked for, each time?"""

import pytest

pytestmark = pytest.mark.requirement("ACC-002", "1.4.1")

SUCCESSIVE = 25


@pytest.mark.parametrize("volume_ul, minutes", [(5.0, 15), (500.0, 75)], ids=["smallest", "largest"])
def test_boluses_are_accurate(pump, bench, verify, volume_ul, minutes):
    """25 successive boluses deliver the programmed volume, on the mean and each by itself."""
    with bench.window("boluses") as window:
        for number in range(SUCCESSIVE):
            with window.dose():
                pump.give_bolus(volume_ul=volume_ul)
                bench.dwell(minutes=minutes, doing=f"bolus {number + 1} of {SUCCESSIVE}")
    verify("mean bolus error", window.bolus_error(programmed_ul=volume_ul)).within("bolus accuracy")
    verify("largest bolus error", window.largest_bolus_error(programmed_ul=volume_ul)).within("single bolus accuracy")
