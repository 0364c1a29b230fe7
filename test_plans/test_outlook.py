"""What the pump foretells: until when its reservoir lasts, anew after each change of what takes from it."""

from datetime import UTC, datetime

import pytest

from test_plans.orders import UNDER_WAY, permit

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

# On a Wednesday the last step of the day comes an hour behind this.
LATE_NS = int(datetime(2026, 1, 7, 22, tzinfo=UTC).timestamp()) * 10**9
WORKDAY = {"00:00": 250.0, "23:00": 400.0}
WEEKEND = {"00:00": 200.0}
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), WORKDAY) | {"sat": WEEKEND, "sun": WEEKEND}


def _read(bench, pump, what):
    """Read the date that the pump foretells, in a window of its own."""
    with bench.window(what) as window:
        bench.dwell(minutes=20, doing=what)
        pump.read_outlook()
        bench.dwell(minutes=20, doing=f"{what}, date read")
    return window.refill_date_error()


@pytest.mark.requirement("1.5.1", "1.5.2", "1.5.3")
def test_the_date_of_the_refill_follows_the_programme(pump, bench, verify):
    """Two rates, one after the other, and a pause: each time the date is that of what runs now, to within 3 min."""
    pump.refilled(volume_ul=20_000.0)
    pump.set_low_reservoir(volume_ul=2_000.0)
    pump.run_continuous(rate_ul_h=150.0)
    first = _read(bench, pump, "at 150 µL/h")
    pump.run_continuous(rate_ul_h=400.0)
    second = _read(bench, pump, "at 400 µL/h")
    pump.stop()
    bench.dwell(minutes=30, doing="stopped")
    pump.run_continuous(rate_ul_h=250.0)
    third = _read(bench, pump, "at 250 µL/h, after a stop")
    verify("date at the first rate", first).within("refill date to the minute")
    verify("date at another rate", second).within("refill date to the minute")
    verify("date after a stop", third).within("refill date to the minute")


@pytest.mark.requirement("1.5.2", "1.5.4", "IT-18")
def test_the_date_of_the_refill_follows_what_is_taken_and_filled(pump, bench, verify):
    """Boluses bring the date forward by what they took, two refills and another low mark put it where they belong."""
    pump.refilled(volume_ul=20_000.0)
    pump.set_low_reservoir(volume_ul=2_000.0)
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(minutes=20, doing="infusing")
    for number in range(2):
        pump.give_bolus(volume_ul=50.0)
        bench.dwell(minutes=20, doing=f"bolus {number + 1} of 2")
    taken = _read(bench, pump, "after two boluses")
    pump.refilled(volume_ul=15_000.0)
    filled = _read(bench, pump, "after a refill")
    pump.refilled(volume_ul=18_000.0)
    pump.set_low_reservoir(volume_ul=4_000.0)
    again = _read(bench, pump, "after another refill, with another mark")
    verify("date after boluses", taken).within("refill date to the minute")
    verify("date after a refill", filled).within("refill date to the minute")
    verify("date after another refill and mark", again).within("refill date to the minute")


@pytest.mark.requirement("1.5.1", "1.5.2", "1.5.3", "IT-18")
def test_the_date_of_an_infusion_that_changes_is_that_of_its_mean(pump, bench, verify):
    """In two steps of a day the date is that of the week's mean; on a ramp and in a bridge that of their last rate."""
    pump.set_clock(t_ns=LATE_NS)
    pump.refilled(volume_ul=20_000.0)
    pump.set_low_reservoir(volume_ul=2_000.0)
    pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=60, most_in_24_h=10)
    pump.run_flex(days=WEEK)
    early = _read(bench, pump, "in a step of the day")
    bench.dwell(minutes=25, doing="over to the next step")
    late = _read(bench, pump, "in the next step of the day")
    pump.run_ramp(from_ul_h=400.0, to_ul_h=150.0, over_hours=1)
    ramp = _read(bench, pump, "on a ramp")
    pump.run_bridge(volume_ul=200.0, rate_ul_h=250.0, then_ul_h=400.0)
    bridge = _read(bench, pump, "in a bridge")
    verify("refill date in a step of the day", early).within("refill date to the minute")
    verify("refill date in the next step", late).within("refill date to the minute")
    verify("refill date on a ramp", ramp).within("refill date to the minute")
    verify("refill date in a bridge", bridge).within("refill date to the minute")


@pytest.mark.requirement("IT-21", "IT-12", "IT-13")
def test_what_is_left_of_all_that_is_under_way_is_told(pump, bench, verify):
    """Asked each seven minutes, the pump tells what is left of bolus, prime, bridge, trial and lockout as it is."""
    pump.set_dose_limit(volume_ul=3_000.0, window_hours=3)
    pump.begin_trial(total_ul=5_000.0, over_hours=20)
    permit(pump)
    pump.run_continuous(rate_ul_h=30.0)
    with bench.read_each(minutes=5), bench.window("looks") as looks:
        for name, order in UNDER_WAY.items():
            order(pump)
            for number in range(6):
                bench.dwell(minutes=7, doing=f"{name}, before look {number + 1} of 6")
                pump.read_outlook()
    verify("volume between the looks", looks.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", looks.log_tells_all()).holds()
