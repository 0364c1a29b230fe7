"""Reset and memory: what outlives the power, and what should."""

from collections.abc import Sequence
from dataclasses import replace

from instruments.intrathecal_pump.messages import LogEvent, LogRecord
from instruments.intrathecal_pump.programme import Infusion
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.event_log import CAPACITY, EventLog
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.link_watchdog import FACTORY_WATCHDOG_MS, LinkWatchdog
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.spell import Turns
from instruments.plant.line import Stroke
from qualification.bench_tables import BenchTables
from qualification.defect import Defect, seeded
from qualification.library.power import HeardAtItsStart

_NS_PER_S = 1_000_000_000
_RESUMES = ("told to deliver nothing", "asks for", "reset")


@seeded(
    Defect(
        "H6",
        "the watchdog time falls back at power loss",
        "After a reset the pump takes a short silence for a lost link and stops: withdrawal.",
        "IT-08",
        effect="delivery ends at the next silence of a minute",
        says=("link_lost", "watchdog"),
        plans=("test_plans/test_bolus.py::test_a_power_cut_in_a_bolus_ends_it_and_nothing_of_it_comes_later",),
        source="link, section 8",
    )
)
class WatchdogFallsBack(LinkWatchdog):
    """Its time is the factory's after each start."""

    def booted(self, t_ns: int) -> None:
        """Fall back."""
        super().booted(t_ns)
        self._time_ms = FACTORY_WATCHDOG_MS


@seeded(
    Defect(
        "H7",
        "the event log is lost with the power",
        "What led to a reset cannot be found out, and happens again.",
        "4.1.4",
        effect="no dose; the evidence",
        says=("log",),
        plans=("test_plans/test_power.py::test_nothing_begins_by_itself_after_a_power_cut",),
        source="GIP 4.1.x",
    )
)
class LogLostWithThePower(EventLog):
    """Kept in a memory that needs power."""

    def power_lost(self) -> None:
        """Forget everything."""
        super().power_lost()
        self._records.clear()
        self._total = 0


_LONG_AGO_MS = 1_600_000_000_000


class FullFromTheStart(EventLog):
    """The log of a pump that has served for years: it has written 4096 entries."""

    def __init__(self, clock: PumpClock) -> None:
        super().__init__(clock)
        for number in range(CAPACITY):
            self._records.append(LogRecord(number, _LONG_AGO_MS + number, LogEvent.WATCHDOG_SET, FACTORY_WATCHDOG_MS))
        self._total = CAPACITY


class _BlockedByItsLog(Mechanism):
    """Makes no stroke while an entry is written."""

    blocked_until_ns = 0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Leave out what falls due meanwhile."""
        free = tuple(due_ns for due_ns in turns.due_ns if due_ns >= self.blocked_until_ns)
        return super().strokes(replace(turns, due_ns=free))


class BlockedByItsLog(BuiltInFirmware):
    """Each entry takes 1 s once the log is full, and the motor waits for it."""

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Live up to a moment."""
        self._block(self._t_ns)
        return super().advance(to_ns, supply_v=supply_v, line_kpa=line_kpa)

    def _block(self, t_ns: int) -> None:
        mechanism, written = self.parts.mechanism, self.parts.log.total
        if isinstance(mechanism, _BlockedByItsLog) and written > CAPACITY + self._seen:
            mechanism.blocked_until_ns = max(t_ns, mechanism.blocked_until_ns) + _NS_PER_S * (
                written - CAPACITY - self._seen
            )
            self._seen = written - CAPACITY

    _seen = 0


@seeded(
    Defect(
        "H8",
        "once the log is full each entry blocks the motor for 1 s",
        "A pump that has much to write gives less: a patient who keeps asking loses dose.",
        "IT-19",
        effect="−1.7 % at an entry a minute, nothing without entries",
        says=("books", "edges", "flow error"),
        plans=("test_plans/test_patient_bolus.py::test_a_patient_who_keeps_pressing_gets_one_bolus",),
        source="GIP 4.1.x",
    )
)
def a_full_log_blocks(bench: BenchTables) -> None:
    """A pump that has served for years, and waits for its log."""
    bench.twin("pump")["firmware"] = f"{__name__}:{BlockedByItsLog.__name__}"
    parts = bench.table("instruments", "pump", "twin", "parts")
    parts["log"] = f"{__name__}:{FullFromTheStart.__name__}"
    parts["mechanism"] = f"{__name__}:{_BlockedByItsLog.__name__}"


@seeded(
    Defect(
        "H9",
        "restarts with the settings before last",
        "After a reset the pump delivers what an earlier prescription said.",
        "IT-08",
        effect="the former rate, where nothing was to be delivered",
        says=_RESUMES,
        plans=("test_plans/test_power.py::test_a_cut_of_any_length_is_told",),
        source="Medfusion 2023",
    ),
    also=(HeardAtItsStart,),
)
class RestartsWithTheFormerRate(InfusionSchedule):
    """Keeps the programme before the one that ran, and begins it again."""

    before_last: Infusion | None = None
    cut_short = False

    def begin(self, programme: Infusion, t_ns: int) -> None:
        """Begin, with the former one kept."""
        self.before_last = self.programme or self.before_last or programme
        super().begin(programme, t_ns)

    def power_lost(self) -> None:
        """Remember that something was infused."""
        self.cut_short = self.cut_short or self.running
        super().power_lost()

    def booted(self, t_ns: int) -> None:
        """Begin what ran before that."""
        super().booted(t_ns)
        if self.cut_short and self.before_last is not None:
            self.begin(self.before_last, t_ns)
        self.cut_short = False
