"""Time base and schedule: the right rate at the wrong time, or the wrong step of the day."""

from datetime import UTC, datetime, timedelta

from instruments.intrathecal_pump.programme import FlexInfusion, FlexPoint, Infusion
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import FlexSteps, Steps
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.spell import NEVER_NS
from qualification.bench_tables import BenchTables
from qualification.defect import Defect, seeded

_MS_PER_H = 3_600_000
_USED_STEPS = 10
_CALENDAR = ("test_plans/test_flex.py::test_the_calendar_moves_no_dose",)


def _date(clock_ms: int) -> datetime:
    return datetime.fromtimestamp(clock_ms / 1000, UTC)


@seeded(
    Defect(
        "C1",
        "the crystal runs 2000 ppm fast and drives rate and clock",
        "Each step of the day comes three minutes earlier every day; the dose itself is off by 0.2 %.",
        "IT-20",
        effect_percent=0.2,
        effect="steps 173 s a day early",
        says=("clock",),
        plans=("test_plans/test_flex.py::test_the_calendar_moves_no_dose",),
        source="GIP 5.x; clock failure, Medfusion 2022",
    )
)
def crystal_runs_fast(bench: BenchTables) -> None:
    """Clock and strokes are 0.2 % fast together."""
    bench.twin("pump").update({"clock_drift_ppm": 2000.0, "rate_error_percent": 0.2})


class SummerTime(PumpClock):
    """Another clock as local time shows it: it goes an hour forward in March and back in October."""

    def __init__(self, clock: PumpClock) -> None:
        self._clock = clock
        self._seen_set, self._right_ms = -1, 0

    @property
    def times_set(self) -> int:
        """Return how often the pump's clock was set."""
        return self._clock.times_set

    def read_ms(self, t_ns: int) -> int:
        """Return local time; the clock was right when it was set."""
        at_ms = self._clock.read_ms(t_ns)
        if self.times_set != self._seen_set:
            self._seen_set, self._right_ms = self.times_set, at_ms
        return at_ms + _MS_PER_H * (self.is_summer(_date(at_ms)) - self.is_summer(_date(self._right_ms)))

    def is_summer(self, at: datetime) -> bool:
        """Tell whether it is summer time in Europe: from 01:00 UTC of the last Sunday of March to that of October."""
        return _last_sunday(at.year, 3) <= at < _last_sunday(at.year, 10)


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


class AmericanSummerTime(SummerTime):
    """Goes by the rule of North America."""

    def is_summer(self, at: datetime) -> bool:
        """Tell whether it is: from 02:00 of the second Sunday of March to 02:00 of the first of November."""
        march, november = datetime(at.year, 3, 8, 2, tzinfo=UTC), datetime(at.year, 11, 1, 2, tzinfo=UTC)
        begins = march + timedelta(days=(6 - march.weekday()) % 7)
        return begins <= at < november + timedelta(days=(6 - november.weekday()) % 7)


@seeded(
    Defect(
        "C2a",
        "the schedule goes by local time: summer time repeats an hour, or leaves it out (Europe)",
        "Two nights a year the patient gets an hour of the wrong dose.",
        "IT-20",
        effect="one hour of the wrong step, twice a year",
        says=("over the change", "programme asks for"),
        plans=("test_plans/test_flex.py::test_the_calendar_moves_no_dose[summer time begins",),
        source="AAPS #1538, #3001, #4727",
    )
)
class GoesByLocalTime(InfusionSchedule):
    """Flex steps ask a clock that changes with summer time."""

    local: type[SummerTime] = SummerTime

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Give a day pattern the local clock."""
        if isinstance(programme, FlexInfusion):
            return FlexSteps(programme, self.local(self.clock))
        return super().steps_of(programme, t_ns)


@seeded(
    Defect(
        "C2b",
        "the schedule goes by local time: summer time repeats an hour, or leaves it out (North America)",
        "Two nights a year the patient gets an hour of the wrong dose.",
        "IT-20",
        effect="one hour of the wrong step, twice a year",
        says=("over the change", "programme asks for"),
        plans=("test_plans/test_flex.py::test_the_calendar_moves_no_dose[summer time begins in America",),
        source="AAPS #1538, #3001, #4727",
    )
)
class GoesByAmericanTime(GoesByLocalTime):
    """Flex steps ask a clock that changes with summer time in North America."""

    local = AmericanSummerTime


@seeded(
    Defect(
        "C3",
        "of the 13 steps of a day only the first 10 are used",
        "Late in the evening the patient still gets the afternoon's dose.",
        "IT-20",
        effect="the last steps of a full day at the rate of the tenth",
        says=("of the day", "programme asks for"),
        source="openaps #88: the first 20 of 24",
        plans=("test_plans/test_flex.py::test_each_step_of_a_day_is_delivered_at_its_time",),
    )
)
class UsesTenSteps(InfusionSchedule):
    """Its table has room for ten steps."""

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Leave out what does not fit."""
        if isinstance(programme, FlexInfusion):
            programme = FlexInfusion(tuple(day[:_USED_STEPS] for day in programme.days))
        return super().steps_of(programme, t_ns)


@seeded(
    Defect(
        "C4",
        "after midnight yesterday's last step goes on until the next change",
        "Each night the patient gets the evening's dose until the morning.",
        "IT-20",
        effect="the first step of every day is lost",
        says=("of the day", "programme asks for"),
        plans=("test_plans/test_flex.py::test_the_calendar_moves_no_dose",),
        source="GIP 1.1.x",
    )
)
class SkipsTheFirstStep(InfusionSchedule):
    """A day begins with its second step."""

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Give each day's first step the rate of the last of the day before."""
        if isinstance(programme, FlexInfusion):
            days = programme.days
            late = (FlexPoint(0, days[number - 1][-1].rate_nl_h) for number in range(len(days)))
            programme = FlexInfusion(tuple((first, *day[1:]) for first, day in zip(late, days, strict=True)))
        return super().steps_of(programme, t_ns)


class KnowsItsLatest(PumpClock):
    """Goes with a schedule that never goes back: remembers what it showed when it was set back."""

    latest_ms = 0

    def set_ms(self, t_ns: int, clock_ms: int) -> None:
        """Remember what the clock showed before."""
        self.latest_ms = max(self.latest_ms, self.read_ms(t_ns))
        super().set_ms(t_ns, clock_ms)


@seeded(
    Defect(
        "C5",
        "a clock that is set back holds delivery until the old time has come",
        "Somebody corrects the clock by an hour, and for an hour the patient gets nothing.",
        "IT-05",
        effect="−41.7 µL for each hour that the clock is set back",
        says=("clock set", "programme asks for"),
        plans=("test_plans/test_clock.py::test_setting_the_calendar_moves_no_watchdog",),
        source="AAPS #821",
    ),
    also=(KnowsItsLatest,),
)
class WaitsForTheOldTime(InfusionSchedule):
    """Has delivered up to a time by the clock, and delivers nothing before it."""

    def rate_nl_h(self, t_ns: int) -> int:
        """Ask for nothing before the latest time that the clock has shown."""
        return 0 if self._waits(t_ns) else super().rate_nl_h(t_ns)

    def changes_ns(self, t_ns: int) -> int:
        """Go on when the old time has come."""
        goes_on_ns = self.clock.first_ns(self._latest_ms, t_ns) if self._waits(t_ns) else NEVER_NS
        return min(goes_on_ns, super().changes_ns(t_ns))

    def _waits(self, t_ns: int) -> bool:
        return self.running and self.clock.read_ms(t_ns) < self._latest_ms

    @property
    def _latest_ms(self) -> int:
        return self.clock.latest_ms if isinstance(self.clock, KnowsItsLatest) else 0


class UnknownDaySteps(FlexSteps):
    """Steps of days of which some are unknown: on those the pump's own base rate runs."""

    base_nl_h = 2_000

    def knows(self, day: datetime) -> bool:
        """Tell whether a day is one that the table has."""
        return (day.month, day.day) != (2, 29)

    def rate_nl_h(self, t_ns: int) -> int:
        """Ask for the base rate on a day that is unknown."""
        return super().rate_nl_h(t_ns) if self.knows(_date(self._clock.read_ms(t_ns))) else self.base_nl_h


class FirstUnknownSteps(UnknownDaySteps):
    """The day behind a 31st is looked for as a 32nd."""

    def knows(self, day: datetime) -> bool:
        """Tell whether it is not the day behind a 31st."""
        return day.day != 1 or (day - timedelta(days=1)).day != 31


@seeded(
    Defect(
        "C6a",
        "29 February is an unknown day, on which a base rate runs",
        "On one day in four years the patient gets next to nothing.",
        "IT-20",
        effect="one day at 2 µL/h",
        says=("over the change", "programme asks for"),
        plans=_CALENDAR,
        source="GIP 5.x",
    )
)
class KnowsNoLeapDay(InfusionSchedule):
    """Flex steps know 28 days of February."""

    steps: type[UnknownDaySteps] = UnknownDaySteps

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Give a day pattern the table of days."""
        if isinstance(programme, FlexInfusion):
            return self.steps(programme, self.clock)
        return super().steps_of(programme, t_ns)


@seeded(
    Defect(
        "C6b",
        "the day behind a 31st is unknown, and a base rate runs on it",
        "On the first of most months the patient gets next to nothing.",
        "IT-20",
        effect="one day at 2 µL/h, seven times a year",
        says=("over the change", "programme asks for"),
        plans=("test_plans/test_flex.py::test_the_calendar_moves_no_dose[month",),
        source="GIP 5.x",
    )
)
class KnowsNo32nd(KnowsNoLeapDay):
    """Flex steps count days of the month on."""

    steps = FirstUnknownSteps
