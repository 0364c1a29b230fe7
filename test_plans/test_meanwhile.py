"""What is under way goes on: no other order, answer or setting takes, adds or begins anew anything of it."""

import pytest

from test_plans.orders import INFUSIONS, SETTINGS, SINGLE, UNDER_WAY, permit

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

OTHER_INFUSIONS = {
    "another rate": lambda pump: pump.run_continuous(rate_ul_h=75.0),
    "the minimum rate": lambda pump: pump.run_at_minimum(),
    "another ramp": lambda pump: pump.run_ramp(from_ul_h=40.0, to_ul_h=80.0, over_hours=0.25),
    "another bridge": lambda pump: pump.run_bridge(volume_ul=10.0, rate_ul_h=60.0, then_ul_h=30.0),
}
BOLUSES = {
    "a single bolus": lambda pump: pump.give_bolus(volume_ul=10.0, rate_ul_h=600.0),
    "a short square bolus": lambda pump: pump.give_square_bolus(volume_ul=10.0, over_minutes=10),
}


@pytest.mark.requirement("IT-01", "IT-10", "1.4.7", "4.1.1", "4.1.3")
@pytest.mark.parametrize("what", UNDER_WAY)
def test_what_is_under_way_goes_on_whatever_comes_between(pump, bench, verify, what):
    """It is ordered again and again, and each time something else comes between: each time all of it is given."""
    between = SETTINGS | {"a permission": permit}
    between |= BOLUSES if what in INFUSIONS else OTHER_INFUSIONS
    permit(pump)
    pump.run_continuous(rate_ul_h=30.0)
    with bench.read_each(minutes=5), bench.window(what) as window:
        bench.dwell(minutes=5, doing="infusing")
        for name, order in between.items():
            UNDER_WAY[what](pump)
            bench.dwell(minutes=11, doing=f"{what}, then {name}")
            order(pump)
            bench.dwell(minutes=34, doing=f"{what} behind {name}")
    verify(f"volume of {what} each time", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()


@pytest.mark.requirement("IT-12", "IT-13")
def test_a_lockout_goes_on_whatever_comes_between(pump, bench, verify):
    """Of two requests within a lockout of 40 min the second is refused, whatever was ordered between them."""
    between = SETTINGS | OTHER_INFUSIONS | BOLUSES | {"a prime": SINGLE["a prime"], "a permission": permit}
    permit(pump)
    pump.run_continuous(rate_ul_h=30.0)
    refused = []
    with bench.read_each(minutes=5), bench.window("requests") as requests:
        for name, order in between.items():
            pump.request_patient_bolus()
            bench.dwell(minutes=31, doing=f"a patient's bolus, then {name}")
            order(pump)
            bench.dwell(minutes=4, doing=name)
            with bench.window(f"behind {name}") as request:
                pump.request_patient_bolus()
                bench.dwell(minutes=1, doing="asked too early")
            refused.append((name, request))
            bench.dwell(minutes=29, doing="until lockout and prime are over")
    for name, request in refused:
        verify(f"refused behind {name}", request.patient_bolus_refused(why="locked_out")).holds()
    verify("lockout from start to start", requests.lockout()).within("40 min at least")
    verify("volume of what was granted", requests.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-12")
def test_a_trial_goes_on_whatever_comes_between(pump, bench, verify):
    """Trials of 40 µL end when they are given, whatever was ordered or set in their midst, and each has its own."""
    between = OTHER_INFUSIONS | BOLUSES | {"a permission": permit}
    between |= {name: order for name, order in SETTINGS.items() if "trial" not in name}
    bench.expect_alarm("trial_over")
    with bench.read_each(minutes=2), bench.window("trials") as trials:
        for name, order in between.items():
            pump.begin_trial(total_ul=40.0, over_hours=10)
            pump.run_continuous(rate_ul_h=120.0)
            bench.dwell(minutes=10, doing=f"a trial, then {name}")
            order(pump)
            bench.dwell(minutes=2, doing=name)
            pump.run_continuous(rate_ul_h=120.0)
            bench.dwell(minutes=17, doing=f"behind {name}, to the trial's end and beyond")
            pump.stop()
            pump.end_trial()
            bench.dwell(minutes=1, doing="no trial")
    verify("volume of sixteen trials", trials.volume()).within("sixteen trials of 40 µL")


@pytest.mark.requirement("IT-12")
def test_a_window_goes_on_whatever_comes_between(pump, bench, verify):
    """Of what a window of 2 h holds nothing is forgotten, whatever was ordered or set between two requests."""
    between = BOLUSES | {name: order for name, order in SETTINGS.items() if name != "a dose limit"}
    with bench.read_each(minutes=5), bench.window("asked again and again") as hours:
        pump.set_dose_limit(volume_ul=105.0, window_hours=2)
        for name, order in between.items():
            pump.allow_patient_boluses(volume_ul=60.0, lockout_minutes=5, most_in_24_h=90)
            pump.run_continuous(rate_ul_h=5.0)
            pump.request_patient_bolus()
            bench.dwell(minutes=30, doing=f"asked for 60 µL, then {name}")
            order(pump)
            bench.dwell(minutes=4, doing=name)
            pump.run_continuous(rate_ul_h=5.0)
            pump.request_patient_bolus()
            bench.dwell(minutes=120, doing="asked for as much again")
    verify("most in any 2 h", hours.most_in(hours=2)).within("105 µL in any 2 h")
    verify("most counted in any 2 h", hours.most_counted_in(hours=2)).within("105 µL counted in any 2 h")
    verify("volume of what was granted", hours.volume_error()).within("volume accuracy")
