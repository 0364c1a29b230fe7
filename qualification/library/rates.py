"""Rate, units and rounding: the pump infuses, but not what it was told."""

from dataclasses import replace

from instruments.intrathecal_pump.simulated.spell import Spell
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from qualification.bench_tables import BenchTables
from qualification.defect import Defect, seeded

_SATURATES_NL_H = 800_000


@seeded(
    Defect(
        "A1",
        "delivers {size} % at all rates",
        "Day and night the patient gets {size} % of drug beyond what was prescribed, and nothing tells of it.",
        "ACC-001",
        says=("flow error", "books"),
        source="over-infusion notice",
    ),
    sizes=(1.0, 3.0, 5.0, 10.0, 14.5, 30.0),
)
def rate_is_off(bench: BenchTables, percent: float) -> None:
    """The mechanism moves more with each stroke than the firmware believes."""
    bench.twin("pump")["rate_error_percent"] = percent


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
