"""Power, reset and memory: what a pump does when its supply goes away and comes back."""

from collections.abc import Sequence
from typing import ClassVar

from instruments.intrathecal_pump.programme import Bolus, Continuous, Infusion
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import ConstantSteps
from instruments.intrathecal_pump.simulated.link_watchdog import LinkWatchdog
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Turns
from instruments.plant.line import NS_PER_H, Stroke
from qualification.bench_tables import BenchTables
from qualification.defect import Defect, seeded

_NS_PER_S = 1_000_000_000
_RESUMES = ("told to deliver nothing", "asks for", "reset")


class HeardAtItsStart(LinkWatchdog):
    """Goes with firmware that delivers by itself: a start counts as being heard."""

    def booted(self, t_ns: int) -> None:
        """Begin anew."""
        super().booted(t_ns)
        self.heard(t_ns)


class _ResumesAtItsDefault(InfusionSchedule):
    """After a reset that cut an infusion short it infuses again, at a rate that nobody programmed."""

    default_nl_h: ClassVar[int] = 0
    cut_short = False

    def power_lost(self) -> None:
        """Remember that something was infused."""
        self.cut_short = self.cut_short or self.running
        super().power_lost()

    def booted(self, t_ns: int) -> None:
        """Begin at the default rate."""
        super().booted(t_ns)
        if self.cut_short:
            self.begin(Continuous(self.default_nl_h), t_ns)
        self.cut_short = False


@seeded(
    Defect(
        "H1a",
        "resumes by itself at 2 µL/h after a reset",
        "After a reset the pump trickles at its lowest rate and looks as if it worked: withdrawal.",
        "IT-08",
        effect="2 µL/h from the reset on, where nothing was to be delivered",
        says=_RESUMES,
        plans=("test_plans/test_power.py::test_a_cut_of_any_length_is_told",),
        source="GIP 5.11",
    ),
    also=(HeardAtItsStart,),
)
class ResumesAtItsLowest(_ResumesAtItsDefault):
    """2 µL/h."""

    default_nl_h = 2_000


@seeded(
    Defect(
        "H1b",
        "resumes by itself at 1000 µL/h after a reset",
        "After a reset the pump delivers a day's dose in an hour.",
        "IT-08",
        effect="1000 µL/h from the reset on, where nothing was to be delivered",
        says=(*_RESUMES, "delivers although"),
        plans=("test_plans/test_power.py::test_a_cut_of_any_length_is_told",),
        source="GIP 5.11",
    ),
    also=(HeardAtItsStart,),
)
class ResumesAtItsHighest(_ResumesAtItsDefault):
    """1000 µL/h."""

    default_nl_h = 1_000_000


@seeded(
    Defect(
        "H2",
        "after a reset the bolus begins anew",
        "A bolus that a reset broke off is given once more from its beginning: up to twice the dose.",
        "IT-17",
        effect="the part of the bolus that was given before the reset",
        says=("told to deliver nothing", "asks for"),
        source="boluses given twice",
        plans=("test_plans/test_bolus.py::test_a_power_cut_in_a_bolus_ends_it_and_nothing_of_it_comes_later",),
    ),
    also=(HeardAtItsStart,),
)
class BolusBeginsAnew(BolusEngine):
    """Keeps the bolus under way without power, and begins it again."""

    broken_off: Bolus | None = None

    def power_lost(self) -> None:
        """Keep the bolus."""
        self.broken_off = self._bolus or self.broken_off
        super().power_lost()

    def booted(self, t_ns: int) -> None:
        """Give the whole of it."""
        super().booted(t_ns)
        if self.broken_off is not None:
            self.begin(self.broken_off)
        self.broken_off = None


@seeded(
    Defect(
        "H3",
        "each dip of the supply loses a stroke",
        "A battery with a loose contact costs a stroke each time it flickers, and the pump counts it as given.",
        "IT-07",
        effect="−0.5 µL for each dip",
        says=("books", "edges", "flow error"),
        plans=("test_plans/test_power.py::test_dips",),
        source="GIP 3.x",
    )
)
class LosesAStrokeForEachDip(Mechanism):
    """Below 2.7 V the motor loses its place: the next turn moves nothing."""

    lost = 0
    low = False

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Leave out a stroke for each time that the voltage fell."""
        low = turns.volts < 2.7
        self.lost += low and not self.low
        self.low = low
        done = super().strokes(turns)
        kept = done[self.lost :]
        self.lost -= len(done) - len(kept)
        return kept


@seeded(
    Defect(
        "H4",
        "one bit of the stored rate flips and nothing checks it",
        "From one moment to the next the patient gets a rate that nobody set.",
        "ACC-001",
        effect="±16.4 µL/h from two and a half hours after the begin on",
        says=("by its status", "asks for", "flow error"),
        source="corrupt configuration, Medfusion 2023",
        plans=("test_plans/test_surroundings.py::test_a_tip_that_is_moved_changes_no_dose",),
    )
)
class OneBitOfTheRateFlips(InfusionSchedule):
    """Bit 14 of the rate in nL/h is another one after two and a half hours."""

    flips_ns = NEVER_NS

    def begin(self, programme: Infusion, t_ns: int) -> None:
        """Begin, with the flip to come."""
        super().begin(programme, t_ns)
        self.flips_ns = t_ns + 5 * NS_PER_H // 2

    def rate_nl_h(self, t_ns: int) -> int:
        """Return what the memory holds."""
        rate_nl_h = super().rate_nl_h(t_ns)
        return rate_nl_h ^ (1 << 14) if t_ns >= self.flips_ns and isinstance(self._steps, ConstantSteps) else rate_nl_h

    def programmed_nl_h(self, t_ns: int) -> int:
        """Return what the memory holds: the status tells it."""
        return self.rate_nl_h(t_ns)

    def changes_ns(self, t_ns: int) -> int:
        """Return when the rate changes, by programme or not."""
        changes_ns = super().changes_ns(t_ns)
        return min(changes_ns, self.flips_ns) if t_ns < self.flips_ns else changes_ns


class ResumesWhatRan(InfusionSchedule):
    """Goes on with its infusion when the power is back."""

    def power_lost(self) -> None:
        """Keep the infusion."""


class ResetsInALoop(BuiltInFirmware):
    """Without power from the 30th to the 40th second of each minute, as by a short at a feedthrough."""

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Live up to a moment, in and out of power."""
        strokes: list[Stroke] = []
        at_ns = self._t_ns
        while at_ns < to_ns:
            second, rest_ns = divmod(at_ns % (60 * _NS_PER_S), _NS_PER_S)
            off = 30 <= second < 40
            until = 40 if off else 30 if second < 30 else 60
            at_ns = min(to_ns, at_ns + (until - second) * _NS_PER_S - rest_ns)
            strokes += super().advance(at_ns, supply_v=0.0 if off else supply_v, line_kpa=line_kpa)
        return strokes


@seeded(
    Defect(
        "H5",
        "resets in a loop, 10 s off in each minute",
        "The pump restarts every minute, resumes each time, and gives a sixth less than prescribed.",
        "IT-08",
        effect_percent=-100 / 6,
        effect="an entry of each restart in the pump's log",
        says=("power_on", "reset", "flow error"),
        plans=("test_plans/test_basal.py::test_basal_rate_is_accurate[41.7",),
        source="feedthrough short 2013",
    )
)
def resets_in_a_loop(bench: BenchTables) -> None:
    """A pump that loses its power each minute, and goes on behind that."""
    bench.twin("pump")["firmware"] = f"{__name__}:{ResetsInALoop.__name__}"
    bench.table("instruments", "pump", "twin", "parts")["schedule"] = f"{__name__}:{ResumesWhatRan.__name__}"
    bench.table("instruments", "pump", "twin", "parts")["watchdog"] = f"{__name__}:{HeardAtItsStart.__name__}"
