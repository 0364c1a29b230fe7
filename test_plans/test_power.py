"""Power: low, gone, back again. Does the dose hold, and does nothing begin by itself?"""

import pytest

from test_plans.orders import SETTINGS

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)


@pytest.mark.requirement("IT-07", "5.1.4")
def test_a_low_battery_is_signalled_and_the_dose_holds(pump, bench, verify):
    """At 2.5 V the pump warns for as long as that lasts, stopped too; its rate and its boluses keep to their limits."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.challenge.supply_voltage(v=2.5):
        with bench.window("low battery") as low:
            bench.dwell(hours=4, doing="low battery")
        with bench.window("bolus at low battery") as bolus:
            pump.give_bolus(volume_ul=100.0)
            bench.dwell(hours=1, doing="low battery, bolus")
        pump.stop()
        bench.dwell(minutes=10, doing="low battery, stopped")
    verify(
        "low battery was signalled", low.alarm_came(alarm="battery_low", within_s=300, priority="non-critical")
    ).holds()
    verify("flow at low battery", low.flow_error()).within("basal accuracy")
    verify("volume with a bolus at low battery", bolus.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-07")
def test_dips_of_the_voltage_change_no_dose(pump, bench, verify):
    """A voltage that falls to 2.65 V for some seconds, again and again, costs no stroke."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("dips") as dips:
        for number in range(40):
            with bench.challenge.supply_voltage(v=2.65):
                bench.dwell(seconds=15, doing=f"dip {number + 1} of 40")
            bench.dwell(seconds=75, doing="between the dips")
    verify("flow over the dips", dips.flow_error()).within("basal accuracy")


@pytest.mark.requirement("IT-07", "5.1.6")
def test_a_depleted_battery_ends_delivery_with_an_alarm(pump, bench, verify):
    """At 2.3 V delivery ends and the pump says why."""
    bench.expect_alarm("battery_low")
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="before")
    with bench.challenge.supply_voltage(v=2.3), bench.window("depleted") as depleted:
        bench.dwell(hours=1, doing="depleted")
    verify(
        "depleted battery was signalled",
        depleted.alarm_came(alarm="battery_depleted", within_s=300, priority="critical"),
    ).holds()


@pytest.mark.requirement("5.1.6", "1.4.11")
def test_a_depleted_battery_gives_no_bolus(pump, bench, verify):
    """A stopped pump whose battery is at its end refuses its patient a bolus, and says why."""
    bench.expect_alarm("battery_low")
    bench.expect_alarm("battery_depleted")
    pump.allow_patient_boluses(volume_ul=50.0, lockout_minutes=60, most_in_24_h=24)
    bench.dwell(minutes=10, doing="stopped")
    with bench.challenge.supply_voltage(v=2.3):
        bench.dwell(minutes=5, doing="depleted, stopped")
        with bench.window("depleted") as depleted:
            pump.request_patient_bolus()
            bench.dwell(hours=1, doing="depleted, stopped")
    refused = depleted.patient_bolus_refused(why="battery_depleted")
    verify("the request was refused", refused).holds()
    verify("flow of a stopped pump", depleted.zero_flow()).within("flow at rest")


@pytest.mark.requirement("IT-08", "4.1.4")
def test_nothing_begins_by_itself_after_a_power_cut(pump, bench, verify):
    """After a cut of a minute the pump says so, and is stopped until it is told to run; nothing is made up."""
    with bench.window("around the cut") as cut:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(hours=1, doing="before the cut")
        with bench.challenge.power_cut():
            bench.dwell(minutes=1, doing="without power")
        bench.dwell(hours=1, doing="power is back, the pump waits")
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(hours=1, doing="told to run again")
    reset = cut.alarm_came(alarm="reset", within_s=120, after="power cut", priority="critical")
    verify("the reset was signalled", reset).holds()
    verify("volume around the cut", cut.volume_error()).within("volume accuracy")
    verify("the log lived through the cut", cut.log_in_order()).holds()


@pytest.mark.requirement("IT-08", "4.1.2")
@pytest.mark.parametrize("off_minutes", [1 / 20, 1 / 4, 10, 300], ids=["3 s", "15 s", "10 min", "5 h"])
def test_a_cut_of_any_length_is_told(pump, bench, verify, off_minutes):
    """However short or long the power is away: the pump is stopped and says so, and its clock has gone on."""
    with bench.window("a cut") as cut:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(hours=1, doing="before the cut")
        with bench.challenge.power_cut():
            bench.dwell(minutes=off_minutes, doing="without power")
        bench.dwell(minutes=30, doing="power is back, the pump waits")
    reset = cut.alarm_came(alarm="reset", within_s=60 * off_minutes + 120, after="power cut", priority="critical")
    verify("the reset was signalled", reset).holds()
    verify("volume around the cut", cut.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", cut.log_tells_all()).holds()


@pytest.mark.requirement("IT-08", "IT-03")
def test_that_a_dose_was_cut_off_is_told_until_somebody_orders(pump, bench, verify):
    """Behind a cut come a second one and each setting, which order no delivery: the reset is told until the stop."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(minutes=30, doing="before the cut")
    with bench.window("told") as told, bench.read_each(minutes=5):
        with bench.challenge.power_cut():
            bench.dwell(minutes=1, doing="without power")
        bench.dwell(minutes=15, doing="power is back, the pump waits")
        for name, order in SETTINGS.items():
            order(pump)
            bench.dwell(minutes=15, doing=f"the pump waits, behind {name}")
        with bench.challenge.power_cut():
            bench.dwell(minutes=1, doing="without power again")
        bench.dwell(minutes=30, doing="power is back again, the pump waits")
    pump.stop()
    bench.dwell(minutes=5, doing="stopped")
    with bench.window("stopped") as stopped:
        bench.dwell(hours=1, doing="stopped")
    verify("the reset was told until the stop", told.alarm_stands(alarm="reset")).holds()
    verify("and no longer", stopped.no_alarm()).holds()


@pytest.mark.requirement("IT-08", "4.1.1", "4.1.4")
def test_what_is_ordered_at_once_behind_each_of_several_cuts_is_logged(pump, bench, verify):
    """Three times the power is away, and infusion and bolus are ordered in the same minute: log and vessel agree."""
    with bench.read_each(minutes=5), bench.window("cut after cut") as cuts:
        pump.run_continuous(rate_ul_h=200.0)
        for number in range(3):
            bench.dwell(minutes=20, doing=f"before cut {number + 1} of 3")
            with bench.challenge.power_cut():
                bench.dwell(minutes=1, doing="without power")
            pump.run_continuous(rate_ul_h=200.0)
            pump.give_bolus(volume_ul=10.0, rate_ul_h=600.0)
        bench.dwell(minutes=40, doing="behind the last")
    verify("volume over the cuts", cuts.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", cuts.log_tells_all()).holds()


@pytest.mark.requirement("IT-08", "1.5.5", "1.7.1")
def test_the_low_mark_outlives_a_power_cut(pump, bench, verify):
    """Mark and content outlive four hours without power: the warning comes where it should."""
    bench.challenge.fill_anew(volume_ul=4600.0)
    pump.refilled(volume_ul=4600.0)
    pump.set_low_reservoir(volume_ul=4000.0)
    with bench.window("through a cut") as cut:
        pump.run_continuous(rate_ul_h=400.0)
        bench.dwell(minutes=30, doing="before the cut")
        with bench.challenge.power_cut():
            bench.dwell(hours=4, doing="without power")
        bench.dwell(minutes=10, doing="power is back, the pump waits")
        pump.run_continuous(rate_ul_h=400.0)
        bench.dwell(hours=2, doing="through the low mark")
    warning = cut.alarm_came(alarm="reservoir_low", within_s=6 * 3600, priority="non-critical")
    verify("low reservoir was signalled", warning).holds()
    verify("volume through the cut", cut.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-08", "IT-12")
def test_the_dose_limit_outlives_a_power_cut(pump, bench, verify):
    """What was given before a cut counts behind it: the infusion ends with an alarm when the window is full."""
    with bench.window("through a cut") as cut:
        pump.run_continuous(rate_ul_h=300.0)
        bench.dwell(minutes=60, doing="before the cut")
        pump.set_dose_limit(volume_ul=450.0, window_hours=2)
        with bench.challenge.power_cut():
            bench.dwell(minutes=1, doing="without power")
        bench.dwell(minutes=4, doing="power is back, the pump waits")
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(hours=1.5, doing="until the window is full")
    full = cut.alarm_came(alarm="dose_limit", within_s=3 * 3600, priority="critical")
    verify("the limit was signalled", full).holds()
    verify("most in any 2 h", cut.most_in(hours=2)).within("450 µL in any 2 h")
    verify("most counted in any 2 h", cut.most_counted_in(hours=2)).within("450 µL counted in any 2 h")
