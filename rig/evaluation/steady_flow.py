"""The flow of a window that asks for one rate: mean flow and volume are two questions to one answer."""

from rig.evaluation import inputs
from rig.evaluation.inputs import Weighing
from rig.metrology.weighing.flow import MeanFlow, mean_flow
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def steady_flow(recipe: Recipe, reader: RecordReader, readings: Weighing, programmed_ul_h: float) -> MeanFlow:
    """Return the flow of a recipe's window, in which `readings` were made and one rate was asked for all through.

    Raises SeriesError when there is no zero-flow run on either side, no air, or as `mean_flow` does.
    """
    return mean_flow(
        readings.t_s,
        readings.mass_mg,
        programmed_ul_h=programmed_ul_h,
        corrections=inputs.corrections(reader, recipe),
        stroke_ul=inputs.stroke_ul(reader),
        around=inputs.surroundings(reader, recipe),
        max_gap_s=readings.max_gap_s,
    )
