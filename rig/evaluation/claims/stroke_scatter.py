"""How alike the strokes of a pump are: the scatter of their volumes, stroke by stroke."""

import math

import numpy as np

from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.weighed_window import weighed_window
from rig.metrology.dosing.cycles import find_strokes
from rig.metrology.dosing.stroke_scatter import stroke_scatter
from rig.metrology.uncertainty.budget import Component, combine
from rig.quantities import S_PER_H
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the standard deviation of the volumes of a window's strokes, in percent of their mean.

    What the balance's noise adds is taken out. Raises SeriesError as `find_strokes` does: it takes at least 9 readings
    a stroke, and strokes that stand out of the noise.
    """
    window = weighed_window(recipe, reader)
    c = window.corrections
    u_loss_ul_h = c.per_mg * math.hypot(c.evaporation.u_mg_h, c.evaporation.u_between_mg_h)
    strokes = find_strokes(window.t_s, window.volume_ul, max_gap_s=window.readings.max_gap_s, u_loss_ul_h=u_loss_ul_h)
    found = stroke_scatter(strokes)
    details = {
        "strokes": strokes.count,
        "stroke_ul": strokes.stroke_ul,
        "interval_s": strokes.interval_s,
        "low_percent": found.low_percent,
        "high_percent": found.high_percent,
        "noise_percent": found.noise_percent,
        "interval_scatter_percent": 100.0 * float(np.diff(strokes.t_s).std(ddof=1)) / strokes.interval_s,
        "volumes_ul": [float(volume) for volume in strokes.volume_ul],
        "u_volumes_ul": np.hypot(strokes.u_volume_ul, window.u_relative * strokes.volume_ul).tolist(),
        "at_h": [float(at) for at in strokes.t_s / S_PER_H],
        "u_at_s": [float(u) for u in strokes.u_t_s],
    }
    lines = [
        Component("number of strokes", "A", found.percent, found.u_percent, "%", 1.0, float(strokes.count - 1)),
        Component("scale", "B", 1.0, window.u_relative, "1", found.percent),
    ]
    return Evaluation(combine(found.percent, "%", lines), window.invalid, details)


KINDS = (
    ClaimKind(
        name="stroke scatter",
        unit="%",
        question="the standard deviation of the strokes' volumes, in percent of their mean",
        compute=compute,
        graph=GraphKind.STROKES,
        panel=ResultPanel("Scatter of strokes"),
    ),
)
