"""The drift of the pump's clock against the rig's, in ppm."""

import numpy as np

from rig.clock import NS_PER_S
from rig.errors import MisfitError
from rig.evaluation import inputs
from rig.evaluation.columns import read_column
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.metrology.dosing.pump_clock import clock_drift
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_CHANNEL = "clock_offset"
# A clock that tells whole seconds; a finer one is claimed with its own step, and is then known better.
_RESOLUTION_S = 1.0


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate how fast the pump's clock runs, from its comparisons with the rig's in a window.

    Raises SeriesError when the pump tells no clock, when it was set in the window, and as `clock_drift` does.
    """
    pump = reader.start().in_role("pump")
    if pump not in reader.streams() or _CHANNEL not in {one.name for one in reader.channels(pump)}:
        raise MisfitError("the run recorded no clock of the pump: its drift is not known")
    offset_s, series = read_column(reader, pump, _CHANNEL, recipe.from_ns, recipe.to_ns)
    # A status that is asked for twice at one moment of virtual time is one comparison of clocks.
    t_ns, at = np.unique(series.t_ns, return_index=True)
    rig_s = np.asarray((t_ns - recipe.from_ns) / NS_PER_S, np.float64)
    facts = inputs.weighing_facts(reader)
    found = clock_drift(
        rig_s,
        rig_s + offset_s[at],
        resolution_s=float(recipe.parameters.get("resolution_s") or _RESOLUTION_S),
        u_read_s=facts.u_stamp_s,
        u_rig_ppm=facts.clock_ppm,
    )
    details = {"offset_s": found.offset.value, "per_day_s": found.per_day.value, "span_s": found.span_s}
    return Evaluation(found.drift, inputs.standing_invalid(reader, recipe.to_ns), details)


KINDS = (
    ClaimKind(
        name="pump clock drift",
        unit="ppm",
        question="how much too fast the pump's clock runs, in ppm",
        compute=compute,
        parameters={"resolution_s": "the step in which the pump tells time, s; 1 where left out"},
        graph=GraphKind.CLOCK,
        panel=ResultPanel("Drift of the pump's clock", 1),
    ),
)
