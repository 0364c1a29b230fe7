"""Rate, units and rounding: the pump infuses, but not what it was told."""

from collections.abc import Sequence
from dataclasses import replace

from instruments.intrathecal_pump.programme import Continuous, Infusion
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell, Turns
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.plant.line import NS_PER_H, Stroke
from qualification.bench_tables import BenchTables
from qualification.defect import Defect, seeded

_SATURATES_NL_H = 800_000
_REFUSES_NL_H = 500_000
_MOST_NL_H = 1_600_000
_NS_PER_DAY = 24 * NS_PER_H
_NS_PER_MINUTE = NS_PER_H // 60


@seeded(
    Defect(
        "A1",
        "delivers {size} % at all rates",
        "Day and night the patient gets {size} % of drug beyond what was prescribed, and nothing tells of it.",
        "ACC-001",
        says=("flow error", "books", "% off, not within"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="over-infusion notice",
    ),
    sizes=(1.0, 3.0, 5.0, 10.0, 14.5, 30.0),
)
def rate_is_off(bench: BenchTables, percent: float) -> None:
    """The mechanism moves more with each stroke than the firmware believes."""
    bench.twin("pump")["rate_error_percent"] = percent


@seeded(
    Defect(
        "A2",
        "delivers −2.4 % at all rates",
        "The patient gets 2.4 % less than prescribed: within what is allowed to a pump, and to be told with its U.",
        "ACC-001",
        effect_percent=-2.4,
        source="RAPM 39:341",
        control=True,
    )
)
def rate_is_a_little_low(bench: BenchTables) -> None:
    """The mechanism moves a little less with each stroke."""
    bench.twin("pump")["rate_error_percent"] = -2.4


@seeded(
    Defect(
        "A3",
        "above 800 µL/h the motor saturates",
        "A patient on the highest doses gets a fifth less than prescribed; all others get what they should.",
        "ACC-001",
        effect_percent=0.0,
        effect="−20 % at 1000 µL/h, nothing below 800",
        says=("flow error",),
        plans=("test_plans/test_basal.py::test_basal_rate_is_accurate[1000",),
        source="GIP 1.20/1.21; motor rate, Medfusion 2023",
    )
)
class MotorSaturates(StrokePlanner):
    """Strokes never follow each other faster than at 800 µL/h; what is wanted beyond is forgotten."""

    def run(self, spell: Spell) -> list[int]:
        """Want no more than the motor can."""
        return super().run(replace(spell, rate_nl_h=min(spell.rate_nl_h, _SATURATES_NL_H)))


@seeded(
    Defect(
        "A4a",
        "the rate is rounded down to 0.1 µL/h, and the status shows the exact one",
        "Patients on the smallest doses get a little less than prescribed, and the display shows what was prescribed.",
        "ACC-001",
        effect="−0.16 % at 41.667 µL/h, −4.3 % at 2.09 µL/h, −20 % at the minimum rate",
        says=("flow error", "programme asks for", "books"),
        plans=(
            "test_plans/test_basal.py::test_basal_rate_is_accurate[5.49",
            "test_plans/test_programme_change.py::test_the_minimum_rate_keeps_the_catheter_open",
        ),
        source="Trio PR 1429; RileyLinkAAPS #134",
    )
)
class RateRoundedDown(InfusionSchedule):
    """What is delivered is a whole number of steps of the rate."""

    step_nl_h = 100

    def rate_nl_h(self, t_ns: int) -> int:
        """Ask for whole steps only."""
        return super().rate_nl_h(t_ns) // self.step_nl_h * self.step_nl_h


@seeded(
    Defect(
        "A4b",
        "the rate is rounded down to 1 µL/h, and the status shows the exact one",
        "Patients on the smallest doses get up to a third less than prescribed, and the display shows what it should.",
        "ACC-001",
        effect="−1.6 % at 41.667 µL/h, −31 % at 2.9 µL/h",
        says=("flow error", "programme asks for"),
        plans=("test_plans/test_basal.py::test_basal_rate_is_accurate[5.49",),
        source="Trio PR 1429",
    )
)
class RateInWholeUl(RateRoundedDown):
    """What is delivered is whole µL/h."""

    step_nl_h = 1000


@seeded(
    Defect(
        "A5a",
        "mL/day are taken for mL/h",
        "A day's dose runs in within an hour.",
        "ACC-001",
        effect_percent=2300.0,
        says=("flow error", "programme asks for"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="GIP 8.14",
    )
)
class DayTakenForHour(InfusionSchedule):
    """Delivers in an hour what is for a day, as far as the motor can."""

    def rate_nl_h(self, t_ns: int) -> int:
        """Ask for 24 times the rate, up to what the motor can."""
        return min(24 * super().rate_nl_h(t_ns), _MOST_NL_H)


@seeded(
    Defect(
        "A5b",
        "mL/h are taken for mL/day",
        "An hour's dose lasts a day: the patient goes into withdrawal.",
        "ACC-001",
        effect_percent=-100.0 * 23 / 24,
        says=("flow error", "programme asks for"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="GIP 8.14",
    )
)
class HourTakenForDay(InfusionSchedule):
    """Delivers in a day what is for an hour."""

    def rate_nl_h(self, t_ns: int) -> int:
        """Ask for a 24th of the rate."""
        return super().rate_nl_h(t_ns) // 24


@seeded(
    Defect(
        "A6",
        "a bouncing key doubles the first digit, and nothing asks whether that is meant",
        "A nurse types 4.8 and 44.8 runs: nine times the dose.",
        "ACC-001",
        effect_percent=100.0 * (441.667 / 41.667 - 1.0),
        says=("not show", "flow error", "programme asks for"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="FDA's examples: 4.8 becomes 44.8",
    )
)
class FirstDigitTwice(InfusionSchedule):
    """A constant rate begins with its first digit twice; the pump itself believes in it."""

    def begin(self, programme: Infusion, t_ns: int) -> None:
        """Begin what was typed."""
        if isinstance(programme, Continuous):
            digits = str(programme.rate_nl_h)
            programme = Continuous(min(int(digits[0] + digits), _MOST_NL_H))
        super().begin(programme, t_ns)


@seeded(
    Defect(
        "A7",
        "a new rate begins only after the stroke that is already timed",
        "A patient in pain is given a higher rate, and for up to a quarter of an hour nothing comes of it.",
        "1.1.7",
        effect="up to 15 min late from 2 µL/h on; 43 s at 41.667 µL/h",
        says=("how late", "late", "after the order", "programme asks for"),
        plans=("test_plans/test_programme_change.py::test_the_lowest_rate_holds_no_higher_one_up",),
        source="GIP 1.1.7",
    )
)
class WaitsForTheTimedStroke(StrokePlanner):
    """The time of the next stroke is set when the one before is made, and no new rate moves it."""

    last_nl_h, timed_ns = 0, 0

    def run(self, spell: Spell) -> list[int]:
        """Go on at the old rate until the stroke that was timed by it."""
        if self.last_nl_h and spell.rate_nl_h != self.last_nl_h and spell.from_ns >= self.timed_ns:
            self.timed_ns = self.time_of(1, spell.from_ns, self.last_nl_h)
            self.old_nl_h = self.last_nl_h
        self.last_nl_h = spell.rate_nl_h
        until_ns = min(max(self.timed_ns, spell.from_ns), spell.to_ns)
        if until_ns == spell.from_ns:
            return super().run(spell)
        waits = super().run(replace(spell, to_ns=until_ns, rate_nl_h=self.old_nl_h))
        return waits + super().run(replace(spell, from_ns=until_ns)) if until_ns < spell.to_ns else waits

    old_nl_h = 0


@seeded(
    Defect(
        "A8",
        "a new rate is approached over an hour",
        "After each change of the dose the patient waits for an hour until it is reached; half of the step is missing.",
        "IT-01",
        effect="half of the step for an hour",
        says=("start-up", "how late", "programme asks for"),
        plans=("test_plans/test_programme_change.py::test_the_lowest_rate_holds_no_higher_one_up",),
        source="GIP 1.10",
    )
)
class SlewsOverAnHour(InfusionSchedule):
    """From the rate before to the new one by an equal part each minute."""

    from_nl_h, begun_ns = 0, 0

    def begin(self, programme: Infusion, t_ns: int) -> None:
        """Begin at the rate that runs now."""
        self.from_nl_h, self.begun_ns = self.rate_nl_h(t_ns), t_ns
        super().begin(programme, t_ns)

    def rate_nl_h(self, t_ns: int) -> int:
        """Ask for what has been reached."""
        wanted = super().rate_nl_h(t_ns)
        if not self.running:
            return wanted
        minutes = min(60, (t_ns - self.begun_ns) // _NS_PER_MINUTE)
        return self.from_nl_h + (wanted - self.from_nl_h) * minutes // 60

    def changes_ns(self, t_ns: int) -> int:
        """Change each minute until the new rate is reached."""
        minute = (t_ns - self.begun_ns) // _NS_PER_MINUTE + 1
        next_ns = self.begun_ns + minute * _NS_PER_MINUTE if self.running and minute <= 60 else NEVER_NS
        return min(next_ns, super().changes_ns(t_ns))


@seeded(
    Defect(
        "A9",
        "over-infusion begins on day 20 and jumps on day 25",
        "For weeks all is well; then a twentieth too much, and from one day to the next almost a third.",
        "IT-01",
        effect="+5 % from day 20 on, +30 % from day 25 on",
        says=("books", "volume of the month", "programme asks for"),
        plans=("test_plans/test_month.py::test_a_month_between_two_refills_delivers_what_was_programmed",),
        source="over-infusion notice: onset after months, abruptly",
    )
)
class OverInfusesLate(Mechanism):
    """Strokes grow with the days since the first one."""

    first_ns = 0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move more from day 20 on, and much more from day 25 on."""
        made: Sequence[Stroke] = super().strokes(turns)
        if made and not self.first_ns:
            self.first_ns = made[0].t_ns
        return [replace(one, volume_ul=one.volume_ul * self._share(one.t_ns)) for one in made]

    def _share(self, t_ns: int) -> float:
        days = (t_ns - self.first_ns) / _NS_PER_DAY
        return 1.30 if days > 25.0 else 1.05 if days > 20.0 else 1.0


@seeded(
    Defect(
        "A10",
        "a rate above 500 µL/h is dropped without a word and becomes 0",
        "A patient on a high dose gets nothing at all, while the pump says that it infuses.",
        "ACC-001",
        effect_percent=0.0,
        effect="−100 % above 500 µL/h, nothing below",
        says=("flow error", "books", "programme asks for"),
        source="oref0 #1395",
        plans=("test_plans/test_limits.py::test_what_the_pump_offers_it_delivers",),
    )
)
class HighRateBecomesNone(InfusionSchedule):
    """What is too much for it, it does not deliver."""

    def rate_nl_h(self, t_ns: int) -> int:
        """Ask for nothing where much is wanted."""
        wanted = super().rate_nl_h(t_ns)
        return 0 if wanted > _REFUSES_NL_H else wanted
