"""What happens to a catheter: it closes, kinks, leaks, comes off. What becomes of the dose, and who notices?"""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = [pytest.mark.requirement("IT-02"), pytest.mark.evaporation(hours=1)]


@pytest.mark.requirement("1.10.7")
def test_what_an_occlusion_holds_back_comes_when_it_is_released(pump, bench, verify):
    """Half an hour of occlusion costs no volume once the line is open again, and adds none."""
    with bench.window("closed and open") as released:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(hours=1, doing="open")
        with bench.challenge.occlusion():
            bench.dwell(minutes=30, doing="closed")
        bench.dwell(hours=2, doing="open again")
    verify("volume of all", released.volume_error()).within("volume accuracy")


def test_a_kink_costs_no_volume(pump, bench, verify):
    """A catheter of ten times the resistance delays the dose, and changes nothing of it."""
    pump.run_continuous(rate_ul_h=200.0)
    with bench.challenge.kink(times_resistance=10.0):
        bench.dwell(hours=1, doing="kinked")
        with bench.window("kinked") as kinked:
            bench.dwell(hours=3, doing="kinked")
    verify("flow through a kink", kinked.flow_error()).within("basal accuracy")
