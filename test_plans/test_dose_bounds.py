"""Bounds of the dose: a sliding window, a trial session, and the date for which a refill is planned."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.requirement("IT-12")
def test_no_sliding_window_holds_more_than_is_set(pump, bench, verify):
    """With 105 µL in any 4 h the infusion goes on, and boluses, whoever asks for them, are given as far as they fit."""
    pump.set_dose_limit(volume_ul=500.0, window_hours=12)  # what was set before holds no longer, and loosens nothing
    pump.set_dose_limit(volume_ul=105.0, window_hours=4)
    pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=10, most_in_24_h=48)
    with bench.window("8 h") as hours:
        pump.run_continuous(rate_ul_h=10.0)
        pump.give_bolus(volume_ul=20.0)
        bench.dwell(minutes=30, doing="the clinician's bolus")
        for number in range(15):
            pump.request_patient_bolus()
            bench.dwell(minutes=30, doing=f"request {number + 1} of 15")
    verify("most in any 4 h", hours.most_in(hours=4)).within("105 µL in any 4 h")
    verify("most counted in any 4 h", hours.most_counted_in(hours=4)).within("105 µL counted in any 4 h")
    verify("volume of what was granted", hours.volume_error()).within("volume accuracy")
    verify("the infusion went on", hours.no_alarm()).holds()
    verify("the pump's log tells all", hours.log_tells_all()).holds()


@pytest.mark.requirement("IT-12")
def test_a_limit_that_is_set_counts_what_was_given_before(pump, bench, verify):
    """Behind a dose of 60 µL a limit of 105 µL in 4 h leaves no room for a second, set once or set anew to the same."""
    pump.allow_patient_boluses(volume_ul=60.0, lockout_minutes=5, most_in_24_h=24)
    pump.set_dose_limit(volume_ul=500.0, window_hours=12)
    with bench.window("before and behind the limit"):
        pump.run_continuous(rate_ul_h=10.0)
        pump.request_patient_bolus()
        bench.dwell(minutes=30, doing="the dose before the limit")
        for turn in ("tightened", "set anew", "set for another window"):
            pump.set_dose_limit(volume_ul=105.0, window_hours=3 if "another" in turn else 4)
            with bench.window(turn) as limited:
                pump.request_patient_bolus()
                bench.dwell(minutes=15, doing=f"asked for 60 µL, the limit {turn}")
            refused = limited.patient_bolus_refused(why="above_dose_limit")
            verify(f"the dose before counts, the limit {turn}", refused).holds()


@pytest.mark.requirement("IT-12")
def test_a_sliding_window_forgets_none_of_many_small_boluses(pump, bench, verify):
    """Of requests for 5 µL each ten minutes as many are granted as 105 µL in any 4 h leave room for."""
    pump.set_dose_limit(volume_ul=105.0, window_hours=4)
    pump.allow_patient_boluses(volume_ul=5.0, lockout_minutes=5, most_in_24_h=100)
    with bench.window("many small boluses") as hours:
        pump.run_continuous(rate_ul_h=10.0)
        for number in range(36):
            pump.request_patient_bolus()
            bench.dwell(minutes=10, doing=f"request {number + 1} of 36")
    verify("most in any 4 h", hours.most_in(hours=4)).within("105 µL in any 4 h")
    verify("most counted in any 4 h", hours.most_counted_in(hours=4)).within("105 µL counted in any 4 h")
    verify("volume of what was granted", hours.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-12")
def test_a_window_that_is_no_whole_number_of_hours_is_kept_to_the_minute(pump, bench, verify):
    """With 105 µL in any 100 min, requests for 30 µL each 21 min, out of step with hours, are granted as they fit."""
    pump.set_dose_limit(volume_ul=105.0, window_hours=100 / 60)
    pump.allow_patient_boluses(volume_ul=30.0, lockout_minutes=5, most_in_24_h=100)
    bench.dwell(minutes=25, doing="before the first request")
    with bench.window("requests out of step") as hours:
        for number in range(24):
            pump.request_patient_bolus()
            bench.dwell(minutes=21, doing=f"request {number + 1} of 24")
    verify("most in any 100 min", hours.most_in(hours=100 / 60)).within("105 µL in any 100 min")
    verify("most counted in any 100 min", hours.most_counted_in(hours=100 / 60)).within("105 µL in any 100 min")
    verify("volume of what was granted", hours.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-12")
def test_a_sliding_window_outlives_stop_and_power(pump, bench, verify):
    """What a window of 4 h holds counts on through a stop and a power cut: no request behind them exceeds 105 µL."""
    pump.set_dose_limit(volume_ul=105.0, window_hours=4)

    def asked(minutes):
        pump.allow_patient_boluses(volume_ul=60.0, lockout_minutes=5, most_in_24_h=24)
        pump.run_continuous(rate_ul_h=10.0)
        pump.request_patient_bolus()
        bench.dwell(minutes=minutes, doing="asked for 60 µL")

    with bench.window("asked again and again") as hours:
        asked(30)
        pump.stop()
        bench.dwell(minutes=3, doing="stopped")
        asked(30)
        with bench.challenge.power_cut():
            bench.dwell(minutes=1, doing="without power")
        bench.dwell(minutes=1, doing="power is back")
        asked(200)
    verify("most in any 4 h", hours.most_in(hours=4)).within("105 µL in any 4 h")
    verify("most counted in any 4 h", hours.most_counted_in(hours=4)).within("105 µL counted in any 4 h")
    verify("volume of what was granted", hours.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-12")
def test_a_window_leaves_room_for_all_that_fits(pump, bench, verify):
    """With 105 µL in any 4 h two doses of 30 µL fit beside 10 µL/h, a power cut between them or not, and then no third.

    Four hours behind the first there is room again, and as much as before.
    """
    pump.set_dose_limit(volume_ul=105.0, window_hours=4)

    def asked(minutes, verb):
        with bench.window(verb) as request:
            pump.request_patient_bolus()
            bench.dwell(minutes=minutes, doing=f"asked for 30 µL, {verb}")
        return request

    def infuse():
        pump.allow_patient_boluses(volume_ul=30.0, lockout_minutes=5, most_in_24_h=24)
        pump.run_continuous(rate_ul_h=10.0)

    infuse()
    first = asked(30, "the first")
    with bench.challenge.power_cut():
        bench.dwell(minutes=1, doing="without power")
    bench.dwell(minutes=1, doing="power is back")
    infuse()
    second = asked(30, "the second")
    third = asked(185, "too much")
    again = asked(10, "the first has left")
    bench.dwell(minutes=30, doing="the second leaves, too")
    last = asked(30, "both have left")
    for name, request in {"first": first, "second": second, "again": again, "last": last}.items():
        verify(f"{name} dose given", request.patient_bolus_given()).holds()
    verify("no third dose", third.patient_bolus_refused(why="above_dose_limit")).holds()


@pytest.mark.requirement("IT-12")
def test_a_dose_limit_that_was_acknowledged_still_holds(pump, bench, verify):
    """An infusion fills a window of 4 h and ends in an alarm; who acknowledges that has no new window before him."""
    bench.expect_alarm("dose_limit")
    pump.set_dose_limit(volume_ul=105.0, window_hours=4)
    with bench.window("to the limit and beyond") as hours:
        for volume_ul in (10.0, 50.0):
            pump.give_bolus(volume_ul=volume_ul)
            bench.dwell(minutes=15, doing=f"a bolus of {volume_ul:g} µL")
        pump.run_continuous(rate_ul_h=26.0)
        bench.dwell(hours=2, doing="infusing to the limit")
        pump.acknowledge_alarms()
        pump.stop()
        bench.dwell(minutes=95, doing="until the first bolus, and it alone, has left the window")
        pump.allow_patient_boluses(volume_ul=60.0, lockout_minutes=5, most_in_24_h=24)
        with bench.window("acknowledged") as acknowledged:
            pump.request_patient_bolus()
            bench.dwell(hours=1, doing="acknowledged, and asked for more")
    full = hours.alarm_came(alarm="dose_limit", within_s=3 * 3600, priority="critical")
    verify("the limit was signalled", full).holds()
    verify("the request was refused", acknowledged.patient_bolus_refused(why="above_dose_limit")).holds()
    verify("most in any 4 h", hours.most_in(hours=4)).within("105 µL in any 4 h")
    verify("most counted in any 4 h", hours.most_counted_in(hours=4)).within("105 µL counted in any 4 h")


@pytest.mark.requirement("IT-12", "IT-09")
def test_what_a_prime_gave_counts_in_the_window(pump, bench, verify):
    """Of 105 µL in any 4 h a prime of 60 µL leaves no room for a bolus of 60 µL, until it has left the window."""
    pump.set_dose_limit(volume_ul=105.0, window_hours=4)
    pump.allow_patient_boluses(volume_ul=60.0, lockout_minutes=5, most_in_24_h=24)
    with bench.window("a prime and requests") as hours:
        pump.run_continuous(rate_ul_h=10.0)
        pump.prime(volume_ul=60.0)
        bench.dwell(minutes=30, doing="prime, then basal")
        pump.request_patient_bolus()
        bench.dwell(hours=4, doing="asked for 60 µL")
        pump.request_patient_bolus()
        bench.dwell(minutes=30, doing="asked for 60 µL again")
    verify("most in any 4 h, prime included", hours.most_in(hours=4)).within("105 µL in any 4 h")
    verify("most counted in any 4 h", hours.most_counted_in(hours=4)).within("105 µL counted in any 4 h")
    verify("volume of prime and what was granted", hours.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", hours.log_tells_all()).holds()


@pytest.mark.requirement("IT-12")
def test_a_trial_gives_its_total_dose_and_no_more(pump, bench, verify):
    """A trial of 150 µL in a day ends when they are given, whatever stops it or sets its clock, and says so."""
    with bench.window("trial") as trial:
        pump.begin_trial(total_ul=150.0, over_hours=24)
        pump.run_continuous(rate_ul_h=50.0)
        bench.dwell(hours=1, doing="infusing")
        pump.give_bolus(volume_ul=25.0)
        pump.set_clock(t_ns=pump.read_clock_ns() + 25 * 3600 * 10**9)
        bench.dwell(minutes=15, doing="infusing, a day ahead")
        pump.stop()
        bench.dwell(minutes=10, doing="stopped")
        pump.run_continuous(rate_ul_h=50.0)
        bench.dwell(minutes=15, doing="infusing")
        with bench.challenge.power_cut():
            bench.dwell(minutes=1, doing="without power")
        bench.dwell(minutes=1, doing="power is back")
        pump.run_continuous(rate_ul_h=50.0)
        bench.dwell(hours=2, doing="to the total dose and beyond")
    over = trial.alarm_came(alarm="trial_over", within_s=2.8 * 3600, priority="non-critical")
    verify("the end was signalled", over).holds()
    verify("volume of the trial", trial.volume()).within("trial of 150 µL")
    verify("count of the trial", trial.most_counted_in(hours=24)).within("trial of 150 µL counted")
    verify("nothing was made up", trial.nothing_made_up(after="trial_over")).within("nothing made up")


@pytest.mark.requirement("IT-12")
@pytest.mark.parametrize("what", ["a bolus", "a square bolus", "a patient's bolus", "a prime"])
def test_nothing_under_way_outlasts_a_trial(pump, bench, verify, what):
    """A trial of 150 µL ends in the midst of what would give 200 µL more, and nothing of that comes behind its end."""
    bench.expect_alarm("trial_over")
    pump.allow_patient_boluses(volume_ul=200.0, lockout_minutes=30, most_in_24_h=9, rate_ul_h=300.0)
    with bench.window("trial") as trial:
        pump.begin_trial(total_ul=150.0, over_hours=24)
        pump.run_continuous(rate_ul_h=50.0)
        bench.dwell(minutes=30, doing="infusing")
        if what == "a bolus":
            pump.give_bolus(volume_ul=200.0, rate_ul_h=300.0)
        elif what == "a square bolus":
            pump.give_square_bolus(volume_ul=200.0, over_minutes=40)
        elif what == "a prime":
            pump.prime(volume_ul=200.0)
        else:
            pump.request_patient_bolus()
        bench.dwell(hours=1, doing=f"{what}, to the trial's end and beyond")
    verify("volume of the trial", trial.volume()).within("trial of 150 µL")
    verify("count of the trial", trial.most_counted_in(hours=24)).within("trial of 150 µL counted")
    verify("nothing was made up", trial.nothing_made_up(after="trial_over")).within("nothing made up")


@pytest.mark.requirement("IT-12")
@pytest.mark.parametrize("ended", [True, False], ids=["ended", "begun anew"])
def test_a_second_trial_has_nothing_of_the_first(pump, bench, verify, ended):
    """Of a first trial of 400 µL in ten days a part is given; a second one of 150 µL has its own dose and no rest."""
    pump.begin_trial(total_ul=400.0, over_hours=240)
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(minutes=30, doing="the first trial")
    if ended:
        pump.end_trial()
        bench.dwell(minutes=15, doing="no trial")
    pump.stop()
    bench.dwell(minutes=10, doing="stopped")
    with bench.window("second trial") as trial:
        pump.begin_trial(total_ul=150.0, over_hours=24)
        pump.run_continuous(rate_ul_h=100.0)
        bench.dwell(hours=3, doing="to the second's dose and beyond")
    over = trial.alarm_came(alarm="trial_over", within_s=1.6 * 3600, priority="non-critical")
    verify("the end was signalled", over).holds()
    verify("volume of the second trial", trial.volume()).within("trial of 150 µL")


@pytest.mark.requirement("IT-12")
def test_a_trial_ends_in_its_time(pump, bench, verify):
    """A trial of 3 h is over 3 h behind its begin, no sooner, whatever stops it or sets its clock meanwhile."""
    with bench.window("trial") as trial:
        pump.begin_trial(total_ul=1000.0, over_hours=3)
        pump.run_continuous(rate_ul_h=60.0)
        with bench.window("within its time") as within:
            bench.dwell(minutes=20, doing="infusing")
            pump.set_clock(t_ns=pump.read_clock_ns() + 4 * 3600 * 10**9)
            bench.dwell(minutes=20, doing="infusing, four hours ahead")
            pump.stop()
            bench.dwell(hours=1, doing="stopped")
            pump.set_clock(t_ns=pump.read_clock_ns() - 8 * 3600 * 10**9)
            pump.run_continuous(rate_ul_h=60.0)
            bench.dwell(minutes=20, doing="infusing, four hours behind")
            pump.set_clock(t_ns=pump.read_clock_ns() + 4 * 3600 * 10**9)
            with bench.challenge.power_cut():
                bench.dwell(minutes=10, doing="without power")
            bench.dwell(minutes=1, doing="power is back")
            pump.run_continuous(rate_ul_h=60.0)
            bench.dwell(minutes=46, doing="infusing until shortly before the end")
        bench.dwell(hours=1, doing="beyond the end")
    over = trial.alarm_came(alarm="trial_over", within_s=3.05 * 3600, priority="non-critical")
    verify("not over within its time", within.no_alarm(which="trial_over")).holds()
    verify("the end was signalled", over).holds()
    verify("volume of the trial's time", trial.volume_error()).within("volume accuracy")
    verify("nothing was made up behind its time", trial.nothing_made_up(after="trial_over")).within("nothing made up")


@pytest.mark.requirement("IT-18")
def test_the_refill_date_assumes_all_allotted_boluses(pump, bench, verify):
    """The date for which the pump asks to be refilled takes it that the patient uses all that is allowed."""
    pump.refilled(volume_ul=20_000.0)  # what the pump believes; the reservoir holds more
    pump.set_low_reservoir(volume_ul=2_000.0)
    pump.allow_patient_boluses(volume_ul=20.0, lockout_minutes=60, most_in_24_h=10)
    pump.run_continuous(rate_ul_h=20.0)
    with bench.window("at the refill") as refill:
        bench.dwell(minutes=30, doing="infusing")
        pump.read_outlook()
        bench.dwell(minutes=30, doing="infusing on")
    verify("the refill date", refill.refill_date_error()).within("refill date")
