"""A bound of the dose that is set while something is delivered bounds that, too."""

import pytest

from test_plans.orders import UNDER_WAY, permit

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

DELIVERIES = UNDER_WAY | {"a rate": lambda pump: pump.run_continuous(rate_ul_h=120.0)}


# What a trial is ended by: its dose (µL), its time (h), and within how many seconds it must be over.
TRIALS = {"its dose": (10.0, 10.0, 1200), "its time": (1000.0, 0.2, 720 + 180)}


@pytest.mark.requirement("IT-12")
@pytest.mark.parametrize("ended_by", TRIALS)
def test_a_trial_that_begins_in_mid_delivery_bounds_what_is_under_way(pump, bench, verify, ended_by):
    """Of what is under way no more is given than a trial's dose, and nothing behind its time, from its begin on."""
    total_ul, over_hours, within_s = TRIALS[ended_by]
    trials = {}
    bench.expect_alarm("trial_over")
    with bench.read_each(minutes=2), bench.window("all of them") as window:
        for name, order in DELIVERIES.items():
            permit(pump)
            order(pump)
            bench.dwell(minutes=3, doing=name)
            with bench.window(name) as trials[name]:
                pump.begin_trial(total_ul=total_ul, over_hours=over_hours)
                bench.dwell(minutes=40, doing=f"{name}, beyond {ended_by}")
            pump.stop()
            pump.end_trial()
            bench.dwell(minutes=16, doing="no trial")
    for name, one in trials.items():
        over = one.alarm_came(alarm="trial_over", within_s=within_s)
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
