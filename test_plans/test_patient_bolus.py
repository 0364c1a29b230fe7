"""Boluses that the patient asks for: given, refused while locked out, never more than allotted."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.first_look
@pytest.mark.requirement("IT-13")
def test_requests_within_the_lockout_give_nothing(pump, bench, verify):
    """Of requests each half hour, with a lockout of an hour from start to start, every second one is given."""
    pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=60, most_in_24_h=24)
    pump.run_continuous(rate_ul_h=20.0)
    with bench.window("requests") as requests:
        for number in range(8):
            pump.request_patient_bolus()
            bench.dwell(minutes=30, doing=f"request {number + 1} of 8")
    verify("volume of what was granted", requests.volume_error()).within("volume accuracy")
    verify("lockout from start to start", requests.lockout()).within("lockout of an hour")


@pytest.mark.requirement("IT-13")
def test_a_lockout_is_over_in_its_minute(pump, bench, verify):
    """A request half a minute before the end of the lockout gives nothing, one half a minute behind it a bolus."""
    pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=60, most_in_24_h=24)
    with bench.window("about the end of the lockout") as asked:
        pump.request_patient_bolus()
        bench.dwell(minutes=59.5, doing="locked out")
        with bench.window("too early") as early:
            pump.request_patient_bolus()
            bench.dwell(minutes=1, doing="half a minute too early")
        with bench.window("in time") as in_time:
            pump.request_patient_bolus()
            bench.dwell(minutes=30, doing="the second bolus")
    verify("volume of what was granted", asked.volume_error()).within("volume accuracy")
    verify("refused too early", early.patient_bolus_refused(why="locked_out")).holds()
    verify("given in time", in_time.patient_bolus_given()).holds()
    verify("lockout from start to start", asked.lockout()).within("lockout of an hour")


@pytest.mark.requirement("IT-12")
def test_no_more_are_given_than_are_allotted_in_any_24_hours(pump, bench, verify):
    """With three in 24 h the fourth request is refused until a day has passed since the first, and not a bit sooner."""
    pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=60, most_in_24_h=3)
    with bench.read_each(minutes=5), bench.window("a day and a half") as requests:
        for number in range(18):
            pump.request_patient_bolus()
            bench.dwell(hours=1.99, doing=f"request {number + 1} of 18")  # the thirteenth comes at 23.9 h
    verify("volume of what was granted", requests.volume_error()).within("volume accuracy")
    verify("most in any 24 h", requests.most_in_24_h()).within("three boluses of 50 µL")


@pytest.mark.requirement("IT-12", "IT-13")
@pytest.mark.parametrize("allotted", [40, 99])
def test_a_large_allotment_is_counted_to_its_end(pump, bench, verify, allotted):
    """However many are allotted in 24 h: so many are given and no more, and a day behind the first one again."""
    pump.allow_patient_boluses(volume_ul=5.0, lockout_minutes=5, most_in_24_h=allotted)
    with bench.read_each(minutes=5), bench.window("requests") as requests:
        for number in range(allotted):
            pump.request_patient_bolus()
            bench.dwell(minutes=6, doing=f"request {number + 1} of {allotted}")
        with bench.window("one too many") as too_many:
            pump.request_patient_bolus()
            bench.dwell(minutes=30, doing="all are given")
        bench.dwell(hours=23.4 - allotted / 10, doing="until the first is a day old")
        with bench.window("still a day") as still:
            pump.request_patient_bolus()
            bench.dwell(minutes=10, doing="asked within the day")
        with bench.window("a day later") as later:
            pump.request_patient_bolus()
            bench.dwell(minutes=20, doing="asked a day later")
    verify("volume of what was granted", requests.volume_error()).within("volume accuracy")
    verify("refused when all were given", too_many.patient_bolus_refused(why="allotment_used")).holds()
    verify("refused within the day", still.patient_bolus_refused(why="allotment_used")).holds()
    verify("given a day later", later.patient_bolus_given()).holds()


@pytest.mark.requirement("IT-12")
def test_the_24_hours_of_an_allotment_begin_with_each_bolus(pump, bench, verify):
    """Three boluses from the 20th hour of a permission on: until the 44th none is given, whichever day is over then."""
    pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=60, most_in_24_h=3)
    with bench.read_each(minutes=10), bench.window("two days") as requests:
        bench.dwell(hours=20, doing="before the first request")
        for number in range(14):
            pump.request_patient_bolus()
            bench.dwell(hours=2.01, doing=f"request {number + 1} of 14")  # the thirteenth comes at 44.1 h
    verify("volume of what was granted", requests.volume_error()).within("volume accuracy")
    verify("most in any 24 h", requests.most_in_24_h()).within("three boluses of 50 µL")


@pytest.mark.requirement("IT-12", "IT-13")
def test_an_allotment_comes_back_one_bolus_after_the_other(pump, bench, verify):
    """Three boluses at 0, 10 and 20 h: at 24 h there is one again, and the next one not before the 34th hour."""
    pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=30, most_in_24_h=3)
    with bench.read_each(minutes=10), bench.window("a day and a half") as requests:
        for number in range(2):
            pump.request_patient_bolus()
            bench.dwell(hours=10, doing=f"bolus {number + 1} of 3")
        pump.request_patient_bolus()
        bench.dwell(hours=4.1, doing="bolus 3 of 3")
        for number in range(10):
            pump.request_patient_bolus()
            bench.dwell(hours=1.01, doing=f"request {number + 1} of 10, the first has left")  # the last at 33.2 h
        pump.request_patient_bolus()
        bench.dwell(hours=1, doing="the second has left")
    verify("volume of what was granted", requests.volume_error()).within("volume accuracy")
    verify("most in any 24 h", requests.most_in_24_h()).within("three boluses of 50 µL")


@pytest.mark.requirement("IT-12", "IT-13")
def test_what_a_patient_had_outlives_stop_power_and_a_new_permission(pump, bench, verify):
    """Lockout and allotment count on through a stop, a power cut, a refill, a self-test, and a permission anew."""

    def asked(minutes):
        pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=60, most_in_24_h=2)
        pump.request_patient_bolus()
        bench.dwell(minutes=minutes, doing="asked for a bolus")

    with bench.window("asked again and again") as window:
        asked(20)
        pump.stop()
        asked(20)
        with bench.challenge.power_cut():
            bench.dwell(minutes=1, doing="without power")
        bench.dwell(minutes=1, doing="power is back")
        asked(5)
        pump.refilled(volume_ul=100_000.0)
        pump.self_test()
        asked(20)
        asked(70)
        asked(30)
    verify("volume of what was granted", window.volume_error()).within("volume accuracy")
    verify("lockout from start to start", window.lockout()).within("an hour at least")
    verify("most in any 24 h", window.most_in_24_h()).within("two boluses of 50 µL")


@pytest.mark.requirement("IT-13")
def test_a_lockout_counts_from_the_last_bolus_by_the_terms_of_the_moment(pump, bench, verify):
    """A longer lockout holds from the bolus before it on; a bolus that is broken off locks as a whole one does."""

    def permitted(lockout_minutes):
        pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=lockout_minutes, most_in_24_h=24)

    with bench.window("two hours instead of one") as longer:
        permitted(30)
        pump.request_patient_bolus()
        bench.dwell(minutes=20, doing="a bolus")
        permitted(120)
        bench.dwell(minutes=25, doing="locked out for longer")
        with bench.window("by the longer lockout") as locked:
            pump.request_patient_bolus()
            bench.dwell(minutes=75.5, doing="locked out")
        with bench.window("behind the longer lockout") as given:
            pump.request_patient_bolus()
            bench.dwell(minutes=2, doing="a bolus that is broken off")
        pump.stop()
        permitted(60)
        bench.dwell(minutes=30, doing="broken off")
        with bench.window("behind a bolus that was broken off") as broken:
            pump.request_patient_bolus()
            bench.dwell(minutes=30, doing="locked out")
    verify("refused by the longer lockout", locked.patient_bolus_refused(why="locked_out")).holds()
    verify("given behind it", given.patient_bolus_given()).holds()
    verify("refused behind what was broken off", broken.patient_bolus_refused(why="locked_out")).holds()
    verify("volume of what was granted", longer.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-13")
def test_setting_the_calendar_does_not_shorten_the_lockout(pump, bench, verify):
    """A clock that is set a day ahead opens no lockout, and one that is set back prolongs none."""
    pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=60, most_in_24_h=24)
    with bench.window("clock set within the lockout") as locked:
        pump.request_patient_bolus()
        bench.dwell(minutes=20, doing="locked out")
        pump.set_clock(t_ns=pump.read_clock_ns() + 24 * 3600 * 10**9)
        with bench.window("a day ahead") as ahead:
            pump.request_patient_bolus()
            bench.dwell(minutes=41, doing="locked out, a day ahead")
        pump.request_patient_bolus()
        bench.dwell(minutes=20, doing="the second bolus")
        pump.set_clock(t_ns=pump.read_clock_ns() - 48 * 3600 * 10**9)
        bench.dwell(minutes=41, doing="locked out, a day behind")
        with bench.window("a day behind") as behind:
            pump.request_patient_bolus()
            bench.dwell(minutes=30, doing="the third bolus")
    verify("volume of what was granted", locked.volume_error()).within("volume accuracy")
    verify("refused a day ahead", ahead.patient_bolus_refused(why="locked_out")).holds()
    verify("given a day behind", behind.patient_bolus_given()).holds()
    verify("lockout from start to start", locked.lockout()).within("lockout of an hour")


@pytest.mark.requirement("IT-13", "4.1.1", "4.1.3")
def test_a_patient_who_keeps_pressing_gets_one_bolus(pump, bench, verify):
    """Of eleven hundred requests at once, and one behind them, one is given; the log tells of each in order."""
    pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=120, most_in_24_h=24)
    with bench.window("eleven hundred requests") as requests:
        for _ in range(1100):
            pump.request_patient_bolus()
        bench.dwell(minutes=3, doing="one bolus")
        pump.request_patient_bolus()
        bench.dwell(minutes=57, doing="one bolus, asked for another")
    verify("volume of what was granted", requests.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", requests.log_tells_all()).holds()


@pytest.mark.requirement("IT-12", "IT-13")
def test_the_button_and_the_programmer_ask_for_the_same(pump, bench, verify):
    """Who asked in between, the patient's own button or the programmer: lockout and allotment count both."""
    pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=40, most_in_24_h=6)
    asks = {"the button": bench.challenge.press_button, "the programmer": pump.request_patient_bolus}
    with bench.read_each(minutes=4), bench.window("requests") as requests:
        for number in range(4):
            for first in asks:
                for second in asks:
                    asks[first]()
                    bench.dwell(minutes=20, doing=f"asked by {first}, round {number + 1} of 4")
                    asks[second]()
                    bench.dwell(minutes=24, doing=f"asked by {second}")
    verify("volume of what was granted", requests.volume_error()).within("volume accuracy")
    verify("lockout from start to start", requests.lockout()).within("40 min at least")
    verify("most in any 24 h", requests.most_in_24_h()).within("six boluses of 20 µL")


def _beside_all_that_flows(pump, bench):
    pump.run_continuous(rate_ul_h=800.0)
    pump.give_square_bolus(volume_ul=200.0, over_minutes=20)
    bench.dwell(minutes=1, doing="infusion and square bolus")
    pump.request_patient_bolus()
    bench.dwell(minutes=20, doing="to the end of the square bolus")


def _within_a_bolus(pump, bench):
    pump.give_bolus(volume_ul=50.0, rate_ul_h=300.0)
    pump.request_patient_bolus()
    bench.dwell(minutes=12, doing="to the end of the bolus")


def _within_a_prime(pump, bench):
    pump.prime(volume_ul=100.0)
    pump.request_patient_bolus()
    bench.dwell(minutes=8, doing="to the end of the prime")


def _in_a_full_window(pump, bench):
    pump.set_dose_limit(volume_ul=15.0, window_hours=1)
    pump.request_patient_bolus()
    bench.dwell(minutes=1, doing="the window is full")
    pump.set_dose_limit(volume_ul=900.0, window_hours=1)


def _in_an_alarm(pump, bench):
    bench.expect_alarm("stall")
    with bench.challenge.magnet():
        bench.dwell(minutes=4, doing="the motor is held")
    pump.request_patient_bolus()
    bench.dwell(minutes=1, doing="stalled")


REFUSED = {
    "above_total_rate": _beside_all_that_flows,
    "bolus_running": _within_a_bolus,
    "prime_running": _within_a_prime,
    "above_dose_limit": _in_a_full_window,
    "alarm_active": _in_an_alarm,
}


@pytest.mark.requirement("IT-13", "IT-12")
@pytest.mark.parametrize("why", REFUSED)
def test_a_request_that_was_refused_costs_the_patient_nothing(pump, bench, verify, why):
    """What is refused for no reason of the patient begins no lockout: asked again behind it, it is given."""
    pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=120, most_in_24_h=2, rate_ul_h=900.0)
    pump.run_continuous(rate_ul_h=40.0)
    with bench.window("requests") as requests:
        bench.dwell(minutes=10, doing="infusing")
        with bench.window("refused") as refused:
            REFUSED[why](pump, bench)
        pump.stop()
        pump.run_continuous(rate_ul_h=40.0)
        pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=120, most_in_24_h=2, rate_ul_h=900.0)
        for number in range(2):
            with bench.window(f"request {number + 1}") as given:
                pump.request_patient_bolus()
                bench.dwell(minutes=30, doing="asked again")
            verify(f"request {number + 1} of 2 was granted", given.patient_bolus_given()).holds()
            bench.dwell(minutes=91, doing="until the lockout is over")
    verify("the first was refused", refused.patient_bolus_refused(why=why)).holds()
    verify("volume of what was granted", requests.volume_error()).within("volume accuracy")
