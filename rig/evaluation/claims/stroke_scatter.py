"""How alike the strokes of a pump are: the scatter of their volumes, stroke by stroke."""

import math

import numpy as np

from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.weighed_window import weighed_window
from rig.metrology.dosing.cycles import Strokes, find_strokes
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the standard deviation of the volumes of a window's strokes, in percent of their mean.

    What the balance's noise adds is taken out. Raises SeriesError as `find_strokes` does: it takes at least 9 readings
    a stroke, and strokes that stand out of the noise.
    """
    window = weighed_window(recipe, reader)
    strokes = find_strokes(window.t_s, window.volume_ul, max_gap_s=window.readings.max_gap_s)
    budget, noise_percent = _scatter(strokes, window.u_relative)
    details = {
        "strokes": strokes.count,
        "stroke_ul": strokes.stroke_ul,
        "interval_s": strokes.interval_s,
        "noise_percent": noise_percent,
        "interval_scatter_percent": 100.0 * float(np.diff(strokes.t_s).std(ddof=1)) / strokes.interval_s,
        "volumes_ul": [float(volume) for volume in strokes.volume_ul],
        "at_h": [float(at) for at in strokes.t_s / 3600.0],
    }
    return Evaluation(budget, window.invalid, details)


def _scatter(strokes: Strokes, u_relative: float) -> tuple[Budget, float]:
    """Return the scatter without the noise of the plateaus, and that noise, both in percent of the mean stroke."""
    n, per_ul = strokes.count, 100.0 / strokes.stroke_ul
    seen_sq = float(strokes.volume_ul.var(ddof=1))
    noise_sq = float(np.mean(strokes.u_level_ul[:-1] ** 2 + strokes.u_level_ul[1:] ** 2))
    scatter = per_ul * math.sqrt(max(0.0, seen_sq - noise_sq))
    # A variance of n values is known to √(2/(n − 1)) of itself; its root near zero to the root of that.
    u_sq = per_ul**2 * max(seen_sq, noise_sq) * math.sqrt(2.0 / (n - 1))
    u = math.sqrt(u_sq) if scatter**2 < u_sq / 4.0 else u_sq / (2.0 * scatter)
    lines = [
        Component("number of strokes", "A", scatter, u, "%", 1.0, float(n - 1)),
        Component("scale", "B", 1.0, u_relative, "1", scatter),
    ]
    return combine(scatter, "%", lines), per_ul * math.sqrt(noise_sq)


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
