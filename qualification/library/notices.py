"""Field notices, re-enacted: what happened, when it set in, and what the pump said meanwhile (R1 to R8)."""

from collections.abc import Sequence
from dataclasses import replace

from instruments.intrathecal_pump.simulated.battery import Battery
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.forecast import MS_PER_DAY, Forecast
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.priming import Priming
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell, Turns
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.plant.line import NS_PER_H, Stroke
from qualification.bench_tables import BenchTables
from qualification.defect import Defect, seeded
from qualification.library.over_time import Lives

_BEYOND_UL = 100.0
_LOW_DOSE_H = 4
_DAY_NS = 24 * NS_PER_H
_REPLACED_DAYS = 30


@seeded(
    Defect(
        "R1",
        "over-infusion that grows to a fifth, with a silent low-reservoir alarm",
        "Over some hours the dose rises by a fifth; the alarm counts strokes and stays silent until the pump is dry.",
        "IT-02",
        effect="nothing in the first hour, +20 % from the third on; the estimate of the reservoir does not notice",
        says=("books", "flow error", "reservoir", "edges"),
        source="notice of over-infusion 2014/2016",
        plans=("test_plans/test_reservoir.py::test_a_refill_that_is_told_in_any_delivery_is_kept",),
    )
)
class OverInfusesMoreAndMore(Lives):
    """Each stroke grows from the second hour to the third."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move more with each hour, up to a fifth."""
        share = 1.0 + 0.2 * min(1.0, max(0.0, (self.hours - 1.0) / 2.0))
        return [replace(one, volume_ul=share * one.volume_ul) for one in super().strokes(turns)]


@seeded(
    Defect(
        "R2",
        "over-infusion that sets in on day 20 and jumps on day 25",
        "For three weeks all is well; then the dose is a twentieth too high, and in the fourth week a third.",
        "IT-01",
        effect="+5 % from day 20, +30 % from day 25 on",
        says=("asks for", "flow error", "volume"),
        plans=("test_plans/test_month.py::test_a_month_between_two_refills_delivers_what_was_programmed",),
        source="notice of over-infusion, onset late and abrupt",
    )
)
class OverInfusesLate(StrokePlanner):
    """Wants more than was programmed, first a little and then much."""

    began_ns: int | None = None

    def run(self, spell: Spell) -> list[int]:
        """Want more from some day on."""
        self.began_ns = spell.from_ns if self.began_ns is None else self.began_ns
        days = (spell.from_ns - self.began_ns) / _DAY_NS
        percent = 30 if days > 25 else 5 if days > 20 else 0
        return super().run(replace(spell, rate_nl_h=spell.rate_nl_h * (100 + percent) // 100))


@seeded(
    Defect(
        "R3",
        "a prime goes on into the patient",
        "The catheter is full, and the pump primes on: concentrated drug at the fastest rate.",
        "IT-09",
        effect="+100 µL at 1000 µL/h behind each prime, which the log tells as its volume",
        says=("prime", "asks for", "volume"),
        plans=("test_plans/test_priming.py::test_a_bolus_waits_for_a_prime_and_is_given_whole",),
        source="recall of 2013",
    )
)
class PrimesOn(Priming):
    """Stops 100 µL late, and tells what was asked for."""

    @property
    def given(self) -> bool:
        """Tell whether it may stop."""
        return self._prime is not None and self._left <= -round(_BEYOND_UL * 1000) * NS_PER_H

    def ends_ns(self, t_ns: int) -> int:
        """Return when it stops."""
        if self._prime is None:
            return NEVER_NS
        return t_ns - -(self._left + round(_BEYOND_UL * 1000) * NS_PER_H) // self.rate_nl_h

    def end(self) -> int:
        """Stop; nothing is given back."""
        given_nl = 0 if self._prime is None else self._prime.volume_nl - self.left_nl
        self._left = 0
        self._prime = None
        return given_nl


@seeded(
    Defect(
        "R4",
        "a low dose for four hours behind a prime",
        "After the refill the patient is in withdrawal for hours, and the pump says that it infuses.",
        "IT-09",
        effect_percent=-50.0,
        effect="half the rate for four hours from the end of each prime on",
        says=("flow behind the prime", "asks for", "books"),
        plans=(
            "test_plans/test_priming.py::test_a_bolus_waits_for_a_prime_and_is_given_whole",
            "test_plans/test_priming.py::test_what_was_broken_off_comes_with_no_later_order",
        ),
        source="notices of 2013 and 2016",
    )
)
class LowBehindThePrime(Mechanism):
    """What the prime left in the tubing lacks later."""

    primed_ns: int | None = None

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move half behind a prime."""
        if turns.spell.prime_nl_h:
            self.primed_ns = turns.spell.to_ns
        made = super().strokes(turns)
        if self.primed_ns is None or turns.spell.prime_nl_h:
            return made
        until_ns = self.primed_ns + _LOW_DOSE_H * NS_PER_H
        return [replace(one, volume_ul=one.volume_ul / 2.0) if one.t_ns < until_ns else one for one in made]


@seeded(
    Defect(
        "R5",
        "a film grows in the battery: resets from the second hour on, long before its end",
        "The battery is half full, and each turn of the motor resets the pump: no dose.",
        "ACC-001",
        effect="a reset from the second hour on; the pump stops and says so",
        says=("reset", "power_on", "battery"),
        source="notice on batteries, 2009",
        plans=("test_plans/test_surroundings.py::test_a_tip_that_is_moved_changes_no_dose",),
    )
)
class FilmInTheBattery(Battery):
    """Its voltage under load falls from hour to hour."""

    turned_s = 0.0

    def idle(self, seconds: float) -> None:
        """Feed the electronics, and grow the film."""
        super().idle(seconds)
        self.turned_s += seconds

    def turning_v(self, supply_v: float) -> float:
        """Return what is left while the motor turns: 0.5 V less with each hour."""
        return super().turning_v(supply_v) - 0.5 * self.turned_s / 3600.0 / 3.0


@seeded(
    Defect(
        "R6",
        "a month from elective replacement to the end of service",
        "The operation is planned for three months on, and the pump ends in one.",
        "IT-07",
        effect="30 days where 90 are promised; dose and alarms until then as they should be",
        says=("elective_replacement", "service after the warning", "day"),
        plans=("test_plans/test_battery.py::test_elective",),
        source="notices of 2009 and 2011",
    )
)
class WarnsAMonthBefore(Battery):
    """Asks for its replacement when 30 days are left."""

    def measure(self, volts: float) -> None:
        """Measure, and warn later than it should."""
        warned = self._elective
        super().measure(volts)
        self._elective = warned or self.days_left <= _REPLACED_DAYS


@seeded(
    Defect(
        "R7",
        "the date to replace the pump by leaps once the clock is set",
        "A clock that is set ahead by hours moves the exchange of the pump by two years.",
        "IT-07",
        effect="no dose; the date, two years later from the first setting of the clock on",
        says=("replace",),
        plans=("test_plans/test_clock.py::test_setting",),
        source="Z-1338-2012",
    )
)
class ReplaceByLeaps(Forecast):
    """Reckons from the wrong year once the clock was set."""

    def replacement_ms(self, t_ns: int) -> int:
        """Return the end of service, or two years later."""
        return super().replacement_ms(t_ns) + (730 * MS_PER_DAY if self._clock.times_set else 0)


class ShortsAtTheFeedthrough(BuiltInFirmware):
    """From the second hour of delivery on the motor stands still for a minute in each ten, and then the power fails."""

    delivered_ns = 0
    failed = 0

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Live up to a moment, with the short."""
        if self.parts.delivering:
            self.delivered_ns += to_ns - self._t_ns
        shorted_ns = self.delivered_ns - 2 * NS_PER_H
        if shorted_ns >= 0 and self.failed < 5:
            minute = shorted_ns // (NS_PER_H // 60) % 10
            self.parts.mechanism.stick(stuck=minute == 0)
            if minute == 1:
                self.failed += 1
                supply_v = 0.0
        return super().advance(to_ns, supply_v=supply_v, line_kpa=line_kpa)


@seeded(
    Defect(
        "R8",
        "a short circuit at the feedthrough: stalls, then resets",
        "The motor stutters, then the pump resets and stops; it says so, and the dose is gone.",
        "ACC-001",
        effect_percent=-100.0,
        effect="a stall in the second hour, resets behind it",
        says=("stall", "reset", "power_on"),
        source="feedthrough short 2013",
        plans=("test_plans/test_surroundings.py::test_a_tip_that_is_moved_changes_no_dose",),
    )
)
def short_at_the_feedthrough(bench: BenchTables) -> None:
    """A pump with a short."""
    bench.twin("pump")["firmware"] = f"{__name__}:{ShortsAtTheFeedthrough.__name__}"
