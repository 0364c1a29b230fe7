"""A motor that stands still, and a pump that was forgotten: both must be told."""

import pytest


@pytest.mark.requirement("IT-04")
def test_a_stall_is_signalled_and_nothing_is_made_up(pump, bench, verify):
    """A motor held for half an hour raises an alarm, delivery ends, and what was missed is not made up."""
    with bench.window("stall") as stall:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(minutes=62, doing="before the stall")  # in step with nothing that a pump does each five minutes
        with bench.window("held") as held, bench.challenge.magnet():
            bench.dwell(minutes=30, doing="the motor is held")
        bench.dwell(minutes=30, doing="the motor is free again")
    verify(
        "the stall was signalled", stall.alarm_came(alarm="stall", within_s=120, after="magnet", priority="critical")
    ).holds()
    verify("the stall was shown", held.alarm_delay(alarm="stall")).within("shown at once")
    verify("what was made up", stall.nothing_made_up(after="magnet")).within("nothing made up")


@pytest.mark.requirement("IT-04", "IT-05")
@pytest.mark.evaporation(hours=1)
def test_an_intermittent_stall_is_signalled_each_time_and_overcome(pump, bench, verify):
    """A motor that is held three times is signalled each time, silenced or not before; restarted it keeps its rate."""
    bench.expect_alarm("stall")
    held = []
    with bench.window("three stalls") as stalls:
        for number in range(3):
            pump.run_continuous(rate_ul_h=200.0)
            bench.dwell(hours=1, doing=f"running, stall {number + 1} of 3 to come")
            with bench.window(f"stall {number + 1} of 3") as stall:
                with bench.challenge.magnet():
                    bench.dwell(minutes=3, doing="the motor is held")
                bench.dwell(minutes=5, doing="the motor is free, the pump in alarm")
            held.append(stall)
            pump.acknowledge_alarms()
            bench.dwell(minutes=5, doing="the motor is free, the alarm silenced")
            pump.stop()
            while "stall" in pump.status().alarms:  # by its own word the motor is still held, as some are for hours
                bench.dwell(minutes=10, doing="the motor is not free yet")
    with bench.window("recovered") as recovered:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(hours=3, doing="restarted")
    for number, stall in enumerate(held, start=1):
        came = stall.alarm_came(alarm="stall", within_s=120, after="magnet", priority="critical")
        verify(f"stall {number} was signalled", came).holds()
    verify("volume between the stalls", stalls.volume_error()).within("volume accuracy")
    verify("each stall is in the log", stalls.log_tells_all()).holds()
    verify("flow after the stalls", recovered.flow_error()).within("basal accuracy")


@pytest.mark.requirement("IT-04", "IT-05")
@pytest.mark.evaporation(hours=1)
def test_a_motor_that_is_held_still_is_signalled_again(pump, bench, verify):
    """Who stops a pump in a stall and lets it run again, while the motor is held as before, is told so again."""
    bench.expect_alarm("stall")
    with bench.window("held, and told to run again") as held:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(minutes=15, doing="infusing")
        with bench.challenge.magnet():
            bench.dwell(minutes=5, doing="the motor is held")
            pump.stop()
            bench.dwell(minutes=3, doing="stopped, the motor is held")
            pump.run_continuous(rate_ul_h=200.0)
            bench.dwell(minutes=10, doing="told to run, the motor is held")
        bench.dwell(minutes=15, doing="the motor is free")
    verify("the pump's log tells all", held.log_tells_all()).holds()
    verify("what was made up", held.nothing_made_up(after="magnet")).within("nothing made up")


@pytest.mark.requirement("IT-04", "IT-14")
@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize("minutes", [1, 11, 45])
def test_a_stall_behind_a_silenced_warning_sounds(pump, bench, verify, minutes):
    """Who has silenced a low reservoir hears a motor that stalls minutes later: silence is of one alarm."""
    bench.expect_alarm("reservoir_low")
    pump.run_continuous(rate_ul_h=200.0)
    pump.set_low_reservoir(volume_ul=4_000.0)
    pump.refilled(volume_ul=3_990.0)  # what the pump believes; the reservoir holds more
    bench.dwell(minutes=5, doing="the reservoir is low")
    pump.acknowledge_alarms()
    bench.dwell(minutes=minutes, doing="silenced")
    with bench.window("stall") as stall, bench.challenge.magnet():
        bench.dwell(minutes=10, doing="the motor is held")
    came = stall.alarm_came(alarm="stall", within_s=120, after="magnet", priority="critical")
    verify("the stall was signalled", came).holds()


@pytest.mark.requirement("3.4.3", "3.4.6")
@pytest.mark.evaporation(hours=1)
def test_a_self_test_costs_no_dose(pump, bench, verify):
    """An infusion goes on at its rate while the pump tests itself each ten minutes."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("self-tests") as tested:
        for number in range(12):
            pump.self_test()
            bench.dwell(minutes=10, doing=f"self-test {number + 1} of 12")
    verify("flow with self-tests", tested.flow_error()).within("basal accuracy")
    verify("the pump's log tells all", tested.log_tells_all()).holds()


def _forgotten(pump, bench):
    """Leave a pump alone for 49 h, its clock set ahead and back; return a window of them, and one of the first 47."""
    with bench.read_each(minutes=20), bench.window("forgotten") as forgotten:
        with bench.window("within two days") as within:
            bench.dwell(hours=1, doing="forgotten")
            pump.set_clock(t_ns=pump.read_clock_ns() + 49 * 3600 * 10**9)
            bench.dwell(hours=23, doing="forgotten, two days ahead")
            pump.set_clock(t_ns=pump.read_clock_ns() - 98 * 3600 * 10**9)
            bench.dwell(hours=23, doing="forgotten, two days behind")
        bench.dwell(hours=2, doing="forgotten, beyond two days")
    return forgotten, within


@pytest.mark.requirement("IT-06", "IT-15")
def test_a_pump_that_is_stopped_for_two_days_says_so(pump, bench, verify):
    """Stopped for 48 h the pump raises its alarm, no sooner; told to run again it does so at once, and forwards."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(minutes=30, doing="infusing")
    pump.stop()
    forgotten, within = _forgotten(pump, bench)
    with bench.window("told to run again") as again:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(hours=1, doing="told to run again")
    signalled = forgotten.alarm_came(alarm="stopped_too_long", within_s=48.2 * 3600, priority="critical")
    verify("not before its time", within.no_alarm(which="stopped_too_long")).holds()
    verify("it was signalled", signalled).holds()
    verify("reverse flow behind the rest", again.reverse_flow()).within("a stroke backwards")
    verify("volume behind the rest", again.volume_error()).within("volume accuracy")


def _alarm(_pump, bench):
    bench.expect_alarm("stall")
    with bench.challenge.magnet():
        bench.dwell(minutes=5, doing="the motor is held")


def _power_cut(_pump, bench):
    with bench.challenge.power_cut():
        bench.dwell(minutes=1, doing="without power")


def _end_of_a_trial(pump, bench):
    bench.expect_alarm("trial_over")
    pump.begin_trial(total_ul=50.0, over_hours=24)
    bench.dwell(minutes=20, doing="to the end of the trial")


def _end_of_a_bolus(pump, bench):
    pump.stop()
    bench.dwell(hours=6, doing="stopped")
    pump.give_bolus(volume_ul=100.0)
    bench.dwell(minutes=15, doing="a bolus of a stopped pump")


ENDS = {
    "an alarm": _alarm,
    "a power cut": _power_cut,
    "the end of a trial": _end_of_a_trial,
    "a bolus of a stopped pump": _end_of_a_bolus,
}


@pytest.mark.requirement("IT-06")
@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize("ended_by", ENDS)
def test_two_days_behind_any_end_of_delivery_are_signalled(pump, bench, verify, ended_by):
    """48 h behind what has ended delivery, an alarm that nobody answered too, the pump says so, and no sooner."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(minutes=30, doing="infusing")
    ENDS[ended_by](pump, bench)
    forgotten, within = _forgotten(pump, bench)
    signalled = forgotten.alarm_came(alarm="stopped_too_long", within_s=48.2 * 3600, priority="critical")
    verify("not before its time", within.no_alarm(which="stopped_too_long")).holds()
    verify("it was signalled", signalled).holds()


@pytest.mark.requirement("1.4.11")
def test_no_bolus_is_given_in_an_alarm(pump, bench, verify):
    """A patient who asks while the pump stands in an alarm, silenced or not, gets nothing."""
    bench.expect_alarm("link_lost")
    pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=60, most_in_24_h=24)
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(minutes=30, doing="before")
    with bench.challenge.link_lost():
        bench.dwell(minutes=10, doing="nobody is heard")
    with bench.window("in alarm") as alarm:
        pump.request_patient_bolus()
        bench.dwell(minutes=10, doing="in alarm")
        pump.acknowledge_alarms()
        bench.dwell(minutes=5, doing="in alarm, silenced")
        pump.request_patient_bolus()
        bench.dwell(minutes=45, doing="in alarm, silenced")
    verify("the requests were refused", alarm.patient_bolus_refused()).holds()
    verify("flow in the alarm", alarm.zero_flow()).within("flow at rest")
