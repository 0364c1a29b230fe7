"""Alarms that are late, told wrongly, or do what they should not."""

from instruments.intrathecal_pump.codes import NON_CRITICAL_ALARMS
from instruments.intrathecal_pump.messages import Alarm, Reply
from instruments.intrathecal_pump.simulated.alarms import Alarms
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.link_watchdog import LinkWatchdog
from instruments.intrathecal_pump.simulated.real_time_clock import NS_PER_MS
from instruments.intrathecal_pump.simulated.spell import NEVER_NS
from qualification.bench_tables import BenchTables
from qualification.defect import Defect, seeded

_LATE_NS = 30 * 60_000_000_000


@seeded(
    Defect(
        "K2",
        "each alarm comes 30 min late",
        "For half an hour each fault is the patient's alone.",
        "IT-04",
        effect="30 min of the fault",
        says=("came .* after", "late", "allowed", "books", "no alarm"),
        plans=("test_plans/test_stall.py::test_a_stall_behind_a_silenced_warning_sounds",),
        source="GIP 1.10.5",
    )
)
class HalfAnHourLate(Alarms):
    """Sees a cause when it has lasted for half an hour."""

    since_ns: dict[Alarm, int]

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what has been wrong for so long."""
        if not hasattr(self, "since_ns"):
            self.since_ns = {}
        now = super().causes(t_ns, delivering=delivering)
        self.since_ns = {alarm: self.since_ns.get(alarm, t_ns) for alarm in now}
        return Alarm(sum(alarm for alarm, since_ns in self.since_ns.items() if t_ns - since_ns >= _LATE_NS))


@seeded(
    Defect(
        "K3",
        "critical alarms are told as non-critical",
        "A pump that has stopped bleeps as one that wants a refill some day.",
        "IT-04",
        effect="no dose; the hour in which somebody comes",
        says=("critical",),
        plans=("test_plans/test_stall.py::test_a_stall_behind_a_silenced_warning_sounds",),
        source="Gillette levels",
    )
)
class NothingIsCritical(Alarms):
    """Tells no alarm as critical."""

    def critical(self, shown: Alarm) -> Alarm:
        """Return none."""
        return super().critical(shown) & Alarm(0)


@seeded(
    Defect(
        "K4",
        "an alarm is not latched: it is gone before the next look",
        "The pump has stopped, and does not say why.",
        "IT-03",
        effect="delivery ends, and no status shows an alarm",
        says=("link_lost", "said 'stopped'"),
        plans=("test_plans/test_link.py::test_a_link_that_is_lost_ends_whatever_is_under_way",),
        source="GIP 3.1.x",
    )
)
class NotLatched(Alarms):
    """Logs an alarm, and forgets it."""

    def latch(self, alarm: Alarm, t_ns: int) -> None:
        """Log it."""
        super().latch(alarm, t_ns)
        self._latched &= ~alarm


@seeded(
    Defect(
        "K5",
        "STOP clears alarms whose cause is still there",
        "Somebody stops the pump for a minute, and nobody hears any more that its battery is low.",
        "5.1.4",
        effect="no dose; the warning is lost",
        says=("battery_low", "reservoir_low"),
        source="GIP 3.2.x",
        plans=("test_plans/test_power.py::test_a_low_battery_is_signalled_and_the_dose_holds",),
    )
)
class StopClearsWhatHolds(Alarms):
    """What holds when STOP comes is not told again for as long as it holds."""

    hidden = Alarm(0)

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what is wrong, without what STOP has cleared."""
        now = super().causes(t_ns, delivering=delivering)
        self.hidden &= now
        self.seen = now
        return now & ~self.hidden

    seen = Alarm(0)

    def acknowledge(self) -> None:
        """Clear everything."""
        super().acknowledge()
        self.hidden |= self.seen & NON_CRITICAL_ALARMS


class OverTakenForUnder(Alarms):
    """Tells too much as too little, and the other way round."""

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what is wrong, with the two exchanged."""
        now = super().causes(t_ns, delivering=delivering)
        other = Alarm(0)
        if Alarm.OVER_INFUSION in now:
            other |= Alarm.UNDER_INFUSION
        if Alarm.UNDER_INFUSION in now:
            other |= Alarm.OVER_INFUSION
        return now & ~(Alarm.OVER_INFUSION | Alarm.UNDER_INFUSION) | other


@seeded(
    Defect(
        "K6",
        "over- and under-infusion are told as each other",
        "The pump gives a fifth too much and says that it gives too little: the dose is raised.",
        "ACC-001",
        effect_percent=20.0,
        says=("under_infusion",),
        source="GIP 1.2.2/1.2.3",
        plans=("test_plans/test_surroundings.py::test_a_tip_that_is_moved_changes_no_dose",),
    )
)
def over_is_told_as_under(bench: BenchTables) -> None:
    """A pump with a flow sensor at its outlet that over-infuses."""
    bench.twin("pump").update({"outlet_sensor": True, "rate_error_percent": 20.0})
    bench.table("instruments", "pump", "twin", "parts")["alarms"] = f"{__name__}:{OverTakenForUnder.__name__}"


@seeded(
    Defect(
        "K7",
        "silenced once, silent for ever",
        "An alarm that was silenced at one visit is not heard again when it comes back.",
        "IT-04",
        effect="no dose; the tone",
        says=("did not sound",),
        plans=("test_plans/test_stall.py::test_an_intermittent",),
        source="GIP 3.2.1",
    )
)
class SilentForEver(Alarms):
    """Remembers what was silenced, whatever comes later."""

    ever = Alarm(0)

    def silence(self, shown: Alarm) -> Alarm:
        """Silence, for good."""
        silenced = super().silence(shown)
        self.ever |= silenced
        return silenced

    def sounding(self, shown: Alarm) -> Alarm:
        """Return what is signalled."""
        return super().sounding(shown) & ~self.ever


@seeded(
    Defect(
        "K8",
        "a low alarm hides a later critical one",
        "The pump says that its battery is low, and not that it has stopped.",
        "5.1.6",
        effect="the critical alarm",
        says=("battery_depleted", "stall", "link_lost", "reservoir_empty"),
        plans=("test_plans/test_power.py::test_a_depleted_battery_ends_delivery_with_an_alarm",),
        source="CADD-Solis, multiple alarms",
    )
)
class LowHidesCritical(Alarms):
    """Shows the first alarm alone."""

    def shown(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return the warnings, or else what is critical."""
        told = super().shown(t_ns, delivering=delivering)
        return told & NON_CRITICAL_ALARMS or told


@seeded(
    Defect(
        "K9",
        "a non-critical alarm stops delivery",
        "The pump warns that a refill is due, and stops: withdrawal with millilitres of drug left.",
        "IT-14",
        effect="−100 % from the warning on",
        says=("reservoir_low", "battery_low", "asks for", "volume"),
        plans=("test_plans/test_power.py",),
        source="GIP 1.6.2",
    )
)
class WarningStopsThePump(Alarms):
    """Ends delivery for anything."""

    def ends_delivery(self, alarm: Alarm) -> bool:
        """Return yes."""
        return super().ends_delivery(alarm) or bool(alarm)


@seeded(
    Defect(
        "K10",
        "the link watchdog is dead",
        "A pump that nobody reaches delivers for ever.",
        "IT-03",
        effect="delivery goes on alone",
        says=("link_lost", "delivery"),
        plans=("test_plans/test_link.py::test_a_link_that_is_lost_ends_whatever_is_under_way",),
        source="GIP 3.5.2",
    )
)
class WatchdogIsDead(LinkWatchdog):
    """Never fires."""

    @property
    def fires_ns(self) -> int:
        """Return never."""
        return NEVER_NS


@seeded(
    Defect(
        "K11",
        "the link watchdog goes by the calendar: setting the clock fires it",
        "Summer time begins, and the pump stops: withdrawal.",
        "IT-20",
        effect="−100 % from the setting on",
        says=("link_lost", "ALARM_ACTIVE"),
        plans=("test_plans/test_clock.py::test_setting",),
        source="AAPS #449",
    )
)
class WatchdogByTheCalendar(CommandDesk):
    """What the clock is set ahead by counts as silence."""

    def set_clock(self, clock_ms: int, now_ns: int) -> Reply:
        """Set the clock, and have been heard so much earlier."""
        ahead_ms = clock_ms - self.parts.clock.read_ms(now_ns)
        reply = super().set_clock(clock_ms, now_ns)
        self.parts.watchdog.heard(now_ns - max(0, ahead_ms) * NS_PER_MS)
        return reply
