"""What goes by the calendar and should go by the pump's own time; and a weekday that is lost when a month ends."""

from datetime import UTC, datetime

from instruments.intrathecal_pump.messages import Reply
from instruments.intrathecal_pump.programme import FlexInfusion, Infusion
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.forecast import MS_PER_DAY
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import FlexSteps, Steps
from instruments.intrathecal_pump.simulated.patient import DAY_NS, PatientControl
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.rest_timer import RestTimer
from qualification.defect import Defect, seeded
from rig.clock import NS_PER_S

_NS_PER_MS = 1_000_000


class SetsByTheCalendar(CommandDesk):
    """Has one part's memory in the calendar's time: it is as much older as the clock is set ahead."""

    ages = ""

    def set_clock(self, clock_ms: int, now_ns: int) -> Reply:
        """Set the clock, and with it what the part remembers."""
        before_ms = self.parts.clock.read_ms(now_ns)
        reply = super().set_clock(clock_ms, now_ns)
        getattr(self.parts, self.ages).age((self.parts.clock.read_ms(now_ns) - before_ms) * _NS_PER_MS)
        return reply


class DatedDoseLimit(DoseLimit):
    """Remembers spells by their dates."""

    def age(self, by_ns: int) -> None:
        """Take what was given for so much older."""
        self._spells = type(self._spells)((since - by_ns, to - by_ns, rate) for since, to, rate in self._spells)


@seeded(
    Defect(
        "V1",
        "the window of the largest dose goes by the calendar",
        "The clock is set ahead by half a day, and the largest dose can be given once more at once.",
        "IT-12",
        effect="up to the largest dose once more behind a setting of the clock; none at all, set back",
        says=("window", "above_dose_limit", "requests granted"),
        plans=("test_plans/test_clock.py::test_setting_the_calendar_moves_no_bound_of_the_dose",),
        source="class of C5",
    ),
    also=(DatedDoseLimit,),
)
class WindowGoesByTheCalendar(SetsByTheCalendar):
    """Ages the window."""

    ages = "dose_limit"


class DatedAllotment(PatientControl):
    """Counts the boluses of the last day by their dates; the lockout goes by the pump's own time."""

    ahead_ns = 0

    def age(self, by_ns: int) -> None:
        """Take the boluses for so much older."""
        self.ahead_ns += by_ns

    def given_in_24_h(self, t_ns: int) -> int:
        """Return how many boluses began in the day before, by the clock as it is set."""
        return sum(start_ns - self.ahead_ns > t_ns - DAY_NS for start_ns in self._starts_ns)


@seeded(
    Defect(
        "V2",
        "the allotment of 24 h goes by the calendar",
        "On a journey the clock is set, and all the doses of the day may be asked for again.",
        "IT-12",
        effect="the allotted boluses once more behind a setting of the clock",
        says=("allot", "requests granted"),
        plans=("test_plans/test_clock.py::test_setting_the_calendar_moves_no_bound_of_the_dose",),
        source="class of C5",
    ),
    also=(DatedAllotment,),
)
class AllotmentGoesByTheCalendar(SetsByTheCalendar):
    """Ages the allotment."""

    ages = "patient"


class DatedRest(RestTimer):
    """Remembers the end of delivery by its date."""

    def age(self, by_ns: int) -> None:
        """Take the end of delivery for so much older."""
        self._since_ns -= by_ns


@seeded(
    Defect(
        "V4",
        "the 48 h of a standstill go by the calendar",
        "The clock of a stopped pump is set back, and for days more nobody is told that it stands still.",
        "IT-06",
        effect="no dose; the alarm as much too late as the clock was set back",
        says=("stopped_too_long",),
        plans=("test_plans/test_stall.py::test_two_days_behind_any_end_of_delivery_are_signalled",),
        source="class of C5",
    ),
    also=(DatedRest,),
)
class RestGoesByTheCalendar(SetsByTheCalendar):
    """Ages the rest."""

    ages = "rest"


class StaysInTheMonth(FlexSteps):
    """Counts weekdays up but on the first of a month."""

    def _which(self, day: int) -> int:
        first = datetime.fromtimestamp(day * MS_PER_DAY / 1000, UTC).day == 1
        return super()._which(day - 1 if first else day)


@seeded(
    Defect(
        "V5",
        "on the first of a month the pattern of the day before runs once more",
        "Twelve times a year the patient gets another weekday's dose.",
        "IT-20",
        effect="another weekday's pattern, for a day",
        says=("over the change", "programme asks for"),
        plans=("test_plans/test_flex.py::test_the_calendar_moves_no_dose[no leap day",),
        source="class of C6b",
    )
)
class WeekdayStaysForAMonthsEnd(InfusionSchedule):
    """Has such steps."""

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Give a day pattern such days."""
        if isinstance(programme, FlexInfusion):
            return StaysInTheMonth(programme, self.clock)
        return super().steps_of(programme, t_ns)


_S_PER_DAY = 86_400
_BITS_31 = 2**31


class OutOfBits(FlexSteps):
    """Counts the seconds since 1970 in 31 bits and a sign."""

    def _which(self, day: int) -> int:
        held_s = (day * _S_PER_DAY + _BITS_31) % (2 * _BITS_31) - _BITS_31
        return super()._which(held_s // _S_PER_DAY)


@seeded(
    Defect(
        "V12",
        "from January of 2038 on a weekly pattern runs by another weekday",
        "A pump that is implanted in ten years gives a workday's dose on a Sunday, from one night on.",
        "IT-20",
        effect="another weekday's pattern, for good",
        says=("over the change", "programme asks for"),
        plans=("test_plans/test_flex.py::test_the_calendar_moves_no_dose[end of a century",),
        source="class of seconds that are kept in a signed number of 32 bits",
    )
)
class WeekdaysRunOut(InfusionSchedule):
    """Has such steps."""

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Give a day pattern such days."""
        return (
            OutOfBits(programme, self.clock)
            if isinstance(programme, FlexInfusion)
            else super().steps_of(programme, t_ns)
        )


@seeded(
    Defect(
        "V13",
        "a cut of the power of more than an hour costs the clock an hour",
        "After a long night without power her day's pattern is an hour late for good, and the log tells other hours.",
        "IT-20",
        effect="the clock an hour late behind each cut of more than an hour; right behind shorter ones",
        says=("clock leapt",),
        plans=("test_plans/test_power.py::test_a_cut_of_any_length_is_told[5 h]",),
        source="class of a clock whose own cell is weak",
    )
)
class LosesAnHour(PumpClock):
    """Stands still for an hour of each long cut."""

    shown_ns = 0
    cut_ns = 0

    def read_ms(self, t_ns: int) -> int:
        """Return what it shows, and keep when it was last asked with the power on."""
        self.shown_ns = t_ns
        return super().read_ms(t_ns)

    def first_ns(self, clock_ms: int, after_ns: int) -> int:
        """Look ahead, which asks nothing now."""
        found_ns, self.shown_ns = super().first_ns(clock_ms, after_ns), after_ns
        return found_ns

    def power_lost(self) -> None:
        """Keep when that was, give or take a reading."""
        super().power_lost()
        self.cut_ns = self.shown_ns

    def booted(self, t_ns: int) -> None:
        """Begin an hour behind where the power was away for longer."""
        super().booted(t_ns)
        if t_ns - self.cut_ns > 3600 * NS_PER_S:
            self._set_at_ns += 3600 * NS_PER_S
            self._times_set += 1
