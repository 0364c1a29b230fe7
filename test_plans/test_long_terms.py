"""What is set in hours and days lasts for hours and days: lockouts, windows of a dose limit, and trials."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.requirement("IT-13")
@pytest.mark.parametrize("hours", [4, 5, 8, 12, 20, 24])
def test_a_lockout_of_hours_lasts_for_hours(pump, bench, verify, hours):
    """Of requests within a long lockout none is granted, not half a minute before its end; a minute later one is."""
    pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=60 * hours, most_in_24_h=24)
    pump.run_continuous(rate_ul_h=20.0)
    with bench.read_each(minutes=10), bench.window("a lockout of hours") as asked:
        for number in range(7):
            pump.request_patient_bolus()
            bench.dwell(hours=hours / 7.0, doing=f"request {number + 1} of 7")
        with bench.window("in time") as in_time:
            bench.dwell(minutes=0.5, doing="half a minute behind the lockout")
            pump.request_patient_bolus()
            bench.dwell(minutes=30, doing="the second bolus")
    verify("volume of what was granted", asked.volume_error()).within("volume accuracy")
    verify("given in time", in_time.patient_bolus_given()).holds()
    verify("the pump's log tells all", asked.log_tells_all()).holds()


@pytest.mark.requirement("IT-12")
@pytest.mark.parametrize("hours", [8, 20, 24])
def test_a_window_of_hours_is_kept_for_hours(pump, bench, verify, hours):
    """Of requests, ten in each window of many hours, as many are granted as the limit leaves room for."""
    pump.set_dose_limit(volume_ul=105.0, window_hours=hours)
    pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=5, most_in_24_h=100)
    pump.run_continuous(rate_ul_h=2.0)
    with bench.read_each(minutes=10), bench.window("two windows and more") as windows:
        for number in range(24):
            pump.request_patient_bolus()
            bench.dwell(hours=hours / 10.0, doing=f"request {number + 1} of 24")
    most, counted = windows.most_in(hours=hours), windows.most_counted_in(hours=hours)
    verify(f"most in any {hours} h", most).within("105 µL in any window of hours")
    verify(f"most counted in any {hours} h", counted).within("105 µL counted in any window of hours")
    verify("volume of what was granted", windows.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", windows.log_tells_all()).holds()


@pytest.mark.requirement("IT-12")
@pytest.mark.parametrize("days", [1, 26])
def test_a_trial_of_days_lasts_for_days(pump, bench, verify, days):
    """A trial that its dose does not end goes on for all of its days, and is over at their end."""
    with bench.read_each(minutes=60), bench.window("within its time") as within:
        pump.begin_trial(total_ul=10_000.0, over_hours=24 * days)
        pump.run_continuous(rate_ul_h=10.0)
        bench.dwell(hours=24 * days - 12, doing="until half a day before the end")
        with bench.window("its last hours") as last:
            bench.dwell(hours=11.75, doing="until shortly before the end")
    with bench.window("about its end") as end:
        bench.dwell(hours=0.5, doing="beyond the end")
    over = end.alarm_came(alarm="trial_over", within_s=1000, priority="non-critical")
    verify("not over within its time", within.no_alarm(which="trial_over")).holds()
    verify("volume of its last hours", last.volume_error()).within("volume accuracy")
    verify("the end was signalled", over).holds()
