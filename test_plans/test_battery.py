"""The battery from new to the end of its service: the dose holds over all of it, and the warning comes in time."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

A_DAYS_CHARGE_MAH = 11.6  # at the rate of the plan
HOUR_NS = 3_600_000_000_000


@pytest.mark.requirement("IT-07", "5.1.4")
def test_the_dose_holds_over_the_voltages_of_a_battery(pump, bench, verify):
    """From above a fresh battery's voltage down to where it is all but depleted the rate stays within its limits."""
    bench.expect_alarm("battery_low")
    pump.run_continuous(rate_ul_h=400.0)
    bench.dwell(hours=1, doing="stabilising")
    for volts in (3.6, 3.2, 2.8, 2.6, 2.42):
        with bench.challenge.supply_voltage(v=volts):
            bench.dwell(minutes=10, doing="settling")
            with bench.window(f"at {volts:g} V") as window:
                bench.dwell(hours=1.5, doing=f"at {volts:g} V")
        verify(f"flow at {volts:g} V", window.flow_error()).within("basal accuracy")


@pytest.mark.requirement("IT-07", "5.1.4", "1.4.7")
def test_boluses_are_whole_while_the_battery_is_low(pump, bench, verify):
    """Below the voltage of its warning a pump gives boluses of each kind as it gives them above, and logs them so."""
    bench.expect_alarm("battery_low")
    pump.allow_patient_boluses(volume_ul=40.0, lockout_minutes=5, most_in_24_h=24)
    pump.run_continuous(rate_ul_h=40.0)
    with bench.challenge.supply_voltage(v=2.5):
        bench.dwell(minutes=20, doing="a low battery")
        with bench.window("boluses") as boluses:
            pump.request_patient_bolus()
            bench.dwell(minutes=30, doing="a patient's bolus")
            pump.give_bolus(volume_ul=40.0)
            bench.dwell(minutes=30, doing="a bolus")
            pump.give_square_bolus(volume_ul=40.0, over_minutes=30)
            bench.dwell(minutes=45, doing="a square bolus")
            pump.give_combination_bolus(now_ul=40.0, then_ul=40.0, over_minutes=30)
            bench.dwell(minutes=60, doing="a combination bolus")
            pump.prime(volume_ul=100.0)
            bench.dwell(minutes=30, doing="a prime")
    verify("volume at a low battery", boluses.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", boluses.log_tells_all()).holds()


GIVES = {
    "a bolus": lambda pump: pump.give_bolus(volume_ul=500.0, rate_ul_h=300.0),
    "a square bolus": lambda pump: pump.give_square_bolus(volume_ul=200.0, over_minutes=120),
    "a prime": lambda pump: pump.prime(volume_ul=2000.0),
}


@pytest.mark.requirement("IT-07", "5.1.4")
@pytest.mark.parametrize("gives", GIVES)
def test_a_battery_that_goes_down_in_a_bolus_is_noticed_in_it(pump, bench, verify, gives):
    """The voltage falls to its warning and then to its end while something is given: both come at once, and it ends."""
    bench.expect_alarm("battery_low")
    pump.run_continuous(rate_ul_h=50.0)
    bench.dwell(minutes=10, doing="infusing")
    with bench.window(gives) as given:
        GIVES[gives](pump)
        bench.dwell(minutes=10, doing=gives)
        with bench.window("low") as low, bench.challenge.supply_voltage(v=2.5):
            bench.dwell(minutes=10, doing=f"{gives}, the battery is low")
        with bench.window("depleted") as depleted, bench.challenge.supply_voltage(v=2.3):
            bench.dwell(minutes=60, doing=f"{gives}, the battery is at its end")
    warned = low.alarm_came(alarm="battery_low", within_s=180, priority="non-critical")
    ended = depleted.alarm_came(alarm="battery_depleted", within_s=180, priority="critical")
    verify("the low battery was signalled", warned).holds()
    verify("its end was signalled", ended).holds()
    verify("delivery ended", depleted.delivery_ended(within_s=180)).holds()
    verify("volume until then", given.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-07", "5.1.6")
def test_elective_replacement_comes_90_days_before_the_end_of_service(pump, bench, verify):
    """A battery that asks for its replacement serves 90 days more at the programmed rate, within the dose's limits."""
    pump.run_continuous(rate_ul_h=187.0)
    bench.dwell(hours=1, doing="stabilising")
    bench.challenge.drain_battery(mah=13_300.0)  # all but what precedes the warning
    with bench.window("to the end") as whole:
        with bench.window("in service") as served:
            for day in range(92):
                bench.challenge.drain_battery(mah=A_DAYS_CHARGE_MAH)
                bench.dwell(minutes=5, doing=f"day {day + 1}")
        for day in range(92, 115):
            bench.challenge.drain_battery(mah=A_DAYS_CHARGE_MAH)
            bench.dwell(minutes=5, doing=f"day {day + 1}")
    warning = whole.alarm_came(alarm="elective_replacement", within_s=3600, priority="non-critical")
    end = whole.alarm_came(
        alarm="end_of_service", within_s=12 * 3600, after="elective_replacement", priority="critical"
    )
    verify("the replacement was asked for", warning).holds()
    verify("the end was signalled", end).holds()
    verify("the cell was good for it", whole.no_alarm(which="battery_depleted")).holds()
    verify("service after the warning", whole.service_after_warning(accuracy_ma=0.01)).within("90 days")
    verify("flow while in service", served.flow_error()).within("basal accuracy")
    verify("nothing was made up", whole.nothing_made_up(after="end_of_service")).within("nothing made up")


@pytest.mark.requirement("IT-07", "5.1.6")
def test_a_replacement_that_was_asked_for_is_asked_for_until_the_end(pump, bench, verify):
    """Whatever makes the cell last longer, the call for replacement stays: a lower rate, a stop, a power cut."""
    bench.expect_alarm("reset")
    with bench.window("asked for") as asked_for:
        pump.run_continuous(rate_ul_h=187.0)
        bench.dwell(minutes=10, doing="infusing")
        bench.challenge.drain_battery(mah=13_400.0)  # a hundred days at this rate, far more at a lower one
        bench.dwell(minutes=10, doing="asked for its replacement")
        pump.run_continuous(rate_ul_h=3.0)
        bench.dwell(minutes=10, doing="at a low rate")
        pump.acknowledge_alarms()
        pump.stop()
        bench.dwell(minutes=10, doing="stopped")
        with bench.challenge.power_cut():
            bench.dwell(minutes=1, doing="without power")
        bench.dwell(minutes=10, doing="power is back")
    warning = asked_for.alarm_came(alarm="elective_replacement", within_s=1500, priority="non-critical")
    verify("the replacement was asked for", warning).holds()


def _loses_its_power(pump, bench):
    with bench.challenge.power_cut():
        bench.dwell(minutes=1, doing="without power")
    bench.dwell(minutes=2, doing="power is back")
    pump.acknowledge_alarms()


BETWEEN = {
    "a power cut": _loses_its_power,
    "another clock": lambda pump, _bench: pump.set_clock(t_ns=pump.read_clock_ns() + 3 * HOUR_NS),
    "a refill": lambda pump, _bench: pump.refilled(volume_ul=18_000.0),
}


@pytest.mark.requirement("IT-07", "5.1.6")
@pytest.mark.parametrize("between", BETWEEN)
def test_what_was_drawn_from_a_battery_stays_drawn(pump, bench, verify, between):
    """Half of what it holds before a cut, another clock or a refill, half behind it: its replacement is asked for."""
    bench.expect_alarm("reset")
    pump.run_continuous(rate_ul_h=187.0)
    bench.dwell(minutes=10, doing="infusing")
    bench.challenge.drain_battery(mah=6_700.0)
    bench.dwell(minutes=10, doing="half of it drawn")
    BETWEEN[between](pump, bench)
    pump.run_continuous(rate_ul_h=187.0)
    bench.dwell(minutes=10, doing=between)
    with bench.window("asked for") as asked_for:
        bench.challenge.drain_battery(mah=6_700.0)  # a hundred days are left at this rate
        bench.dwell(minutes=20, doing="nearly all of it drawn")
    warning = asked_for.alarm_came(alarm="elective_replacement", within_s=900, priority="non-critical")
    verify("the replacement was asked for", warning).holds()
