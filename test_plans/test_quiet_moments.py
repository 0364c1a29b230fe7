"""What comes upon a pump while nothing flows and an infusion is under way: in a pause, or between strokes."""

from datetime import UTC, datetime

import pytest

from test_plans.orders import ENDS

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = pytest.mark.evaporation(hours=1)

HALF_PAST_FOUR_NS = int(datetime(2026, 1, 7, 4, 30, tzinfo=UTC).timestamp()) * 10**9
WITH_A_PAUSE = {"00:00": 120.0, "05:00": 0.0, "06:00": 240.0}

# A motor that is held is not noticed while it need not turn.
NOTICED = [name for name in ENDS if name != "a motor that is held"]


@pytest.mark.requirement("IT-08", "IT-03", "IT-20")
@pytest.mark.parametrize("ends", NOTICED)
def test_what_ends_an_infusion_ends_it_in_a_pause_too(pump, bench, verify, ends):
    """In the pause of a day's pattern it is ended with an alarm, and the steps behind the pause do not come."""
    challenge, alarm, within_s = ENDS[ends]
    bench.expect_alarm("battery_low")
    pump.set_clock(t_ns=HALF_PAST_FOUR_NS)
    with bench.window("from before the pause to behind it") as whole:
        pump.run_flex(days={"every": WITH_A_PAUSE})
        bench.dwell(minutes=45, doing="until a quarter of an hour within the pause")
        with bench.window(ends) as ended:
            with challenge(bench.challenge):
                bench.dwell(minutes=15, doing=f"the pause, {ends}")
            bench.dwell(minutes=5, doing="the pause")
        bench.dwell(minutes=60, doing="over its end")
    came = ended.alarm_came(alarm=alarm, within_s=within_s, priority="critical")
    verify(f"{alarm} was signalled", came).holds()
    verify("volume before and behind the pause", whole.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", whole.log_tells_all()).holds()


@pytest.mark.requirement("IT-08", "IT-03", "1.1.7")
@pytest.mark.parametrize("ends", NOTICED)
def test_what_ends_an_infusion_ends_it_between_two_strokes(pump, bench, verify, ends):
    """At the minimum rate, where hours lie between two strokes, it is ended with an alarm."""
    challenge, alarm, within_s = ENDS[ends]
    bench.expect_alarm("battery_low")
    with bench.window("at the minimum rate") as whole:
        pump.run_at_minimum()
        bench.dwell(minutes=30, doing="at the minimum rate")
        with bench.window(ends) as ended:
            with challenge(bench.challenge):
                bench.dwell(minutes=15, doing=f"the minimum rate, {ends}")
            bench.dwell(minutes=5, doing="ended")
        bench.dwell(hours=3, doing="ended, longer than between two strokes")
    came = ended.alarm_came(alarm=alarm, within_s=within_s, priority="critical")
    verify(f"{alarm} was signalled", came).holds()
    verify("the pump's log tells all", whole.log_tells_all()).holds()


@pytest.mark.requirement("IT-12", "IT-20")
def test_a_trial_that_is_over_in_a_pause_is_over_behind_it(pump, bench, verify):
    """A trial's time that ends in the pause of a day's pattern ends the pattern."""
    pump.set_clock(t_ns=HALF_PAST_FOUR_NS)
    with bench.window("from before the pause to behind it") as trial:
        pump.begin_trial(total_ul=2000.0, over_hours=1)
        pump.run_flex(days={"every": WITH_A_PAUSE})
        bench.dwell(hours=2.5, doing="over the pause and its end")
    over = trial.alarm_came(alarm="trial_over", within_s=3600 + 180)
    verify("the end of the trial was signalled", over).holds()
    verify("volume of the trial", trial.volume_error()).within("volume accuracy")
