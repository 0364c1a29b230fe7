"""What happens to a catheter: it closes, kinks, leaks, comes off. What becomes of the dose, and who notices?

The pump has no sensor for any of it: it is for the rig to find.
"""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.requirement("1.10.7")
def test_what_an_occlusion_holds_back_comes_when_it_is_released(pump, bench, verify):
    """Half an hour of occlusion costs no volume once the line is open; what comes at once is no dangerous bolus."""
    with bench.window("closed and open") as released:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(hours=1, doing="open")
        with bench.challenge.occlusion():
            bench.dwell(minutes=30, doing="closed")
        bench.dwell(hours=2, doing="open again")
    verify("volume of all", released.volume_error()).within("volume accuracy")
    verify("released at once", released.released_bolus()).within("bolus after an occlusion")


@pytest.mark.requirement("ACC-001")
def test_a_kink_costs_no_volume(pump, bench, verify):
    """A catheter of ten times the resistance delays the dose, and changes nothing of it, nor behind it."""
    pump.run_continuous(rate_ul_h=200.0)
    with bench.challenge.kink(times_resistance=10.0):
        bench.dwell(hours=1, doing="kinked")
        with bench.window("kinked") as kinked:
            bench.dwell(hours=3, doing="kinked")
    bench.dwell(minutes=30, doing="straight again")
    with bench.window("straight again") as straight:
        bench.dwell(hours=2, doing="straight again")
    verify("flow through a kink", kinked.flow_error()).within("basal accuracy")
    verify("flow behind a kink", straight.flow_error()).within("basal accuracy")


@pytest.mark.requirement("IT-02")
def test_a_leak_is_found_although_the_pump_is_silent(pump, bench, verify):
    """A quarter of the dose leaks and the pump says nothing: the rig tells how much is missing, and that it leaks."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="a tight line")
    with bench.challenge.leak(share_percent=25.0), bench.window("leaking") as leaking:
        bench.dwell(hours=3, doing="a line that leaks")
    verify("the pump is silent", leaking.no_alarm()).holds()
    verify("what is missing", leaking.flow_error()).within("a quarter of the dose missing")
    verify("the rig finds a leak", leaking.shows(cause="leak")).holds()


@pytest.mark.requirement("IT-02")
def test_a_catheter_that_is_off_is_found_although_the_pump_is_silent(pump, bench, verify):
    """A catheter comes off and the pump counts on: the rig tells that nothing arrives, and where it went."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="a catheter in its place")
    with bench.challenge.disconnection(), bench.window("off") as off:
        bench.dwell(hours=3, doing="a catheter that is off")
    verify("the pump is silent", off.no_alarm()).holds()
    verify("what is missing", off.flow_error()).within("all of the dose missing")
    verify("the rig finds it lost on the way", off.shows(cause="leak")).holds()
