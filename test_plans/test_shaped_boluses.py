"""Square and combination boluses: are they spread as they should be, and do they give way?"""

from datetime import UTC, datetime

import pytest

LATE_NS = int(datetime(2026, 1, 7, 22, tzinfo=UTC).timestamp()) * 10**9

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.requirement("1.4.1", "1.4.4", "1.4.7")
def test_a_square_bolus_is_spread_over_its_time(pump, bench, verify):
    """100 µL over two hours, across midnight, on top of an infusion come evenly, and nothing behind them."""
    pump.set_clock(t_ns=LATE_NS)
    pump.run_continuous(rate_ul_h=20.0)
    bench.dwell(hours=1, doing="basal before")
    with bench.window("square bolus") as square:
        pump.give_square_bolus(volume_ul=100.0, over_minutes=120)
        bench.dwell(hours=4, doing="square bolus, then basal")
    verify("volume with a square bolus", square.volume_error()).within("volume accuracy")
    verify("evenness of the square bolus", square.square_bolus_evenness()).within("square bolus evenness")


@pytest.mark.requirement("1.4.1", "1.4.7")
def test_a_square_bolus_of_most_of_a_day_is_spread_over_its_time(pump, bench, verify):
    """A square bolus of 20 h, longer than counters of few bits count seconds or minutes, comes evenly to its end."""
    with bench.read_each(minutes=10), bench.window("most of a day") as square:
        pump.give_square_bolus(volume_ul=500.0, over_minutes=20 * 60)
        bench.dwell(hours=20.5, doing="square bolus over 20 h, then nothing")
    verify("volume of a square bolus of 20 h", square.volume_error()).within("volume accuracy")
    verify("evenness of a square bolus of 20 h", square.square_bolus_evenness()).within("square bolus evenness")


@pytest.mark.requirement("1.4.1", "1.4.7")
def test_square_boluses_of_no_even_rates_are_given_whole(pump, bench, verify):
    """22 µL in 8 h and others like it ask for rates with many digits, and come to their last part."""
    with bench.read_each(minutes=10), bench.window("four square boluses") as squares:
        for volume_ul, over_minutes in ((22.0, 480), (13.0, 300), (33.3, 170), (61.7, 130)):
            pump.give_square_bolus(volume_ul=volume_ul, over_minutes=over_minutes)
            bench.dwell(minutes=over_minutes + 10, doing=f"{volume_ul:g} µL in {over_minutes} min")
    verify("volume of four square boluses", squares.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", squares.log_tells_all()).holds()


@pytest.mark.requirement("1.4.5", "1.4.6", "1.4.7")
@pytest.mark.parametrize("basal_ul_h", [0.0, 40.0], ids=["alone", "on an infusion"])
def test_a_slow_bolus_takes_nothing_of_a_square_one(pump, bench, verify, basal_ul_h):
    """A single bolus of half an hour comes in a square one of two hours, which goes on behind it and loses nothing."""
    if basal_ul_h:
        pump.run_continuous(rate_ul_h=basal_ul_h)
    with bench.window("both boluses") as both:
        pump.give_square_bolus(volume_ul=120.0, over_minutes=120)
        bench.dwell(minutes=30, doing="square bolus")
        pump.give_bolus(volume_ul=50.0, rate_ul_h=100.0)
        bench.dwell(hours=3, doing="single, the rest of the square")
    verify("volume of both boluses", both.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", both.log_tells_all()).holds()


@pytest.mark.requirement("1.4.5", "1.4.6", "4.1.3")
def test_a_single_bolus_goes_before_a_square_one(pump, bench, verify):
    """A single bolus pre-empts a square one, which goes on behind it: both are given whole, and logged in order."""
    pump.run_continuous(rate_ul_h=20.0)
    bench.dwell(hours=1, doing="basal before")
    with bench.window("both boluses") as both:
        pump.give_square_bolus(volume_ul=100.0, over_minutes=120)
        bench.dwell(minutes=40, doing="square bolus")
        pump.give_bolus(volume_ul=50.0)
        bench.dwell(hours=4, doing="single, the rest of the square, basal")
    verify("volume of both boluses", both.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", both.log_tells_all()).holds()


@pytest.mark.requirement("1.4.1")
def test_a_combination_gives_one_part_now_and_one_spread(pump, bench, verify):
    """A combination bolus gives its first part at once and its second over an hour."""
    with bench.window("combination") as combination:
        pump.give_combination_bolus(now_ul=60.0, then_ul=90.0, over_minutes=60)
        bench.dwell(hours=3, doing="combination, then nothing")
    verify("volume of the combination", combination.volume_error()).within("volume accuracy")


@pytest.mark.requirement("1.4.4", "1.4.5", "1.4.7", "IT-10", "ACC-002")
@pytest.mark.evaporation(hours=1)
def test_boluses_take_nothing_of_what_they_interrupt_however_many_they_are(pump, bench, verify):
    """Three boluses, each at a rate of its own, in a bridge and in a square bolus: each is given, and all of those."""
    pump.allow_patient_boluses(volume_ul=10.0, lockout_minutes=5, most_in_24_h=24, rate_ul_h=100.0)
    windows = []

    def interrupted(what, order, **numbers):
        with bench.window(what) as window:
            order(**numbers)
            for number in range(3):
                bench.dwell(minutes=7, doing=what)
                pump.give_bolus(volume_ul=20.0, rate_ul_h=900.0)
                bench.dwell(minutes=3, doing=f"bolus {number + 1} of 3")
                pump.request_patient_bolus()
                bench.dwell(minutes=7, doing="a patient's bolus")
            bench.dwell(minutes=75, doing=f"the rest of {what}")
        windows.append((what, window))

    interrupted("a bridge", pump.run_bridge, volume_ul=60.0, rate_ul_h=60.0, then_ul_h=150.0)
    interrupted("a square bolus", pump.give_square_bolus, volume_ul=150.0, over_minutes=60)
    for what, window in windows:
        verify(f"volume of {what} and its boluses", window.volume_error()).within("volume accuracy")
        verify(f"the log of {what}", window.log_tells_all()).holds()
