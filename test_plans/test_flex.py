"""Day patterns: does the infusion follow the pump's own day, and what does the calendar change?"""

from datetime import UTC, datetime

import pytest

pytestmark = pytest.mark.requirement("IT-20")

# As many steps as a day may have, no two alike.
A_DAY = {
    "00:00": 20.0,
    "03:00": 35.0,
    "06:00": 60.0,
    "08:00": 45.0,
    "10:00": 30.0,
    "12:00": 40.0,
    "14:00": 55.0,
    "16:00": 25.0,
    "18:00": 0.0,
    "20:00": 70.0,
    "21:00": 100.0,
    "22:00": 80.0,
    "23:00": 65.0,
}
EVEN = {"00:00": 40.0}
WEEK = {"mon": A_DAY, "tue": EVEN, "wed": A_DAY, "thu": EVEN, "fri": A_DAY, "sat": EVEN, "sun": {"00:00": 10.0}}
# Steps so steep that a bolus which moves one by its own length shows.
STEEP = {"00:00": 150.0, "01:00": 20.0, "02:00": 80.0, "03:00": 30.0, "22:00": 150.0, "23:00": 20.0}
# No two days agree at any of these hours, nor in what any of the four that a case looks at bring together: of days that
# were mistaken for each other, and of an hour that summer time moves, at least a twentieth of the dose shows.
HOURS = ("00:00", "01:00", "02:00", "03:00", "04:00", "22:00", "23:00")
BY_TURNS = {
    "mon": dict(zip(HOURS, (90.0, 105.0, 40.0, 40.0, 70.0, 15.0, 110.0), strict=True)),
    "tue": dict(zip(HOURS, (25.0, 40.0, 80.0, 85.0, 55.0, 45.0, 50.0), strict=True)),
    "wed": dict(zip(HOURS, (65.0, 70.0, 15.0, 50.0, 30.0, 85.0, 80.0), strict=True)),
    "thu": dict(zip(HOURS, (55.0, 30.0, 50.0, 15.0, 95.0, 25.0, 30.0), strict=True)),
    "fri": dict(zip(HOURS, (105.0, 50.0, 120.0, 25.0, 15.0, 75.0, 65.0), strict=True)),
    "sat": dict(zip(HOURS, (15.0, 15.0, 30.0, 110.0, 45.0, 100.0, 95.0), strict=True)),
    "sun": dict(zip(HOURS, (45.0, 60.0, 70.0, 75.0, 115.0, 60.0, 15.0), strict=True)),
}


@pytest.mark.first_look
def test_each_step_of_a_day_is_delivered_at_its_time(pump, bench, verify):
    """A flex infusion of 13 steps, the most of a day, delivers each of them from its time of day on."""
    pump.run_flex(days={"every": A_DAY})
    with bench.read_each(minutes=5), bench.window("a day") as day:
        bench.dwell(hours=24, doing="one day of 13 steps")
    verify("volume of the day", day.volume_error()).within("volume accuracy")
    verify("any four hours of the day", day.flow_in_windows(minutes=240)).within("basal accuracy")


def test_a_week_has_its_own_day_patterns(pump, bench, verify):
    """Seven days with three patterns deliver what each weekday asks for, by a clock that does not run away."""
    pump.run_flex(days=WEEK)
    with bench.read_each(minutes=20), bench.window("a week") as week:
        bench.dwell(hours=7 * 24, doing="one week")
    verify("volume of the week", week.volume_error()).within("volume accuracy")
    verify("drift of the pump's clock", week.pump_clock_drift(resolution_s=0.001)).within("clock drift")


# The most that a week may hold, no two steps alike that are beside each other: by a quarter at least they differ.
FULL_WEEK = {
    day: {
        f"{hour:02}:00": 100.0 + 100.0 * ((place + number) % 2) + 2.0 * hour
        for place, hour in enumerate((*range(0, 24, 2), 23))
    }
    for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}


def test_a_week_of_the_most_steps_has_each_of_them(pump, bench, verify):
    """Seven days of thirteen steps each: of the ninety-one each comes, and at its own rate."""
    pump.run_flex(days=FULL_WEEK)
    with bench.read_each(minutes=10), bench.window("a full week") as week:
        bench.dwell(hours=7 * 24, doing="one week of 91 steps")
    verify("volume of the week", week.volume_error()).within("volume accuracy")
    verify("any hour of the week", week.flow_in_windows(minutes=60)).within("basal accuracy")


@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize(
    "before_it",
    [
        datetime(2026, 1, 31, 22, tzinfo=UTC),
        datetime(2026, 12, 31, 22, tzinfo=UTC),
        datetime(2028, 2, 28, 22, tzinfo=UTC),
        datetime(2027, 2, 28, 22, tzinfo=UTC),
        datetime(2026, 3, 29, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 0, tzinfo=UTC),
        datetime(2026, 3, 8, 0, tzinfo=UTC),
        datetime(2026, 11, 1, 0, tzinfo=UTC),
        datetime(2000, 2, 28, 22, tzinfo=UTC),
        datetime(2038, 1, 19, 1, tzinfo=UTC),
        datetime(2095, 12, 31, 22, tzinfo=UTC),
    ],
    ids=[
        "month",
        "year",
        "leap day",
        "no leap day",
        "summer time begins",
        "summer time ends",
        "summer time begins in America",
        "summer time ends in America",
        "leap day of a century",
        "more seconds since 1970 than 31 bits count",
        "end of a century",
    ],
)
def test_the_calendar_moves_no_dose(pump, bench, verify, before_it):
    """Four hours over a change of day, month, year or summer time bring what their own weekdays ask for, to strokes."""
    pump.set_clock(t_ns=int(before_it.timestamp()) * 10**9)
    pump.run_flex(days=BY_TURNS)
    with bench.window("over the change") as change:
        bench.dwell(hours=4, doing="over the change")
    verify("volume over the change of day", change.volume_error()).within("volume accuracy")
    verify("count over the change of day", change.counted_error()).within("volume over a change of date")


@pytest.mark.requirement("IT-20", "IT-01")
@pytest.mark.evaporation(hours=1)
def test_a_pattern_leaves_nothing_to_a_shorter_one(pump, bench, verify):
    """One step for all hours takes over from thirteen, and two for all days from a week of its own days."""
    pump.set_clock(t_ns=int(datetime(2026, 1, 7, 19, 30, tzinfo=UTC).timestamp()) * 10**9)
    with bench.read_each(minutes=5), bench.window("patterns") as patterns:
        pump.run_flex(days={"every": A_DAY})
        bench.dwell(minutes=40, doing="thirteen steps")
        pump.run_flex(days={"every": EVEN})
        bench.dwell(hours=5, doing="one step, over what were the last of thirteen and the first")
        pump.run_flex(days=BY_TURNS)
        bench.dwell(minutes=40, doing="a week of its own days")
        pump.run_flex(days={"every": {"00:00": 30.0, "12:00": 60.0}})
        bench.dwell(hours=4, doing="two steps, over what were more")
    verify("volume of the patterns", patterns.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", patterns.log_tells_all()).holds()


@pytest.mark.requirement("IT-20", "ACC-002")
@pytest.mark.evaporation(hours=1)
def test_steps_of_minutes_are_steps_of_the_day(pump, bench, verify):
    """Steps of half an hour, of ten minutes and of one are carried out in their time, and the long ones about them."""
    steps = {"07:10": 300.0, "07:40": 60.0, "07:50": 400.0, "08:00": 40.0, "08:20": 900.0, "08:21": 40.0}
    pump.set_clock(t_ns=int(datetime(2026, 1, 7, 6, 30, tzinfo=UTC).timestamp()) * 10**9)
    pump.run_flex(days={"every": {"00:00": 40.0} | steps})
    with bench.window("short steps") as short:
        bench.dwell(hours=2.5, doing="short steps")
    verify("volume of short steps", short.volume_error()).within("volume accuracy")
    verify("count of short steps", short.counted_error()).within("volume over a change of date")


@pytest.mark.requirement("IT-19")
@pytest.mark.evaporation(hours=1)
def test_a_pump_that_nobody_speaks_to_keeps_its_hours(pump, bench, verify):
    """Alone for five hours, as an implant is for weeks, the pump delivers each step of its day at its time."""
    pump.set_clock(t_ns=int(datetime(2026, 1, 7, 22, 30, tzinfo=UTC).timestamp()) * 10**9)
    pump.set_link_watchdog(seconds=8 * 3600)
    pump.run_flex(days=BY_TURNS)
    with bench.window("alone") as alone:
        bench.dwell(minutes=15, doing="heard")
        with bench.challenge.link_lost():
            bench.dwell(hours=5, doing="nobody speaks to the pump")
        bench.dwell(minutes=45, doing="heard again")
    verify("volume of a pump that was alone", alone.volume_error()).within("volume accuracy")
    verify("no alarm", alone.no_alarm()).holds()


@pytest.mark.requirement("1.4.4", "1.4.6")
@pytest.mark.evaporation(hours=1)
def test_a_step_of_the_day_and_a_bolus_leave_each_other_alone(pump, bench, verify):
    """Boluses over a step down and over midnight, and a square one over three steps, are whole; so are the steps."""
    pump.set_clock(t_ns=int(datetime(2026, 1, 7, 22, 30, tzinfo=UTC).timestamp()) * 10**9)
    with bench.window("all of it") as whole:
        pump.run_flex(days={"every": STEEP})
        bench.dwell(minutes=22, doing="until shortly before a step")
        with bench.window("over a step") as step:
            pump.give_bolus(volume_ul=500.0)
            bench.dwell(minutes=60, doing="bolus over a step")
        with bench.window("over midnight") as midnight:
            pump.give_bolus(volume_ul=200.0)
            bench.dwell(minutes=60, doing="bolus over midnight")
        with bench.window("over three steps") as steps:
            pump.give_square_bolus(volume_ul=100.0, over_minutes=150)
            bench.dwell(hours=4, doing="square bolus over steps")
    verify("volume of a bolus over a step", step.volume_error()).within("volume accuracy")
    verify("volume of a bolus over midnight", midnight.volume_error()).within("volume accuracy")
    verify("volume of a square bolus over steps", steps.volume_error()).within("volume accuracy")
    verify("the pump's log tells all", whole.log_tells_all()).holds()
