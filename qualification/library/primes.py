"""Prime and bridge: too much into the patient, too little behind it, and books that do not tell of it."""

from dataclasses import replace

from instruments.intrathecal_pump.programme import Bridge, Infusion, Prime
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import Steps
from instruments.intrathecal_pump.simulated.priming import Priming
from instruments.intrathecal_pump.simulated.spell import Spell, Turns
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.plant.line import NS_PER_H
from qualification.defect import Defect, seeded

_BEYOND_NL = 100_000
_UNTRIMMED_NL = 44_000
_LOW_NS = 4 * NS_PER_H


@seeded(
    Defect(
        "F1",
        "a prime goes on beyond its volume by 100 µL",
        "Concentrated drug is primed into the patient: an acute overdose on the day of the operation.",
        "IT-09",
        effect="+100 µL, concentrated",
        says=("prime", "programme asks for"),
        plans=("test_plans/test_priming.py::test_a_bolus_waits_for_a_prime_and_is_given_whole",),
        source="recall of 2013",
    )
)
class PrimesTooMuch(Priming):
    """Fills the line and goes on."""

    beyond_nl = _BEYOND_NL

    def begin(self, prime: Prime) -> None:
        """Start a prime that is longer than it was asked for."""
        super().begin(replace(prime, volume_nl=prime.volume_nl + self.beyond_nl))


@seeded(
    Defect(
        "F2",
        "a period without dose follows each prime",
        "After the operation the patient is for hours without drug, while the pump says that it infuses.",
        "IT-09",
        effect="−4 h of dose",
        says=("behind the prime", "prime", "programme asks for"),
        plans=("test_plans/test_priming.py::test_a_bolus_waits_for_a_prime_and_is_given_whole",),
        source="notices of 2013 and 2016",
    )
)
class LowBehindAPrime(StrokePlanner):
    """Takes what was primed for the dose of the next hours."""

    until_ns = 0

    def run(self, spell: Spell) -> list[int]:
        """Want nothing for four hours behind a prime."""
        if spell.prime_nl_h:
            self.until_ns = spell.to_ns + _LOW_NS
        elif spell.from_ns < self.until_ns:
            return super().run(replace(spell, rate_nl_h=0))
        return super().run(spell)


@seeded(
    Defect(
        "F3",
        "the prime is for a catheter that was not trimmed: 44 µL too much",
        "The surgeon cut 20 cm off; the prime fills them all the same, into the patient.",
        "IT-09",
        effect="+44 µL of drug",
        says=("prime", "programme asks for"),
        plans=("test_plans/test_priming.py::test_a_bolus_waits_for_a_prime_and_is_given_whole",),
        source="rule of the dead volume: 2.2 µL for each cm",
    )
)
class IgnoresTrimming(PrimesTooMuch):
    """Fills a whole catheter."""

    beyond_nl = _UNTRIMMED_NL


@seeded(
    Defect(
        "F4",
        "a bridge runs at the new drug's rate at once",
        "The old, weaker drug comes at the new drug's rate: the patient is under-dosed until the line is purged.",
        "IT-10",
        effect="C_old/C_new of the dose until the line is purged",
        says=("bridge", "programme asks for"),
        plans=("test_plans/test_meanwhile.py::test_what_is_under_way_goes_on_whatever_comes_between",),
        source="formulas of the bridge bolus",
    )
)
class NoBridge(InfusionSchedule):
    """Goes over to the second rate at once."""

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Give a bridge one rate."""
        if isinstance(programme, Bridge):
            programme = replace(programme, rate_nl_h=programme.then_nl_h)
        return super().steps_of(programme, t_ns)


@seeded(
    Defect(
        "F5",
        "the bridge leaves the pump's internal tubing out of its volume",
        "The bridge is over when three fifths of the old drug are still to come, at the wrong rate.",
        "IT-10",
        effect="ends 60 % early",
        says=("bridge", "programme asks for"),
        plans=("test_plans/test_meanwhile.py::test_what_is_under_way_goes_on_whatever_comes_between",),
        source="0.199 of 0.331 mL are internal tubing",
    )
)
class BridgeIsTooShort(InfusionSchedule):
    """Bridges the catheter alone."""

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Give a bridge 40 % of its volume."""
        if isinstance(programme, Bridge):
            programme = replace(programme, volume_nl=programme.volume_nl * 132 // 331)
        return super().steps_of(programme, t_ns)


@seeded(
    Defect(
        "F6a",
        "a prime is not taken from the reservoir",
        "The books hold more than the reservoir: it is empty before the alarm that should warn.",
        "IT-09",
        effect="reservoir wrong by the prime, 331 µL",
        says=("reservoir fell",),
        plans=("test_plans/test_priming.py::test_a_bolus_waits_for_a_prime_and_is_given_whole",),
        source="CADD, page 83",
    )
)
class PrimeKeepsTheReservoir(Books):
    """A prime leaves the content as it was."""

    def book(self, turns: Turns) -> None:
        """Enter strokes, those of a prime as delivered only."""
        held_nl = self._reservoir_nl
        super().book(turns)
        if turns.spell.prime_nl_h:
            self._reservoir_nl = held_nl


@seeded(
    Defect(
        "F6b",
        "a prime is not counted as delivered",
        "What filled the line is in no book: a later reckoning finds drug missing.",
        "IT-09",
        effect="count wrong by the prime, 331 µL",
        says=("books", "reservoir fell", "counted"),
        plans=("test_plans/test_priming.py::test_a_bolus_waits_for_a_prime_and_is_given_whole",),
        source="CADD, page 83",
    )
)
class PrimeIsNotCounted(Books):
    """Counts what is therapy."""

    def book(self, turns: Turns) -> None:
        """Enter strokes, those of a prime for the reservoir only."""
        counted_nl = self._delivered_nl
        super().book(turns)
        if turns.spell.prime_nl_h:
            self._delivered_nl = counted_nl


@seeded(
    Defect(
        "F7",
        "a prime that an alarm breaks off is booked as a bolus",
        "The record shows a bolus that nobody gave; the next dose is lowered for it.",
        "IT-17",
        effect="counter of boluses +1",
        says=("count", "boluses"),
        plans=("test_plans/test_priming.py::test_a_prime_that_a_stall_ends_is_no_bolus",),
        source="AAPS #1234",
    )
)
class PrimeBecomesABolus(BuiltInFirmware):
    """What ends early is a bolus to it."""

    def _halt(self) -> None:
        priming = self.parts.prime.under_way
        super()._halt()
        if priming:
            self.parts.books.book_bolus()
