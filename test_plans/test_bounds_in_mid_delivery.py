"""A bound of the dose that is set while something is delivered bounds that, too."""

import pytest

from test_plans.orders import UNDER_WAY, permit

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

DELIVERIES = UNDER_WAY | {"a rate": lambda pump: pump.run_continuous(rate_ul_h=120.0)}


@pytest.mark.requirement("IT-12")
def test_a_trial_that_begins_in_mid_delivery_bounds_what_is_under_way(pump, bench, verify):
    """Of what is under way no more is given than a trial's dose, from the trial's begin on."""
    trials = {}
    bench.expect_alarm("trial_over")
    with bench.read_each(minutes=2), bench.window("all of them") as window:
        for name, order in DELIVERIES.items():
            permit(pump)
            order(pump)
            bench.dwell(minutes=3, doing=name)
            with bench.window(name) as trials[name]:
                pump.begin_trial(total_ul=10.0, over_hours=10)
                bench.dwell(minutes=40, doing=f"{name}, beyond the trial's dose")
            pump.stop()
            pump.end_trial()
            bench.dwell(minutes=16, doing="no trial")
    for name, one in trials.items():
        over = one.alarm_came(alarm="trial_over", within_s=1200)
        verify(f"the end of the trial was signalled in {name}", over).holds()
    verify("volume of the deliveries and their trials", window.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-12")
def test_a_trial_that_begins_in_mid_delivery_ends_it_in_its_time(pump, bench, verify):
    """What is under way is not given beyond a trial's time, from the trial's begin on."""
    trials = {}
    bench.expect_alarm("trial_over")
    with bench.read_each(minutes=2), bench.window("all of them") as window:
        for name, order in DELIVERIES.items():
            permit(pump)
            order(pump)
            bench.dwell(minutes=3, doing=name)
            with bench.window(name) as trials[name]:
                pump.begin_trial(total_ul=1000.0, over_hours=0.2)
                bench.dwell(minutes=40, doing=f"{name}, beyond the trial's time")
            pump.stop()
            pump.end_trial()
            bench.dwell(minutes=16, doing="no trial")
    for name, one in trials.items():
        over = one.alarm_came(alarm="trial_over", within_s=720 + 180)
        verify(f"the end of the trial was signalled in {name}", over).holds()
    verify("volume of the deliveries and their trials", window.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-12")
def test_a_dose_limit_that_is_set_in_mid_delivery_bounds_what_is_under_way(pump, bench, verify):
    """Of what is under way no more is given than a window leaves room for that is set meanwhile."""
    bench.expect_alarm("dose_limit")
    limited = {}
    with bench.read_each(minutes=2), bench.window("all of them") as window:
        for name, order in DELIVERIES.items():
            pump.set_dose_limit(volume_ul=5_000.0, window_hours=1)
            permit(pump)
            order(pump)
            bench.dwell(minutes=3, doing=name)
            with bench.window(name) as limited[name]:
                pump.set_dose_limit(volume_ul=25.0, window_hours=1)
                bench.dwell(minutes=40, doing=f"{name}, beyond the limit")
            pump.stop()
            bench.dwell(minutes=75, doing="stopped, until the window is empty")
    for name, one in limited.items():
        full = one.alarm_came(alarm="dose_limit", within_s=2400, priority="critical")
        verify(f"the limit was signalled in {name}", full).holds()
    verify("volume of the deliveries and their limits", window.volume_error()).within("volume accuracy")
