"""A pump that was stopped stays stopped: whatever it gave before, and whatever happens to it then."""

import pytest

from test_plans.orders import SETTINGS, UNDER_WAY, permit

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

GIVEN = UNDER_WAY | {
    "a rate": lambda pump: pump.run_continuous(rate_ul_h=120.0),
    "the minimum rate": lambda pump: pump.run_at_minimum(),
    "a pattern": lambda pump: pump.run_flex(days={"every": {"00:00": 120.0, "12:00": 120.0}}),
}


@pytest.mark.requirement("IT-08", "IT-01")
def test_what_was_stopped_does_not_begin_again_behind_a_power_cut(pump, bench, verify):
    """Each kind of delivery is stopped, and then the power is away for a minute: nothing of it comes behind that."""
    permit(pump)
    with bench.read_each(minutes=5), bench.window("stopped and cut") as window:
        for name, order in GIVEN.items():
            order(pump)
            bench.dwell(minutes=10, doing=name)
            pump.stop()
            bench.dwell(minutes=5, doing=f"{name} stopped")
            with bench.challenge.power_cut():
                bench.dwell(minutes=1, doing="without power")
            bench.dwell(minutes=25, doing=f"{name} was stopped before the cut")
    verify("volume of what was stopped", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()


@pytest.mark.requirement("IT-01", "IT-10", "IT-12")
@pytest.mark.parametrize("what", ["a rate", "a pattern", "a bridge", "a square bolus"])
def test_nothing_sets_a_stopped_pump_in_motion(pump, bench, verify, what):
    """Behind a stop comes each setting, and the pump rests behind each."""
    permit(pump)
    with bench.read_each(minutes=5), bench.window("stopped and set") as window:
        for name, order in SETTINGS.items():
            GIVEN[what](pump)
            bench.dwell(minutes=10, doing=what)
            pump.stop()
            bench.dwell(minutes=5, doing=f"{what} stopped")
            order(pump)
            bench.dwell(minutes=25, doing=f"stopped, behind {name}")
    verify("volume of what was stopped", window.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", window.log_tells_all()).holds()


@pytest.mark.requirement("IT-01", "3.4.6")
def test_no_setting_moves_a_stroke_of_a_stopped_pump(pump, bench, verify):
    """Of a pump that rests not even the strokes of a test come, whatever it is told or asked besides deliveries."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(minutes=10, doing="infusing")
    pump.stop()
    bench.dwell(minutes=30, doing="stopped, the line empties itself")
    with bench.window("told this and that") as told:
        for name, order in (SETTINGS | {"a permission": permit}).items():
            order(pump)
            bench.dwell(minutes=5, doing=f"stopped, {name}")
    verify("flow of a pump that is told this and that", told.zero_flow()).within("flow at rest")


def _power_cut(_pump, bench):
    with bench.challenge.power_cut():
        bench.dwell(minutes=1, doing="without power")


@pytest.mark.requirement("IT-12")
def test_a_trial_that_is_over_stays_over_whatever_comes(pump, bench, verify):
    """Behind a trial's end come a stop, a power cut and each setting: behind none is anything given, or taken on."""
    behind = {name: lambda pump, _, order=order: order(pump) for name, order in SETTINGS.items() if "trial" not in name}
    behind |= {"a stop": lambda pump, _: pump.stop(), "a power cut": _power_cut}
    behind |= {"a second stop": lambda pump, _: pump.stop()}
    bench.expect_alarm("trial_over")
    with bench.read_each(minutes=5), bench.window("trial") as trial:
        pump.begin_trial(total_ul=40.0, over_hours=200)
        pump.run_continuous(rate_ul_h=120.0)
        bench.dwell(minutes=30, doing="to the trial's end and beyond")
        for name, come in behind.items():
            come(pump, bench)
            bench.dwell(minutes=5, doing=f"over, behind {name}")
            with bench.refusal(because="the trial is over"):
                pump.run_continuous(rate_ul_h=120.0)
            with bench.refusal(because="the trial is over"):
                pump.give_bolus(volume_ul=20.0)
            bench.dwell(minutes=10, doing=f"over, behind {name}")
    with bench.window("behind the trial") as ended:
        pump.end_trial()
        pump.run_continuous(rate_ul_h=120.0)
        bench.dwell(minutes=40, doing="no trial any more")
    verify("volume of the trial", trial.volume()).within("trial of 40 µL")
    verify("volume behind it", ended.volume_error()).within("volume accuracy")


@pytest.mark.requirement("IT-03", "1.4.11")
def test_an_alarm_stays_until_a_stop_whatever_comes(pump, bench, verify):
    """Behind a link that was lost comes each setting: behind none is anything given, taken on, or the alarm gone."""
    bench.expect_alarm("link_lost")
    permit(pump)
    pump.run_continuous(rate_ul_h=120.0)
    bench.dwell(minutes=5, doing="infusing")
    with bench.window("lost") as lost, bench.challenge.link_lost():
        bench.dwell(minutes=10, doing="nobody is heard")
    with bench.read_each(minutes=5), bench.window("in alarm") as alarm:
        for name, order in (SETTINGS | {"a request": lambda pump: pump.request_patient_bolus()}).items():
            order(pump)
            bench.dwell(minutes=5, doing=f"in alarm, behind {name}")
            with bench.refusal(because="the alarm has not been stopped"):
                pump.run_continuous(rate_ul_h=120.0)
            bench.dwell(minutes=5, doing=f"in alarm, behind {name}")
    pump.stop()
    with bench.window("behind the alarm") as ended:
        pump.run_continuous(rate_ul_h=120.0)
        bench.dwell(minutes=40, doing="stopped and run again")
    came = lost.alarm_came(alarm="link_lost", within_s=180, after="link lost", priority="critical")
    verify("lost link was signalled", came).holds()
    verify("flow in the alarm", alarm.zero_flow()).within("flow at rest")
    verify("volume behind it", ended.volume_error()).within("volume accuracy")
