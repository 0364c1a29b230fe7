"""Boluses and primes of a pump that infuses nothing: what ends or bounds any delivery ends and bounds them too."""

import pytest

from test_plans.orders import ENDS, SINGLE, SPREAD, permit

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

GIVEN = SINGLE | SPREAD


@pytest.mark.requirement("IT-03", "IT-05", "1.4.11")
@pytest.mark.parametrize("ends", ENDS)
def test_what_is_given_without_an_infusion_ends_as_any_delivery_does(pump, bench, verify, ends):
    """Each kind of bolus, and a prime, is ended by what ends an infusion, and its alarm comes in time."""
    challenge, alarm, within_s = ENDS[ends]
    bench.expect_alarm("battery_low")
    ended = {}
    with bench.window("all of them") as window:
        for name, order in GIVEN.items():
            permit(pump)
            order(pump)
            bench.dwell(minutes=5, doing=name)
            with bench.window(name) as ended[name]:
                with challenge(bench.challenge):
                    bench.dwell(minutes=15, doing=f"{name}, {ends}")
                bench.dwell(minutes=10, doing=f"{name} was ended")
            pump.stop()
            bench.dwell(minutes=16, doing="stopped")
    for name, one in ended.items():
        came = one.alarm_came(alarm=alarm, within_s=within_s, priority="critical")
        verify(f"{alarm} was signalled in {name}", came).holds()
        verify(f"{name} ended", one.delivery_ended(within_s=300)).holds()
    verify("volume until each end", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()


@pytest.mark.requirement("IT-12")
def test_what_is_given_without_an_infusion_ends_with_a_trial(pump, bench, verify):
    """Each kind of bolus, and a prime, ends with the time of a trial."""
    trials = {}
    with bench.window("all of them") as window:
        for name, order in GIVEN.items():
            permit(pump)
            with bench.window(name) as trials[name]:
                pump.begin_trial(total_ul=900.0, over_hours=0.25)
                bench.dwell(minutes=5, doing="a trial, nothing is given")
                order(pump)
                bench.dwell(minutes=25, doing=f"{name}, to the end of the trial and beyond")
            pump.stop()
            pump.end_trial()
            bench.dwell(minutes=16, doing="no trial")
    for name, one in trials.items():
        over = one.alarm_came(alarm="trial_over", within_s=15 * 60 + 180)
        verify(f"the end of the trial was signalled in {name}", over).holds()
        verify(f"{name} ended with it", one.delivery_ended(within_s=15 * 60 + 300)).holds()
    verify("volume of the trials", window.volume_error()).within("volume accuracy")
