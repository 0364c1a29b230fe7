"""Priming and bridging: exactly the volume, and the dose behind it as before."""

from datetime import UTC, datetime

import pytest

LATE_NS = int(datetime(2026, 1, 7, 22, tzinfo=UTC).timestamp()) * 10**9

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.requirement("IT-05", "IT-09")
def test_priming_delivers_its_volume_and_no_low_dose_behind_it(pump, bench, verify):
    """A prime of 330 µL gives 330 µL, and so does a second one; what waits meanwhile, a seventh, is not made up."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="basal before")
    with bench.window("prime") as prime:
        pump.prime(volume_ul=330.0)
        bench.dwell(hours=1, doing="prime, then basal")
    with bench.window("behind it") as behind:
        bench.dwell(hours=3, doing="basal behind the prime")
    with bench.window("second prime") as second:
        pump.prime(volume_ul=330.0)
        bench.dwell(hours=1, doing="prime, then basal")
    verify("volume of the prime", prime.volume_error()).within("volume accuracy")
    verify("flow behind the prime", behind.flow_error()).within("basal accuracy")
    verify("volume of the second prime", second.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-10")
def test_a_bridge_bolus_purges_the_old_drug_at_its_rate(pump, bench, verify):
    """The dead volume is purged at the old drug's rate, across midnight; then the new concentration's rate holds."""
    pump.set_clock(t_ns=LATE_NS)
    old_ul_h = round(bench.rate_of("5 mg/day", "4 mg/mL"), 3)
    new_ul_h = round(bench.rate_of("5 mg/day", "10 mg/mL"), 3)
    with bench.window("bridge") as bridge:
        pump.run_bridge(volume_ul=260.0, rate_ul_h=old_ul_h, then_ul_h=new_ul_h)
        bench.dwell(hours=8, doing="bridge, then the new rate")
    verify("volume of bridge and new rate", bridge.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-09", "1.4.5")
def test_a_bolus_waits_for_a_prime_and_is_given_whole(pump, bench, verify):
    """A prime comes between a bolus and its end: both are given whole, one after the other."""
    with bench.window("prime in a bolus") as both:
        pump.give_bolus(volume_ul=100.0)
        bench.dwell(minutes=3, doing="a third of the bolus")
        pump.prime(volume_ul=200.0)
        bench.dwell(hours=1, doing="prime, then the rest of the bolus")
    verify("volume of bolus and prime", both.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", both.log_tells_all()).holds()


@pytest.mark.requirement("IT-09", "IT-17")
def test_a_prime_that_a_stall_ends_is_no_bolus(pump, bench, verify):
    """A motor that is held ends a prime with an alarm; what was given of it is counted as no bolus."""
    bench.expect_alarm("stall")
    pump.run_continuous(rate_ul_h=50.0)
    bench.dwell(hours=1, doing="basal before")
    with bench.window("a prime that stalls") as stalled:
        pump.prime(volume_ul=200.0)
        bench.dwell(minutes=2, doing="priming")
        with bench.challenge.magnet():
            bench.dwell(minutes=5, doing="the motor is held")
        bench.dwell(minutes=30, doing="the motor is free, the pump in alarm")
    signalled = stalled.alarm_came(alarm="stall", within_s=120, after="magnet", priority="critical")
    verify("the stall was signalled", signalled).holds()
    verify("the pump's log tells all", stalled.log_tells_all()).holds()


@pytest.mark.requirement("IT-09", "IT-08")
@pytest.mark.evaporation(hours=1)
def test_what_was_broken_off_comes_with_no_later_order(pump, bench, verify):
    """Prime, bolus, square and combination bolus are stopped half-way, and ordered anew: each once, and whole."""
    orders = (
        ("a prime", pump.prime, {"volume_ul": 150.0}),
        ("a bolus", pump.give_bolus, {"volume_ul": 100.0, "rate_ul_h": 600.0}),
        ("a square bolus", pump.give_square_bolus, {"volume_ul": 100.0, "over_minutes": 10}),
        ("a combination", pump.give_combination_bolus, {"now_ul": 60.0, "then_ul": 60.0, "over_minutes": 10}),
    )
    windows = []
    for what, order, numbers in orders:
        pump.run_continuous(rate_ul_h=50.0)
        order(**numbers)
        bench.dwell(minutes=4, doing=f"{what}, to be broken off")
        pump.stop()
        bench.dwell(minutes=6, doing="stopped")
        with bench.window(what) as window:
            pump.run_continuous(rate_ul_h=50.0)
            order(**numbers)
            bench.dwell(minutes=40, doing=f"{what}, anew")
        windows.append((what, window))
    for what, window in windows:
        verify(f"volume of {what}, ordered anew", window.volume_error()).within("volume accuracy")
