"""Catheter, pressure, surroundings: what happens to a dose between the pump and where it should arrive."""

from dataclasses import replace

from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import Turns
from instruments.plant.line import NS_PER_H, Stroke
from qualification.bench_tables import BenchTables
from qualification.defect import Defect, seeded

_HALF_AN_HOUR_AND_8_MIN_NS = 38 * 60_000_000_000
_PULLS_KPA = -2.5
_LEAKS_AT_FIRST_UL = 14_000.0
_LEAKS_UL_DAY = 3_500.0
# Long enough for a plan to have begun: it is weighed at zero flow before.
_FROM_H = 6.0


@seeded(
    Defect(
        "N1",
        "the catheter leaks 30 % from hour 6 on",
        "A third of the drug runs under the skin, and the pump cannot know it.",
        "ACC-001",
        effect_percent=-30.0,
        says=("leak",),
        source="catheter, 50.3 % of device faults",
        plans=("test_plans/test_basal.py::test_an_infusion_starts_up_in_time",),
    )
)
def catheter_leaks(bench: BenchTables) -> None:
    """The line loses a share before the vessel."""
    bench.laboratory.update({"line_leak_percent": 30.0, "line_leak_from_h": _FROM_H})


@seeded(
    Defect(
        "N2",
        "the catheter comes off at hour 6",
        "Nothing reaches the spinal canal, and the pump cannot know it.",
        "ACC-001",
        effect_percent=-100.0,
        says=("leak", "lost on the way", "disconnect"),
        source="ring notice 2014",
        plans=("test_plans/test_basal.py::test_an_infusion_starts_up_in_time",),
    )
)
def catheter_is_off(bench: BenchTables) -> None:
    """Nothing arrives any more."""
    bench.challenge("disconnection", at_h=_FROM_H)


@seeded(
    Defect(
        "N3",
        "the catheter is occluded from hour 6 to hour 12 and then released",
        "Six hours without drug, and then what the line stored at once.",
        "ACC-001",
        effect="0 for six hours, then up to compliance × pressure at once",
        says=("occlu", "line_pressure"),
        source="GIP 1.10",
        plans=("test_plans/test_surroundings.py::test_a_tip_that_is_moved_changes_no_dose",),
    )
)
def catheter_is_occluded(bench: BenchTables) -> None:
    """Closed, and open again."""
    bench.challenge("occlusion", at_h=_FROM_H, for_h=6.0)


@seeded(
    Defect(
        "N4",
        "a kinked catheter opens with the pulse and loses a tenth",
        "A tenth of the drug is lost, now more, now less.",
        "ACC-001",
        effect_percent=-10.0,
        effect="a fifth, each second quarter of an hour",
        says=("leak", "flow error"),
        source="GIP 1.7",
        plans=("test_plans/test_basal.py::test_basal_rate_is_accurate",),
    )
)
def kink_opens_with_the_pulse(bench: BenchTables) -> None:
    """Leaks now and then."""
    for turn in range(60):
        bench.challenge("leak", at_h=_FROM_H + turn / 2.0, for_h=0.25, share_percent=20.0)


class _ForSomeHours(Mechanism):
    """Moves another volume with each stroke for some hours from the second on."""

    share, hours = 1.0, 0.0
    lived_ns = 0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move more or less, for a while."""
        self.lived_ns += turns.spell.to_ns - turns.spell.from_ns
        made = super().strokes(turns)
        if not 2.0 < self.lived_ns / NS_PER_H <= 2.0 + self.hours:
            return made
        return [replace(one, volume_ul=self.share * one.volume_ul) for one in made]


class MoreAtAltitude(_ForSomeHours):
    """A reservoir that is not tight against the air's pressure."""

    share, hours = 1.05, 3.0


@seeded(
    Defect(
        "N5",
        "at 2500 m it delivers 5 % more for 3 h",
        "In an aeroplane the patient gets a little more.",
        "7.1.3",
        effect_percent=5.0,
        says=("flow", "asks for"),
        plans=("test_plans/test_surroundings.py::test_straining_changes_no_dose",),
        source="limits of insulin pumps",
    )
)
def more_at_altitude(bench: BenchTables) -> None:
    """Thin air about the bench, and a pump that feels it."""
    bench.challenge("ambient_pressure", at_h=_FROM_H, for_h=3.0, hpa=750.0)
    bench.table("instruments", "pump", "twin", "parts")["mechanism"] = f"{__name__}:{MoreAtAltitude.__name__}"


@seeded(
    Defect(
        "N6",
        "at 40 °C it delivers 2 % more",
        "With a fever the patient gets a little more.",
        "7.1.1",
        effect_percent=2.0,
        says=("flow",),
        source="GIP 7.1.1",
    )
)
def more_with_a_fever(bench: BenchTables) -> None:
    """A propellant whose pressure enlarges each stroke: by 2 % from 22 to 40 °C."""
    bench.twin("pump")["stroke_percent_per_kpa"] = 0.0306


@seeded(
    Defect(
        "N7",
        "the septum leaks: 14 mL at once, then 3.5 mL a day",
        "A month's drug runs into the pocket under the skin; what arrives is right until the pump is dry.",
        "IT-02",
        effect="nothing at the tip until the reservoir is dry",
        says=("leak", "reservoir", "last 4 mL"),
        source="ner 2012",
        plans=("test_plans/test_reservoir.py::test_the_last_four_millilitres_are_delivered_and_an_empty_pump_says_so",),
    )
)
class LeaksAtTheSeptum(Mechanism):
    """Holds less than the pump believes, and less with every hour."""

    lost_ns = 0
    lost_ul = 0.0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move strokes, of what is left."""
        self.lost_ns += turns.spell.to_ns - turns.spell.from_ns
        gone_ul = _LEAKS_UL_DAY * self.lost_ns / NS_PER_H / 24.0
        if self._content_ul > 2.0 * _LEAKS_AT_FIRST_UL:
            gone_ul += _LEAKS_AT_FIRST_UL
        self._content_ul = max(0.0, self._content_ul - max(0.0, gone_ul - self.lost_ul))
        self.lost_ul = max(self.lost_ul, gone_ul)
        return super().strokes(turns)


@seeded(
    Defect(
        "N8",
        "air in the line: 40 µL",
        "In place of an hour's drug the patient gets air.",
        "ACC-001",
        effect="−40 µL once, and a soft line meanwhile",
        says=("asks for", "air", "flow error"),
        source="GIP 1.6",
        plans=("test_plans/test_surroundings.py::test_a_tip_that_is_moved_changes_no_dose",),
    )
)
def air_in_the_line(bench: BenchTables) -> None:
    """A bubble near the pump at hour 6."""
    bench.laboratory["line_volume_ul"] = 20.0
    bench.challenge("bubble", at_h=_FROM_H, volume_ul=40.0)


@seeded(
    Defect(
        "N9",
        "the pump stands still for 38 minutes when the catheter's tip is lowered by half a metre",
        "The patient sits up, and gets nothing for more than half an hour.",
        "7.1.3",
        effect="nothing for 38 minutes",
        says=("flow while the tip moves", "programme", "books"),
        plans=("test_plans/test_surroundings.py::test_a_tip_that_is_moved",),
        source="Panomat",
    )
)
class StandsWhenLowered(Mechanism):
    """A valve closes when the line pulls, and opens again by and by."""

    stands_until_ns = 0
    pulled = False

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move nothing for a while once the line pulls."""
        pulls = turns.line_kpa < _PULLS_KPA
        if pulls and not self.pulled:
            self.stands_until_ns = turns.spell.from_ns + _HALF_AN_HOUR_AND_8_MIN_NS
        self.pulled = pulls
        made = super().strokes(turns)
        return [replace(one, volume_ul=0.0) if one.t_ns < self.stands_until_ns else one for one in made]


_A_GUSH_UL = 6.0
_FALLS_KPA = 8.0


@seeded(
    Defect(
        "N10",
        "when the pressure at the catheter's tip falls, 6 µL come at once",
        "Each time the patient has coughed she gets a part of a bolus.",
        "7.1.3",
        effect="6 µL with each fall of 8 kPa and more",
        says=("volume", "asks for"),
        plans=("test_plans/test_surroundings.py::test_pressure_that_comes_and_goes_changes_no_dose",),
        source="class of a valve that is held open by what presses on it",
    )
)
class GushesWhenRelieved(Mechanism):
    """A valve that swings when what presses on it is gone."""

    pressed_kpa = 0.0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move more with the stroke behind a fall."""
        made = super().strokes(turns)
        if not made:
            return made
        fell = self.pressed_kpa - turns.line_kpa > _FALLS_KPA
        self.pressed_kpa = turns.line_kpa
        return [replace(made[0], volume_ul=made[0].volume_ul + _A_GUSH_UL), *made[1:]] if fell else made


_MELTS_C = 38.0
_PASSES_UL_H = 15.0


@seeded(
    Defect(
        "N11",
        "above 38 °C the valve does not close: 15 µL/h pass the motor, in delivery and at rest",
        "A patient with a fever gets drug that nobody ordered, and more of it the lower her dose is.",
        "7.1.1",
        effect="15 µL/h besides, while it is warm",
        says=("flow", "gain", "rest"),
        plans=("test_plans/test_surroundings.py::test_warmth_changes_no_dose[40.0-20.0]",),
        source="class of a seal that softens",
    )
)
class LeaksInAFever(Mechanism):
    """A seal that softens."""

    @property
    def feels_warmth(self) -> bool:
        """Say so: it is told how warm it is."""
        return True

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Let pass what the valve does not hold, beside what the motor moves."""
        made = super().strokes(turns)
        if self._liquid_c <= _MELTS_C:
            return made
        spell = turns.spell
        passed_ul = min(self._content_ul, _PASSES_UL_H * (spell.to_ns - spell.from_ns) / NS_PER_H)
        self._content_ul -= passed_ul
        return [*made, Stroke(spell.to_ns - 1, passed_ul, 0)] if passed_ul else made
