"""Every order on every other: an infusion takes over from any, and any bolus is given on any infusion."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

# No two of them ask for the same in their first half hour, and none is over by then.
INFUSIONS = {
    "a rate": lambda pump: pump.run_continuous(rate_ul_h=120.0),
    "the minimum rate": lambda pump: pump.run_at_minimum(),
    "a ramp": lambda pump: pump.run_ramp(from_ul_h=180.0, to_ul_h=240.0, over_hours=2.0),
    "a bridge": lambda pump: pump.run_bridge(volume_ul=500.0, rate_ul_h=300.0, then_ul_h=60.0),
    "a pattern": lambda pump: pump.run_flex(days={"every": {"00:00": 60.0, "12:00": 60.0}}),
    "no infusion in a pattern": lambda pump: pump.run_flex(days={"every": {"00:00": 0.0, "23:59": 2.0}}),
}
BOLUSES = {
    "a bolus": lambda pump: pump.give_bolus(volume_ul=20.0, rate_ul_h=120.0),
    "a square bolus": lambda pump: pump.give_square_bolus(volume_ul=20.0, over_minutes=20),
    "a combination": lambda pump: pump.give_combination_bolus(now_ul=5.0, then_ul=15.0, over_minutes=15),
    "a patient's bolus": lambda pump: pump.request_patient_bolus(),
}


@pytest.mark.requirement("IT-01", "1.1.7", "IT-20")
def test_an_infusion_takes_over_from_any_other_at_once(pump, bench, verify):
    """Each infusion is ordered while each other is under way: from then on it alone is delivered, as from a stop."""
    with bench.read_each(minutes=5), bench.window("one behind another") as window:
        for name, order in INFUSIONS.items():
            for other, order_other in INFUSIONS.items():
                order(pump)
                bench.dwell(minutes=17, doing=name)
                order_other(pump)
                bench.dwell(minutes=29, doing=f"{other} behind {name}")
    verify("volume of one behind another", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()


@pytest.mark.requirement("IT-01", "ACC-001", "1.1.7", "IT-20")
def test_of_two_orders_the_later_holds_however_soon_it_comes(pump, bench, verify):
    """Each infusion is ordered half a minute behind each other, as when a slip is corrected: it alone is delivered."""
    with bench.read_each(minutes=5), bench.window("one upon the other") as window:
        for name, order in INFUSIONS.items():
            for other, order_other in INFUSIONS.items():
                order(pump)
                bench.dwell(minutes=0.5, doing=name)
                order_other(pump)
                bench.dwell(minutes=28.5, doing=f"{other} at once behind {name}")
    verify("volume of one upon the other", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()


@pytest.mark.requirement("IT-01", "1.4.7", "4.1.1", "IT-13", "IT-20")
def test_any_bolus_is_given_on_any_infusion(pump, bench, verify):
    """Each kind of bolus is given at once and whole on each kind of infusion, in a pattern's hours of none too."""
    pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=15, most_in_24_h=100, rate_ul_h=60.0)
    with bench.read_each(minutes=5), bench.window("boluses") as window:
        for name, order in INFUSIONS.items():
            order(pump)
            for bolus, give in BOLUSES.items():
                bench.dwell(minutes=7, doing=name)
                give(pump)
                bench.dwell(minutes=26, doing=f"{bolus} on {name}")
    verify("volume with each bolus", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()


@pytest.mark.requirement("ACC-002", "4.1.1")
@pytest.mark.parametrize("hours", [1.5, 7.0])
def test_a_bolus_takes_as_long_as_its_rate_has_it(pump, bench, verify, hours):
    """A single bolus that takes hours is given to its end, at its rate, on an infusion that goes on."""
    pump.run_continuous(rate_ul_h=20.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.read_each(minutes=10), bench.window("a slow bolus") as window:
        pump.give_bolus(volume_ul=50.0 * hours, rate_ul_h=50.0)
        bench.dwell(hours=hours + 1.0, doing="a slow bolus, and behind it")
    verify("volume with a slow bolus", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()


# Of each kind one number changes at a time: whoever reckons anew by another number than that keeps what was before.
ALIKE = {
    "ramps": [
        lambda pump: pump.run_ramp(from_ul_h=30.0, to_ul_h=150.0, over_hours=0.5),
        lambda pump: pump.run_ramp(from_ul_h=30.0, to_ul_h=150.0, over_hours=0.2),
        lambda pump: pump.run_ramp(from_ul_h=30.0, to_ul_h=90.0, over_hours=0.2),
        lambda pump: pump.run_ramp(from_ul_h=120.0, to_ul_h=90.0, over_hours=0.2),
    ],
    "bridges": [
        lambda pump: pump.run_bridge(volume_ul=30.0, rate_ul_h=120.0, then_ul_h=30.0),
        lambda pump: pump.run_bridge(volume_ul=30.0, rate_ul_h=240.0, then_ul_h=30.0),
        lambda pump: pump.run_bridge(volume_ul=60.0, rate_ul_h=240.0, then_ul_h=30.0),
        lambda pump: pump.run_bridge(volume_ul=60.0, rate_ul_h=240.0, then_ul_h=90.0),
    ],
    "boluses": [
        lambda pump: pump.give_bolus(volume_ul=20.0, rate_ul_h=600.0),
        lambda pump: pump.give_bolus(volume_ul=20.0, rate_ul_h=60.0),
        lambda pump: pump.give_bolus(volume_ul=40.0, rate_ul_h=60.0),
        lambda pump: pump.give_bolus(volume_ul=40.0, rate_ul_h=600.0),
    ],
    "square boluses": [
        lambda pump: pump.give_square_bolus(volume_ul=40.0, over_minutes=10),
        lambda pump: pump.give_square_bolus(volume_ul=40.0, over_minutes=40),
        lambda pump: pump.give_square_bolus(volume_ul=20.0, over_minutes=40),
        lambda pump: pump.give_square_bolus(volume_ul=20.0, over_minutes=10),
    ],
    "combinations": [
        lambda pump: pump.give_combination_bolus(now_ul=10.0, then_ul=40.0, over_minutes=10),
        lambda pump: pump.give_combination_bolus(now_ul=10.0, then_ul=40.0, over_minutes=40),
        lambda pump: pump.give_combination_bolus(now_ul=10.0, then_ul=20.0, over_minutes=40),
        lambda pump: pump.give_combination_bolus(now_ul=30.0, then_ul=20.0, over_minutes=40),
    ],
    "patients' boluses": [
        lambda pump: _asks(pump, volume_ul=20.0, rate_ul_h=600.0),
        lambda pump: _asks(pump, volume_ul=20.0, rate_ul_h=60.0),
        lambda pump: _asks(pump, volume_ul=40.0, rate_ul_h=60.0),
        lambda pump: _asks(pump, volume_ul=40.0, rate_ul_h=600.0),
    ],
}


def _asks(pump, **terms):
    pump.allow_patient_boluses(lockout_minutes=40, most_in_24_h=99, **terms)
    pump.request_patient_bolus()


@pytest.mark.requirement("IT-01", "IT-10", "1.4.7")
@pytest.mark.parametrize("kind", ALIKE)
def test_an_order_like_the_one_before_is_carried_out_by_its_own_numbers(pump, bench, verify, kind):
    """Orders that differ in one number from those before are given each as ordered, at its rate and in its time."""
    pump.run_continuous(rate_ul_h=30.0)
    with bench.read_each(minutes=5), bench.window(kind) as window:
        for order in ALIKE[kind]:
            bench.dwell(minutes=5, doing="before the next")
            order(pump)
            bench.dwell(minutes=50, doing=kind)
    verify(f"volume of {kind}", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()
