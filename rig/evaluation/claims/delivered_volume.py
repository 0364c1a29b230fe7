"""The volume delivered in a window, in µL."""

from dataclasses import dataclass

from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.programme import NS_PER_H, Programme
from rig.evaluation.steady_flow import steady_flow
from rig.evaluation.weighed_window import WeighedWindow, weighed_window
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.weighing.flow import FEWEST_READINGS, MeanFlow
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


@dataclass(frozen=True)
class WeighedVolume:
    """What the balance says was delivered in a window: its volume (µL).

    `flow` is the mean flow that the volume is of; None where several rates were asked for, where less came for a while
    (end points and regression disagree, and no jump upwards tells why), and where there are too few readings for one.
    """

    volume: Budget
    flow: MeanFlow | None
    window: WeighedWindow

    @property
    def invalid(self) -> tuple[str, ...]:
        """Return what makes results of the window invalid."""
        return self.window.invalid


def weighed_volume(recipe: Recipe, reader: RecordReader, programme: Programme | None = None) -> WeighedVolume:
    """Return the volume that was delivered in a window.

    Where one rate was asked for all through, and came, it is the mean flow times the time: two names of one number. Of
    a pump that stood still for a while no regression tells what came, and the weighing does. `programme` is what was
    asked for meanwhile, where that is not what the window's own case says. Raises SeriesError when the data allow no
    number.
    """
    window = weighed_window(recipe, reader, programme)
    flow = _steady_flow(recipe, reader, window)
    if flow is None:
        return WeighedVolume(window.between(0, len(window.t_s) - 1), None, window)
    # The window's end lies a nanosecond behind its last moment.
    return WeighedVolume(flow.volume((recipe.to_ns - 1 - recipe.from_ns) / NS_PER_H), flow, window)


def _steady_flow(recipe: Recipe, reader: RecordReader, window: WeighedWindow) -> MeanFlow | None:
    if not window.rate_ul_h or len(window.t_s) < FEWEST_READINGS:
        return None
    flow = steady_flow(recipe, reader, window.readings, window.rate_ul_h)
    return flow if flow.agree or flow.jumped_mg > 0.0 else None


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the volume delivered."""
    weighed = weighed_volume(recipe, reader)
    return Evaluation(weighed.volume, weighed.invalid)


KINDS = (
    ClaimKind(
        name="delivered volume",
        unit="µL",
        question="the volume delivered, in µL",
        compute=compute,
        graph=GraphKind.PROGRAMME,
        panel=ResultPanel("Delivered volume", 1),
    ),
)
