"""What a pump does well once, and not again or not for long: a second filling, a short cut, the 257th minute."""

from instruments.intrathecal_pump.messages import Alarm
from instruments.intrathecal_pump.programme import Infusion, Ramp
from instruments.intrathecal_pump.simulated.alarms import Alarms
from instruments.intrathecal_pump.simulated.battery import Battery
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import NS_PER_MINUTE, RampSteps, Steps
from instruments.intrathecal_pump.simulated.link_watchdog import LinkWatchdog
from qualification.defect import Defect, seeded

_ONE_BYTE = 256
_SHORT_NS = 20_000_000_000


class RampOfOneByte(RampSteps):
    """Counts minutes up to 255, and then from 0 again, until its last one is over."""

    def rate_nl_h(self, t_ns: int) -> int:
        """Return the rate of the minute that is counted."""
        minute = (t_ns - self._from_ns) // NS_PER_MINUTE
        counted = minute if minute >= self._ramp.minutes else minute % _ONE_BYTE
        return super().rate_nl_h(self._from_ns + counted * NS_PER_MINUTE)


@seeded(
    Defect(
        "T1",
        "a ramp counts its minutes in one byte: after 256 of them it begins again",
        "A slow titration falls back to where it began every four hours, and leaps at its end.",
        "ACC-003",
        effect="a ramp of 12 h never gets beyond a third of its way, and then leaps",
        says=("ramp",),
        source="class of counters that wrap",
        plans=("test_plans/test_programme_change.py::test_a_ramp_of_a_day_and_more_keeps_to_its_line",),
    )
)
class CountsInOneByte(InfusionSchedule):
    """Has such ramps."""

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Return the steps of a programme."""
        return RampOfOneByte(programme, t_ns) if isinstance(programme, Ramp) else super().steps_of(programme, t_ns)


@seeded(
    Defect(
        "T2",
        "from the second refill on what is told is added to what was left",
        "The rest that was drawn out counts once more: the reservoir runs dry unannounced.",
        "1.5.4",
        effect="the low-reservoir alarm late by the rest of each filling",
        says=("low reservoir", "reservoir_low", "refill date", "a content of"),
        plans=("test_plans/test_outlook.py::test_the_date_of_the_refill_follows_what_is_taken_and_filled",),
        source="class of J2",
    )
)
class SecondRefillAdds(Books):
    """Adds to its content what it is told to hold."""

    def book_refill(self, content_nl: int) -> None:
        """Enter what came, from the second time on, as so much more."""
        left_nl = self._reservoir_nl if self.refills else 0
        super().book_refill(min(self.capacity_nl, left_nl + content_nl))


@seeded(
    Defect(
        "T3",
        "the low-reservoir alarm comes once in the pump's life",
        "Behind the first refill no low reservoir is announced any more.",
        "1.5.5",
        effect="no warning before the second emptying",
        says=("low reservoir", "reservoir_low"),
        source="class of K7",
        plans=("test_plans/test_reservoir.py::test_the_low_mark_warns_behind_each_refill",),
    )
)
class WarnsOfOneFillingOnly(Alarms):
    """Once a warning of the reservoir has gone it does not come again."""

    was_low = False
    over = False

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what is wrong, without a reservoir that is low for the second time."""
        causes = super().causes(t_ns, delivering=delivering)
        low = Alarm.RESERVOIR_LOW in causes
        self.over = self.over or (self.was_low and not low)
        self.was_low = self.was_low or low
        return causes & ~Alarm.RESERVOIR_LOW if self.over else causes


@seeded(
    Defect(
        "T4",
        "who silences an alarm ends the state of alarm",
        "Somebody ends the noise, and the pump takes a bolus as if nothing had happened.",
        "1.4.11",
        effect="boluses from a pump that knows itself to be at fault",
        says=("request", "refused"),
        plans=("test_plans/test_stall.py::test_no_bolus_is_given_in_an_alarm",),
        source="GIP 1.4.11",
    )
)
class SilenceEndsTheAlarm(Alarms):
    """Forgets what is latched when it is silenced."""

    def silence(self, shown: Alarm) -> Alarm:
        """Signal what is shown no longer."""
        sounding = super().silence(shown)
        self._latched &= ~shown
        return sounding


@seeded(
    Defect(
        "T5",
        "a reset by less than 20 s without power is not told",
        "A short brown-out leaves a silent pump that nobody looks for.",
        "IT-08",
        effect="-100 % without an alarm",
        says=("reset",),
        plans=("test_plans/test_power.py::test_a_cut_of_any_length_is_told",),
        source="IT-08",
    )
)
class ShortResetsAreSilent(Alarms):
    """Tells a reset only where the electronics' own time shows that they were away for long."""

    seen_ns = 0

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what is wrong, and note that somebody is there to look."""
        self.seen_ns = t_ns
        return super().causes(t_ns, delivering=delivering)

    def reset(self, t_ns: int) -> None:
        """Tell of a long one."""
        if t_ns - self.seen_ns >= _SHORT_NS:
            super().reset(t_ns)


@seeded(
    Defect(
        "T6",
        "a battery at its end is noticed during an infusion only",
        "A stopped pump on a battery that is at its end still promises and begins boluses.",
        "5.1.6",
        effect="boluses that may end anywhere",
        says=("battery_depleted", "request"),
        plans=("test_plans/test_power.py::test_a_depleted_battery_gives_no_bolus",),
        source="GIP 5.1.6",
    )
)
class DepletedWhileInfusingOnly(Battery):
    """Looks at its voltage and its charge while an infusion runs."""

    @property
    def depleted(self) -> bool:
        """Tell whether the voltage is too low to infuse at."""
        return super().depleted and self._schedule.running

    @property
    def ended(self) -> bool:
        """Tell whether service has ended, while it infuses."""
        return super().ended and self._schedule.running


@seeded(
    Defect(
        "T7",
        "the link's watchdog bites once: after a first loss of the link no other is noticed",
        "The second time that the programmer falls silent the pump runs on by itself.",
        "IT-03",
        effect="delivery goes on in silence, from the second time on",
        says=("link", "silence", "watchdog"),
        plans=("test_plans/test_link.py::test_a_link_that_is_lost_ends_delivery_with_an_alarm",),
        source="class of flags that nobody takes back",
    )
)
class WatchdogBitesOnce(LinkWatchdog):
    """Leaves its flag up when it was heard again."""

    bitten = False
    spent = False

    def expired(self, t_ns: int) -> bool:
        """Tell whether silence has lasted too long, for the first time."""
        if self.spent:
            return False
        self.bitten = self.bitten or super().expired(t_ns)
        return super().expired(t_ns)

    def heard(self, now_ns: int) -> None:
        """Begin anew, or never again."""
        super().heard(now_ns)
        self.spent = self.spent or self.bitten
