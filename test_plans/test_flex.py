"""Day patterns: does the infusion follow the pump's own day, and what does the calendar change?"""

from datetime import UTC, datetime

import pytest

pytestmark = pytest.mark.requirement("IT-20")

A_DAY = {"00:00": 20.0, "06:00": 60.0, "12:00": 40.0, "18:00": 0.0, "21:00": 100.0}
EVEN = {"00:00": 40.0}
WEEK = {"mon": A_DAY, "tue": EVEN, "wed": A_DAY, "thu": EVEN, "fri": A_DAY, "sat": EVEN, "sun": {"00:00": 10.0}}


@pytest.mark.first_look
def test_each_step_of_a_day_is_delivered_at_its_time(pump, bench, verify):
    """A flex infusion of five steps delivers each of them from its time of day on, over a whole day."""
    pump.run_flex(days={"every": A_DAY})
    with bench.read_each(minutes=5), bench.window("a day") as day:
        bench.dwell(hours=24, doing="one day of five steps")
    verify("volume of the day", day.volume_error()).within("volume accuracy")
    verify("any four hours of the day", day.flow_in_windows(minutes=240)).within("basal accuracy")


def test_a_week_has_its_own_day_patterns(pump, bench, verify):
    """Seven days with three patterns deliver what each weekday asks for, by a clock that does not run away."""
    pump.run_flex(days=WEEK)
    with bench.read_each(minutes=20), bench.window("a week") as week:
        bench.dwell(hours=7 * 24, doing="one week")
    verify("volume of the week", week.volume_error()).within("volume accuracy")
    verify("drift of the pump's clock", week.pump_clock_drift(resolution_s=0.001)).within("clock drift")


@pytest.mark.parametrize(
    "before_it",
    [
        datetime(2026, 1, 31, 22, tzinfo=UTC),
        datetime(2026, 12, 31, 22, tzinfo=UTC),
        datetime(2028, 2, 28, 22, tzinfo=UTC),
        datetime(2026, 3, 29, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 0, tzinfo=UTC),
    ],
    ids=["month", "year", "leap day", "summer time begins", "summer time ends"],
)
def test_the_calendar_moves_no_dose(pump, bench, verify, before_it):
    """Four hours over a change of day, month, year or summer time deliver what is asked for, to a few strokes."""
    pump.set_clock(t_ns=int(before_it.timestamp()) * 10**9)
    pump.run_flex(days={"every": {"00:00": 60.0, "23:00": 20.0}})
    with bench.window("over the change") as change:
        bench.dwell(hours=4, doing="over the change")
    verify("volume over the change", change.volume_error()).within("volume over a change of date")
