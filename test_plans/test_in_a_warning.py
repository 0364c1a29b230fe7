"""A pump that warns of one thing goes on to notice every other, and keeps each bound of its dose."""

from contextlib import contextmanager

import pytest

from test_plans.orders import permit

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@contextmanager
def _low_battery(_pump, bench):
    """Hold the supply below the voltage at which a pump warns, and above that at which it ends."""
    bench.expect_alarm("battery_low")
    with bench.challenge.supply_voltage(v=2.5):
        bench.dwell(minutes=5, doing="the battery is low")
        yield


@contextmanager
def _low_reservoir(pump, bench):
    """Let the pump believe in less than its mark; the reservoir holds more."""
    bench.expect_alarm("reservoir_low")
    pump.set_low_reservoir(volume_ul=4_000.0)
    pump.refilled(volume_ul=3_990.0)
    bench.dwell(minutes=5, doing="the reservoir is low")
    yield


@contextmanager
def _silenced(pump, bench):
    with _low_reservoir(pump, bench):
        pump.acknowledge_alarms()
        bench.dwell(minutes=5, doing="silenced")
        yield


WARNINGS = {"a low battery": _low_battery, "a low reservoir": _low_reservoir, "a silenced warning": _silenced}


@pytest.mark.requirement("IT-03", "IT-04", "IT-05")
@pytest.mark.parametrize("warning", WARNINGS)
def test_a_lost_link_and_a_stall_are_noticed_in_a_warning(pump, bench, verify, warning):
    """While it warns a pump ends delivery when nobody is heard, and again when its motor is held, and says so."""
    bench.expect_alarm("link_lost")
    bench.expect_alarm("stall")
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(minutes=10, doing="infusing")
    with WARNINGS[warning](pump, bench):
        with bench.window("link lost") as lost:
            with bench.challenge.link_lost():
                bench.dwell(minutes=15, doing="nobody is heard")
            bench.dwell(minutes=10, doing="heard again")
        pump.stop()
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(minutes=15, doing="infusing")
        with bench.window("stall") as stall, bench.challenge.magnet():
            bench.dwell(minutes=10, doing="the motor is held")
        pump.stop()
    came = lost.alarm_came(alarm="link_lost", within_s=180, after="link lost", priority="critical")
    verify("lost link was signalled", came).holds()
    verify("delivery ended", lost.delivery_ended(within_s=240, after="link lost")).holds()
    came = stall.alarm_came(alarm="stall", within_s=120, after="magnet", priority="critical")
    verify("the stall was signalled", came).holds()


@pytest.mark.requirement("IT-12", "IT-13")
@pytest.mark.parametrize("warning", WARNINGS)
def test_bounds_hold_in_a_warning(pump, bench, verify, warning):
    """While it warns a pump keeps its lockout, what a window may hold, and what a trial may give."""
    bench.expect_alarm("trial_over")
    permit(pump)
    pump.run_continuous(rate_ul_h=10.0)
    with bench.read_each(minutes=2), WARNINGS[warning](pump, bench):
        pump.set_dose_limit(volume_ul=105.0, window_hours=2)
        with bench.window("asked again and again") as asked:
            pump.request_patient_bolus()
            bench.dwell(minutes=35, doing="a patient's bolus")
            with bench.window("asked too early") as early:
                pump.request_patient_bolus()
                bench.dwell(minutes=1, doing="asked too early")
            bench.dwell(minutes=5, doing="until the lockout is over")
            for number in (2, 3):
                pump.request_patient_bolus()
                bench.dwell(minutes=41, doing=f"request {number} of 3 in a window of 2 h")
        pump.set_dose_limit(volume_ul=9_000.0, window_hours=24)
        with bench.window("trial") as trial:
            pump.begin_trial(total_ul=150.0, over_hours=24)
            pump.run_continuous(rate_ul_h=300.0)
            bench.dwell(minutes=50, doing="to the trial's end and beyond")
        pump.stop()
        pump.end_trial()
    verify("refused within the lockout", early.patient_bolus_refused(why="locked_out")).holds()
    verify("volume of what was granted", asked.volume_error()).within("volume accuracy")
    verify("most in any 2 h", asked.most_in(hours=2)).within("105 µL in any 2 h")
    verify("most counted in any 2 h", asked.most_counted_in(hours=2)).within("105 µL counted in any 2 h")
    verify("volume of the trial", trial.volume()).within("trial of 150 µL")
