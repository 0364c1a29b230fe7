"""What the pump says that it can be set to: it delivers all of that, and refuses what would add up beyond it."""

import pytest

from test_plans.orders import permit

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


# Orders that nobody could mean, each by one number that is beyond what the pump tells of itself.
BEYOND = {
    "a rate": lambda pump, has: pump.run_continuous(rate_ul_h=has.max_rate_ul_h + 1.0),
    "a rate below": lambda pump, has: pump.run_continuous(rate_ul_h=has.min_rate_ul_h / 2.0),
    "a pattern": lambda pump, has: pump.run_flex(days={"every": {"00:00": 20.0, "12:00": has.max_rate_ul_h + 1.0}}),
    "a ramp": lambda pump, has: pump.run_ramp(from_ul_h=20.0, to_ul_h=has.max_rate_ul_h + 1.0, over_hours=1),
    "a bridge": lambda pump, has: pump.run_bridge(volume_ul=60.0, rate_ul_h=has.max_rate_ul_h + 1.0, then_ul_h=20.0),
    "a bolus": lambda pump, has: pump.give_bolus(volume_ul=has.max_bolus_ul + 1.0),
    "a bolus too fast": lambda pump, _: pump.give_bolus(volume_ul=20.0, rate_ul_h=5_000.0),
    "a square bolus": lambda pump, has: pump.give_square_bolus(volume_ul=has.max_bolus_ul + 1.0, over_minutes=600),
    "a combination": lambda pump, has: pump.give_combination_bolus(
        now_ul=has.max_bolus_ul + 1.0, then_ul=20.0, over_minutes=60
    ),
    "a permission": lambda pump, has: pump.allow_patient_boluses(
        volume_ul=has.max_bolus_ul + 1.0, lockout_minutes=40, most_in_24_h=9
    ),
    "a prime": lambda pump, _: pump.prime(volume_ul=50_000.0),
    "a largest dose": lambda pump, _: pump.set_dose_limit(volume_ul=900_000.0, window_hours=2),
    "a trial": lambda pump, _: pump.begin_trial(total_ul=900_000.0, over_hours=24),
    "a content": lambda pump, _: pump.refilled(volume_ul=900_000.0),
    "a low mark": lambda pump, _: pump.set_low_reservoir(volume_ul=900_000.0),
}


@pytest.mark.requirement("1.4.3", "ACC-001", "IT-12")
def test_the_pump_itself_refuses_what_is_beyond_its_range_and_changes_nothing(pump, bench, verify):
    """Orders beyond the pump's range are sent to it all the same: it refuses each, and goes on within its bounds."""
    permit(pump)
    pump.run_continuous(rate_ul_h=20.0)
    with bench.read_each(minutes=5), bench.window("refused") as refused:
        for name, order in BEYOND.items():
            pump.set_dose_limit(volume_ul=105.0, window_hours=2)
            pump.request_patient_bolus()
            bench.dwell(minutes=35, doing=f"a patient's bolus, then {name} beyond the range")
            with bench.refusal(because=f"{name} like that is beyond the pump's range", by_the_pump=True):
                order(pump, pump.limits)
            for number in (2, 3):
                bench.dwell(minutes=6 if number == 2 else 41, doing="until the lockout is over")
                pump.request_patient_bolus()
            bench.dwell(minutes=118, doing="until the window is free")
    verify("most in any 2 h", refused.most_in(hours=2)).within("105 µL in any 2 h")
    verify("most counted in any 2 h", refused.most_counted_in(hours=2)).within("105 µL counted in any 2 h")
    verify("volume of what was granted", refused.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", refused.log_tells_all()).holds()
