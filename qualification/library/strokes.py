"""The stroke mechanism: single strokes that are lost, doubled, too small or out of time."""

from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import Turns
from instruments.plant.line import Stroke
from qualification.defect import Defect, seeded


@seeded(
    Defect(
        "B2",
        "one stroke in 33 is lost, and the counter goes on",
        "The patient gets 3 % less than prescribed, and the pump's own books say that all was given.",
        "ACC-001",
        effect_percent=-100 / 33,
        says=("books", "edges"),
        source="GIP 1.20, 4.x",
    )
)
class OneStrokeIn33IsLost(Mechanism):
    """The motor turns and each 33rd time nothing comes of it."""

    turned = 0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move nothing with each 33rd stroke."""
        made = []
        for stroke in super().strokes(turns):
            self.turned += 1
            if self.turned % 33:
                made.append(stroke)
        return made
