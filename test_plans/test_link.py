"""The link: lost, noisy, replayed, stalled half-way. The therapy stays what it was, or ends with an alarm."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

# Seven days of as many steps as a day may have, no two alike, take several frames.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL_WEEK = {
    day: {f"{hour:02}:00": 400.0 + 20 * number + hour for hour in range(13)} for number, day in enumerate(DAYS)
}


@pytest.mark.requirement("IT-19")
def test_a_noisy_link_changes_no_therapy(pump, bench, verify):
    """While one answer in six has a flipped bit, and afterwards, an infusion goes on at its rate."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("noisy") as noisy:
        with bench.challenge.link_noisy(flipped_bits=1, one_answer_in=6):
            bench.dwell(minutes=12, doing="noise on the link")
        bench.dwell(hours=2, doing="a quiet link")
    verify("flow on a noisy link", noisy.flow_error()).within("basal accuracy")


@pytest.mark.requirement("IT-03", "1.1.7")
@pytest.mark.parametrize("after_frames", [1, 2], ids=["staged", "read back"])
def test_a_change_that_is_not_completed_leaves_the_former_therapy(pump, bench, verify, after_frames):
    """A new rate that is staged, and never committed because the link stalls, leaves the infusion at its old one."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="the former therapy")
    with bench.window("not committed") as former:
        with bench.challenge.link_stalled(after_frames=after_frames):
            pump.run_continuous(rate_ul_h=600.0)
        bench.dwell(hours=3, doing="the former therapy, a rest of another")
    verify("flow of the former therapy", former.flow_error()).within("basal accuracy")
    verify("no alarm", former.no_alarm()).holds()


@pytest.mark.requirement("IT-03", "1.1.7")
def test_a_week_of_which_only_a_part_arrives_leaves_the_former_therapy(pump, bench, verify):
    """Patterns that take several frames, of which the first alone arrives, leave the infusion as it is."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="the former therapy")
    with bench.window("a part of a week") as former:
        with bench.challenge.link_stalled(after_frames=1):
            pump.run_flex(days=FULL_WEEK)
        bench.dwell(hours=3, doing="the former therapy, a part of another")
    verify("flow of the former therapy", former.flow_error()).within("basal accuracy")
    verify("no alarm", former.no_alarm()).holds()


@pytest.mark.requirement("IT-03", "IT-17")
def test_an_order_that_comes_late_moves_nothing_that_was_stopped(pump, bench, verify):
    """Orders whose last frame is held up reach a pump that was stopped meanwhile: it rests."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(minutes=30, doing="infusing")
    orders = {
        "a rate": lambda: pump.run_continuous(rate_ul_h=300.0),
        "a pattern": lambda: pump.run_flex(days={"every": {"00:00": 120.0, "12:00": 120.0}}),
        "a bolus": lambda: pump.give_bolus(volume_ul=20.0),
        "a ramp": lambda: pump.run_ramp(from_ul_h=100.0, to_ul_h=200.0, over_hours=1.0),
    }
    with bench.window("late") as late, bench.read_each(minutes=5):
        for name, order in orders.items():
            with bench.challenge.link_belated(after_frames=2, late_s=60.0):
                order()
            pump.stop()
            bench.dwell(hours=1, doing=f"stopped, and {name} comes late")
    verify("volume behind the stops", late.nothing_made_up(after="stop")).within("nothing made up")
    verify("the pump's log tells all", late.log_tells_all()).holds()


@pytest.mark.requirement("IT-03")
def test_a_change_that_is_cut_off_for_good_ends_in_a_critical_alarm(pump, bench, verify):
    """When the link stalls before the commit and stays lost, delivery ends with a critical alarm."""
    bench.expect_alarm("link_lost")
    with bench.window("cut off") as cut_off:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(hours=1, doing="the former therapy")
        with bench.challenge.link_stalled(after_frames=2):
            pump.run_continuous(rate_ul_h=600.0)
        with bench.challenge.link_lost():
            bench.dwell(minutes=20, doing="nobody is heard")
        bench.dwell(minutes=40, doing="heard again")
    signalled = cut_off.alarm_came(alarm="link_lost", within_s=180, after="link lost", priority="critical")
    verify("critical alarm", signalled).holds()
    verify("delivery ended", cut_off.delivery_ended(within_s=180, after="link lost")).holds()


@pytest.mark.requirement("IT-17")
def test_frames_that_arrive_again_give_no_second_dose(pump, bench, verify):
    """While each frame arrives twice, and late once more, each bolus on an infusion is given and counted once."""
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.challenge.link_replayed(), bench.window("replayed") as replayed:
        for number in range(4):
            pump.give_bolus(volume_ul=25.0)
            bench.dwell(minutes=45, doing=f"bolus {number + 1} of 4, every frame again and again")
    verify("volume with each bolus once", replayed.volume_error()).within("volume accuracy")
    verify("the pump's books", replayed.books_error()).within("books accuracy")
    verify("the pump's log tells each bolus once", replayed.log_tells_all()).holds()


@pytest.mark.requirement("IT-17")
def test_a_bolus_whose_answers_are_spoilt_is_given_once(pump, bench, verify):
    """While every second answer is spoilt, so that each order is sent again, a bolus is given and counted once."""
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("spoilt answers") as spoilt:
        with bench.challenge.link_noisy(flipped_bits=1, one_answer_in=2):
            pump.give_bolus(volume_ul=100.0)
        bench.dwell(hours=3, doing="bolus, then basal")
    verify("volume with the bolus once", spoilt.volume_error()).within("volume accuracy")
    verify("the pump's log tells the bolus once", spoilt.log_tells_all()).holds()


@pytest.mark.requirement("IT-17")
def test_orders_that_arrive_damaged_are_sent_again_and_carried_out_as_meant(pump, bench, verify):
    """While every second frame to the pump has a wrong bit, four rates and a bolus become just what was ordered."""
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("damaged orders") as damaged:
        with bench.challenge.link_garbled(flipped_bits=1, one_frame_in=2):
            for rate_ul_h in (150.0, 250.0, 350.0, 200.0):
                pump.run_continuous(rate_ul_h=rate_ul_h)
            pump.give_bolus(volume_ul=50.0)
        bench.dwell(hours=3, doing="the last of the rates, and the bolus")
    verify("volume as ordered", damaged.volume_error()).within("volume accuracy")
    verify("the pump's log tells each order once", damaged.log_tells_all()).holds()


@pytest.mark.requirement("IT-03", "IT-05")
def test_a_link_that_is_lost_ends_delivery_with_an_alarm(pump, bench, verify):
    """When nobody is heard the pump stops, says so when it is heard again, and makes nothing up: each of two times."""
    bench.expect_alarm("link_lost")
    times = []
    for which in ("first", "second"):
        with bench.window(f"lost and found, {which} time") as lost:
            pump.run_continuous(rate_ul_h=200.0)
            bench.dwell(hours=1, doing="before")
            with bench.challenge.link_lost():
                bench.dwell(minutes=20, doing="nobody is heard")
            bench.dwell(minutes=30, doing="heard again")
        times.append((which, lost))
        pump.stop()
        bench.dwell(minutes=2, doing="the alarm is acknowledged")
    for which, lost in times:
        signalled = lost.alarm_came(alarm="link_lost", within_s=600, after="link lost")
        verify(f"lost link was signalled, {which} time", signalled).holds()
        verify(f"what was made up, {which} time", lost.nothing_made_up(after="link lost")).within("nothing made up")


DELIVERIES = {
    "a bolus": lambda pump: pump.give_bolus(volume_ul=300.0, rate_ul_h=300.0),
    "a square bolus": lambda pump: pump.give_square_bolus(volume_ul=200.0, over_minutes=60),
    "a combination": lambda pump: pump.give_combination_bolus(now_ul=20.0, then_ul=150.0, over_minutes=60),
    "a patient's bolus": lambda pump: pump.request_patient_bolus(),
    "a prime": lambda pump: pump.prime(volume_ul=700.0),
    "a ramp": lambda pump: pump.run_ramp(from_ul_h=50.0, to_ul_h=400.0, over_hours=1),
    "a bridge": lambda pump: pump.run_bridge(volume_ul=100.0, rate_ul_h=200.0, then_ul_h=400.0),
    "a day pattern": lambda pump: pump.run_flex(days={"every": {"00:00": 150.0, "12:00": 250.0}}),
}


@pytest.mark.requirement("IT-03", "IT-05")
@pytest.mark.parametrize("under_way", DELIVERIES)
def test_a_link_that_is_lost_ends_whatever_is_under_way(pump, bench, verify, under_way):
    """Whatever it gives when nobody is heard, the pump ends it with an alarm, in its time."""
    bench.expect_alarm("link_lost")
    pump.allow_patient_boluses(volume_ul=300.0, lockout_minutes=60, most_in_24_h=4, rate_ul_h=300.0)
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(minutes=15, doing="before")
    with bench.window(under_way) as lost:
        DELIVERIES[under_way](pump)
        bench.dwell(minutes=5, doing=under_way)
        with bench.challenge.link_lost():
            bench.dwell(minutes=15, doing="nobody is heard")
        bench.dwell(minutes=10, doing="heard again")
    signalled = lost.alarm_came(alarm="link_lost", within_s=180, after="link lost", priority="critical")
    verify("lost link was signalled", signalled).holds()
    verify("delivery ended", lost.delivery_ended(within_s=240, after="link lost")).holds()


@pytest.mark.requirement("IT-03", "IT-05")
def test_a_pump_waits_as_long_as_it_was_told_last(pump, bench, verify):
    """Told to wait longer, and then shorter, while it delivers, the pump waits as long as that from then on."""
    bench.expect_alarm("link_lost")
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(minutes=15, doing="infusing")
    pump.set_link_watchdog(seconds=1800)
    with bench.window("told to wait longer") as longer:
        with bench.challenge.link_lost():
            bench.dwell(minutes=15, doing="nobody is heard")
        bench.dwell(minutes=30, doing="heard again")
    pump.set_link_watchdog(seconds=150)
    with bench.window("told to wait shorter") as shorter:
        with bench.challenge.link_lost():
            bench.dwell(minutes=15, doing="nobody is heard")
        bench.dwell(minutes=10, doing="heard again")
    verify("no alarm", longer.no_alarm()).holds()
    verify("flow over the silence", longer.flow_error()).within("basal accuracy")
    signalled = shorter.alarm_came(alarm="link_lost", within_s=180, after="link lost", priority="critical")
    verify("lost link was signalled", signalled).holds()
    verify("delivery ended", shorter.delivery_ended(within_s=240, after="link lost")).holds()


@pytest.mark.requirement("IT-03", "IT-05")
@pytest.mark.parametrize("hours, each_h", [(2.0, 1 / 15), (48.0, 1.0)], ids=["two hours", "two days"])
def test_a_pump_waits_for_hours_and_no_longer(pump, bench, verify, hours, each_h):
    """Told to wait for hours, as at home, the pump delivers for nearly so long when nobody is heard, and no longer."""
    bench.expect_alarm("link_lost")
    pump.run_continuous(rate_ul_h=60.0)
    bench.dwell(minutes=15, doing="infusing")
    with bench.read_each(minutes=60.0 * each_h):
        pump.set_link_watchdog(seconds=hours * 3600.0)
        with bench.window("nearly so long") as within:
            with bench.challenge.link_lost():
                # The pump heard the rig last up to a reading before, and hears it again a part of one behind.
                bench.dwell(hours=hours - 1.5 * each_h, doing="nobody is heard, not for so long")
            bench.dwell(hours=2.0 * each_h, doing="heard again")
        with bench.window("longer") as longer:
            with bench.challenge.link_lost():
                bench.dwell(hours=hours + 0.25, doing="nobody is heard for longer")
            bench.dwell(minutes=10, doing="heard again")
    signalled = longer.alarm_came(
        alarm="link_lost", within_s=hours * 3600.0 + 60.0, after="link lost", priority="critical"
    )
    verify("volume while nobody was heard", within.volume_error()).within("volume accuracy")
    verify("not before its time", within.no_alarm(which="link_lost")).holds()
    verify("lost link was signalled", signalled).holds()


@pytest.mark.requirement("IT-03", "IT-05")
def test_a_patient_who_presses_is_no_link(pump, bench, verify):
    """Each minute the patient presses the button while nobody is heard: the pump ends delivery in its time."""
    bench.expect_alarm("link_lost")
    pump.allow_patient_boluses(volume_ul=5.0, lockout_minutes=1, most_in_24_h=100)
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(minutes=20, doing="before")
    with bench.window("presses") as lost:
        with bench.challenge.link_lost():
            for number in range(15):
                bench.dwell(minutes=1, doing=f"nobody is heard, press {number + 1} of 15")
                bench.challenge.press_button()
        bench.dwell(minutes=10, doing="heard again")
    signalled = lost.alarm_came(alarm="link_lost", within_s=180, after="link lost", priority="critical")
    verify("lost link was signalled", signalled).holds()
    verify("delivery ended", lost.delivery_ended(within_s=240, after="link lost")).holds()


@pytest.mark.requirement("IT-03")
def test_a_short_silence_changes_no_dose(pump, bench, verify):
    """A link that is lost for less than the watchdog's time, with a low battery too, changes nothing of the flow."""
    bench.expect_alarm("battery_low")
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="before")
    with bench.window("short silences") as silences:
        with bench.challenge.link_lost():
            bench.dwell(seconds=70, doing="nobody is heard")
        bench.dwell(hours=1, doing="heard again")
        with bench.challenge.supply_voltage(v=2.5):
            bench.dwell(minutes=10, doing="low battery")
            with bench.challenge.link_lost():
                bench.dwell(seconds=70, doing="low battery, nobody is heard")
            bench.dwell(hours=1, doing="low battery, heard again")
    verify("flow over the silences", silences.flow_error()).within("basal accuracy")
