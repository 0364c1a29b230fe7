"""What the pump says that it can be set to: it delivers all of that, and refuses what would add up beyond it."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.requirement("ACC-001", "ACC-002")
def test_what_the_pump_offers_it_delivers(pump, bench, verify):
    """The highest and the lowest rate, the largest and the smallest bolus that the pump tells are delivered whole."""
    offered = pump.limits
    with bench.window("at the limits") as limits:
        pump.run_continuous(rate_ul_h=offered.max_rate_ul_h)
        bench.dwell(minutes=30, doing="highest rate")
        pump.run_continuous(rate_ul_h=offered.min_rate_ul_h)
        bench.dwell(minutes=30, doing="lowest rate")
        pump.give_bolus(volume_ul=offered.max_bolus_ul)
        bench.dwell(minutes=70, doing="largest bolus")
        pump.give_bolus(volume_ul=offered.min_bolus_ul)
        bench.dwell(minutes=20, doing="smallest bolus")
    verify("volume at the limits", limits.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", limits.log_tells_all()).holds()


@pytest.mark.requirement("1.4.3", "ACC-002")
def test_rates_that_would_add_up_beyond_the_pump_are_refused(pump, bench, verify):
    """The highest rate on top of a square bolus that is as fast is refused, and the square bolus is given whole."""
    highest_ul_h = pump.limits.max_rate_ul_h
    with bench.window("a square bolus") as square:
        pump.give_square_bolus(volume_ul=highest_ul_h / 4, over_minutes=15)
        bench.dwell(minutes=5, doing="square bolus")
        with bench.refusal(because="infusion and bolus would be faster together than the pump is"):
            pump.run_continuous(rate_ul_h=highest_ul_h)
        bench.dwell(hours=1, doing="the rest of the square bolus")
    verify("volume of the square bolus alone", square.volume_error()).within("volume accuracy")


LATER = {
    "a ramp": lambda pump, highest: pump.run_ramp(from_ul_h=50.0, to_ul_h=highest, over_hours=24),
    "a day pattern": lambda pump, highest: pump.run_flex(days={"every": {"00:00": 50.0, "23:59": highest}}),
    "a bridge": lambda pump, highest: pump.run_bridge(volume_ul=200.0, rate_ul_h=50.0, then_ul_h=highest),
}


@pytest.mark.requirement("1.4.3", "ACC-002")
@pytest.mark.parametrize("rises", LATER)
def test_a_bolus_beside_what_rises_later_beyond_the_pump_is_refused(pump, bench, verify, rises):
    """A square bolus that would be too fast beside what the infusion comes to is refused, and the infusion goes on."""
    highest_ul_h = pump.limits.max_rate_ul_h
    with bench.window(rises) as infusion:
        LATER[rises](pump, highest_ul_h)
        bench.dwell(minutes=10, doing=rises)
        with bench.refusal(because="infusion and bolus would be faster together than the pump is"):
            pump.give_square_bolus(volume_ul=highest_ul_h / 4, over_minutes=15)
        bench.dwell(hours=1, doing=rises)
    verify("volume of the infusion alone", infusion.volume_error()).within("volume accuracy")
