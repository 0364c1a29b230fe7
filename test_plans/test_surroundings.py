"""What surrounds a pump: pressure at the catheter's tip, warmth, altitude. Does any of it change the dose?"""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.requirement("7.1.3")
def test_back_pressure_changes_no_dose(pump, bench, verify):
    """An infusion keeps its rate against 2 kPa with heartbeat and breathing on it."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.challenge.back_pressure(kpa=2.0, beat_kpa=0.3, breath_kpa=0.2):
        bench.dwell(minutes=10, doing="filling the line's compliance")
        with bench.window("pressed") as pressed:
            bench.dwell(hours=4, doing="against back pressure")
    verify("flow against back pressure", pressed.flow_error()).within("basal accuracy")


@pytest.mark.requirement("7.1.3")
def test_straining_changes_no_dose(pump, bench, verify):
    """An infusion keeps its rate against 15 kPa, as when somebody coughs or strains, held for hours, and behind it."""
    pump.run_continuous(rate_ul_h=200.0)
    with bench.challenge.back_pressure(kpa=15.0):
        bench.dwell(minutes=30, doing="filling the line's compliance")
        with bench.window("straining") as straining:
            bench.dwell(hours=2, doing="against high pressure")
    bench.dwell(minutes=30, doing="the line gives back what it held")
    with bench.window("relaxed") as relaxed:
        bench.dwell(hours=2, doing="behind the high pressure")
    verify("flow against high pressure", straining.flow_error()).within("basal accuracy")
    verify("flow behind the high pressure", relaxed.flow_error()).within("basal accuracy")


@pytest.mark.requirement("7.1.3")
def test_pressure_that_comes_and_goes_changes_no_dose(pump, bench, verify):
    """A slow infusion gives what it should while somebody strains each quarter of an hour."""
    pump.run_continuous(rate_ul_h=20.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("straining now and then") as straining:
        for number in range(16):
            with bench.challenge.back_pressure(kpa=15.0):
                bench.dwell(minutes=5, doing=f"straining, {number + 1} of 16")
            bench.dwell(minutes=10, doing="relaxed")
    verify("volume over the straining", straining.volume_error()).within("volume accuracy")


@pytest.mark.requirement("7.1.3", "ACC-001")
@pytest.mark.parametrize("kpa", [-5.0, 5.0], ids=["half a metre lower", "half a metre higher"])
def test_a_tip_that_is_moved_changes_no_dose(pump, bench, verify, kpa):
    """An infusion keeps its rate when the catheter's tip is moved by half a metre, as when somebody rises."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("moved") as moved:
        with bench.challenge.back_pressure(kpa=kpa):
            bench.dwell(minutes=10, doing="tip moved")
            with bench.window("at another pressure") as elsewhere:
                bench.dwell(hours=3, doing="tip moved")
        bench.dwell(hours=1, doing="tip back")
    verify("flow while the tip moves", moved.flow_error()).within("basal accuracy")
    verify("flow at another pressure at the tip", elsewhere.flow_error()).within("basal accuracy")


@pytest.mark.requirement("7.1.1")
@pytest.mark.parametrize("liquid_c, rate_ul_h", [(35.0, 500.0), (40.0, 200.0), (37.0, 20.0), (40.0, 20.0)])
def test_warmth_changes_no_dose(pump, bench, verify, liquid_c, rate_ul_h):
    """An infusion keeps its rate while it warms up to either end of an implant's temperatures, there, and behind it."""
    pump.run_continuous(rate_ul_h=rate_ul_h)
    bench.dwell(minutes=30, doing="infusing")
    with bench.challenge.temperature(liquid_c=liquid_c):
        with bench.window("warming") as warming:
            bench.dwell(hours=1.5, doing="warming")
        with bench.window("warm") as warm:
            bench.dwell(hours=3, doing="warm")
    with bench.window("cooling") as cooling:
        bench.dwell(hours=1.5, doing="cooling")
    with bench.window("cool again") as cool:
        bench.dwell(hours=2, doing="cool again")
    verify("flow of a pump that warms up", warming.flow_error()).within("basal accuracy")
    verify("flow of a warm pump", warm.flow_error()).within("basal accuracy")
    verify("flow of a pump that cools down", cooling.flow_error()).within("basal accuracy")
    verify("flow behind the warmth", cool.flow_error()).within("basal accuracy")


@pytest.mark.requirement("7.1.3")
def test_altitude_changes_no_dose(pump, bench, verify):
    """An infusion keeps its rate at the air pressure of 3000 m."""
    pump.run_continuous(rate_ul_h=200.0)
    with bench.challenge.ambient_pressure(hpa=700.0):
        bench.dwell(hours=1, doing="at altitude")
        with bench.window("aloft") as aloft:
            bench.dwell(hours=4, doing="at altitude")
    verify("flow at altitude", aloft.flow_error()).within("basal accuracy")


AROUND = {
    "warmth": lambda challenge: challenge.temperature(liquid_c=40.0),
    "altitude": lambda challenge: challenge.ambient_pressure(hpa=700.0),
    "a tip that is lower": lambda challenge: challenge.back_pressure(kpa=-5.0),
    "a low voltage": lambda challenge: challenge.supply_voltage(v=2.6),
}


@pytest.mark.requirement("7.1.1", "7.1.3", "IT-08")
@pytest.mark.parametrize("around", AROUND)
def test_a_stopped_pump_lets_nothing_pass_whatever_surrounds_it(pump, bench, verify, around):
    """A pump that was stopped rests in warmth, aloft, over a tip that is lower and at a low voltage."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(minutes=30, doing="infusing")
    pump.stop()
    bench.dwell(minutes=30, doing="stopped")
    with AROUND[around](bench.challenge):
        bench.dwell(hours=2, doing=f"stopped, to {around}")
        with bench.window("stopped") as stopped:
            bench.dwell(hours=4, doing=f"stopped, {around}")
    verify("flow of a stopped pump", stopped.zero_flow()).within("flow at rest")
