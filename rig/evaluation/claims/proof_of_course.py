"""What a daily proof asks of a known flow's strokes: that it comes as evenly, and is counted alike by pump and DAQ."""

import math

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation import inputs
from rig.evaluation.claims.proof_of_flow import COUNTED_BEFORE_NS, FEWEST, STROKE_UL, u_of_strokes
from rig.evaluation.columns import read_column
from rig.evaluation.definition import ClaimKind, GraphKind
from rig.evaluation.edges import counted_edges
from rig.evaluation.outcome import Evaluation
from rig.metrology.uncertainty.budget import Component, combine
from rig.quantities import S_PER_H
from rig.record.bodies.proofs import ReferenceRuns
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader
from rig.record.words import Stamped

# How often readings may stray by the stated repeatability besides a stroke.
_REPEATABILITIES = 5.0
# A line that is full, stiff and open is done with a flow so soon.
_SOON_S = 5.0
# By how much two counts of the same strokes may differ: a part of the volume, and strokes under way at the ends; half
# of one where both were counted often in between.
_SHARE, _STROKES, _STROKES_OFTEN = 0.005, 1.5, 0.5


def uneven(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by how much what is weighed of a known flow strays from a line, as a multiple of what strokes explain.

    That is a stroke and five times the stated repeatability. A needle above the liquid lets go of drops, and a tube
    that touches slips. Raises SeriesError for fewer than 8 readings.
    """
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    n = len(readings.mass_mg)
    if n < FEWEST:
        raise SeriesError(f"{n} readings of the balance in this window: {FEWEST} tell how evenly they go on")
    t_s = readings.t_s - readings.t_s.mean()
    off_mg = readings.mass_mg - np.polyval(np.polyfit(t_s, readings.mass_mg, 1), t_s)
    stray_mg = math.sqrt(float(off_mg @ off_mg) / (n - 2))
    stroke_ul = max(STROKE_UL, reader.start().dut.stroke_ul)
    # A µL weighs a mg, nearly enough for what is allowed.
    allowed_mg = stroke_ul + _REPEATABILITIES * inputs.weighing_facts(reader).repeatability_mg
    words = (
        f"what was weighed strayed by {stray_mg:.3f} mg from an even flow, where strokes and scatter explain "
        f"{allowed_mg:.2g} mg: it came in drops, or a tube that touches let go"
    )
    known = Component(
        "as many readings tell", "A", stray_mg, stray_mg / math.sqrt(2.0 * (n - 1)), "mg", 1.0 / allowed_mg
    )
    budget = combine(stray_mg / allowed_mg, "1", [known], [words] if stray_mg > allowed_mg else [])
    return Evaluation(budget, readings.invalid, {"stray_mg": stray_mg})


def edges_apart(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what the motor's edges are off the pump's own count of volume, as a multiple of what is allowed.

    That is half a per cent and half a stroke, or one and a half where neither was counted often in between: both count
    the same strokes, and no balance stands between.
    Raises SeriesError where one of them was not counted twice, or [dut] does not say what an edge stands for.
    """
    dut, stream = reader.start().dut, reader.start().in_role("pump")
    from_ns = recipe.from_ns - COUNTED_BEFORE_NS
    counts = counted_edges(reader, from_ns, recipe.to_ns)
    told_ul, series = read_column(reader, stream, "delivered", from_ns, recipe.to_ns)
    if min(len(counts), len(told_ul)) < 2 or not (dut.motor_edges_per_stroke and dut.stroke_ul):
        raise SeriesError(
            "motor's edges and pump's count were not both read twice, or [dut] does not say what they are"
        )
    edges = counts[-1].edges - counts[0].edges
    moved_ul = np.asarray([one.edges - counts[0].edges for one in counts]) * dut.stroke_ul / dut.motor_edges_per_stroke
    at_ns = np.asarray([one.at_ns for one in counts], np.int64)
    told_ul = np.interp(at_ns - series.t_ns[0], series.t_ns - series.t_ns[0], told_ul)
    counted_ul, n = float(told_ul[-1] - told_ul[0]), len(counts)
    at_s = (at_ns - at_ns[0]) / NS_PER_S
    apart_ul = float(np.polyfit(at_s, moved_ul - told_ul, 1)[0] * at_s[-1])
    allowed_ul = _SHARE * counted_ul + (_STROKES if n < FEWEST else _STROKES_OFTEN) * dut.stroke_ul
    words = (
        f"{counts[0].instrument} counted {edges} edges of the motor, {moved_ul[-1]:.4g} µL by [dut], as {stream} "
        f"counted {counted_ul:.4g} µL of its strokes itself"
    )
    u_ul = dut.stroke_ul * u_of_strokes(n)
    ends = Component("strokes under way", "B", float(moved_ul[-1]), u_ul, "µL", 1.0 / allowed_ul)
    return Evaluation(combine(apart_ul / allowed_ul, "1", [ends], [words]), details={"edges": edges})


def behind_stop(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate for how long (s) the known flow went on behind its stop: what came then, as so much time of that flow.

    A line keeps what its compliance takes up at the pressure of the flow, a stroke is ended: some seconds. Air, a soft
    tube or a narrow one makes it many. Of a pump that counts its strokes it is what the balance was behind its count.
    Raises SeriesError for fewer than 8 readings.
    """
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    told = [entry for entry in reader.events(ReferenceRuns) if entry.t_ns <= recipe.from_ns]
    n = len(readings.mass_mg)
    if n < FEWEST or not told:
        raise SeriesError(f"{n} readings of the balance behind a known flow: {FEWEST} tell what came then")
    late_mg = readings.mass_mg[-max(3, n // 3) :]
    scatter_mg = float(late_mg.std(ddof=1))
    came_mg = _behind_count_mg(told[-1], recipe, reader, len(late_mg))
    if came_mg is None:
        came_mg = float(late_mg.mean() - readings.mass_mg[0])
    # A µL weighs a mg, nearly enough for what is allowed.
    per_s = S_PER_H / told[-1].body.rate_ul_h
    u_mg = scatter_mg * math.sqrt(1.0 + 1.0 / len(late_mg))
    words = (
        f"{came_mg:.2f} mg came behind the stop of the known flow, as in {came_mg * per_s:.3g} s of it: there is air "
        "in the line, or it is soft or narrow"
    )
    scatter = Component("scatter of the readings", "A", came_mg, u_mg, "mg", per_s)
    budget = combine(came_mg * per_s, "s", [scatter], [words] if came_mg * per_s > _SOON_S else [])
    return Evaluation(budget, readings.invalid, {"came_mg": came_mg})


def _behind_count_mg(told: Stamped[ReferenceRuns], recipe: Recipe, reader: RecordReader, late: int) -> float | None:
    """Return by what the balance was behind the count of a pump as it flowed, mg, by the last so many readings."""
    from_ns = (told.t_ns + recipe.from_ns) // 2
    readings = inputs.weighing(reader, from_ns, recipe.to_ns)
    counted_ul = counted_by_pump(told.body, reader, from_ns, recipe.to_ns, readings.t_s)
    flowed = readings.t_s < (recipe.from_ns - from_ns) / NS_PER_S
    if counted_ul is None or int(flowed.sum()) < FEWEST:
        return None
    apart_mg = counted_ul - readings.mass_mg
    return float(apart_mg[flowed].mean() - apart_mg[-late:].mean())


def counted_by_pump(
    reference: ReferenceRuns, reader: RecordReader, from_ns: int, to_ns: int, t_s: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return what the pump under test had counted at times of a span (s since `from_ns`), µL: its newest word then.

    None for another reference, or for a pump that counts nothing.
    """
    pump = reader.start().in_role("pump")
    if reference.by not in ("pump", pump) or pump not in reader.streams():
        return None
    if all(one.name != "delivered" for one in reader.channels(pump)):
        return None
    told_ul, series = read_column(reader, pump, "delivered", from_ns, to_ns)
    if len(told_ul) < FEWEST:
        return None
    newest = np.searchsorted((series.t_ns - from_ns) / NS_PER_S, t_s, "right") - 1
    return np.asarray(told_ul[np.clip(newest, 0, None)] - told_ul[0], np.float64)


KINDS = (
    ClaimKind(
        name="flow behind a stop",
        unit="s",
        question="for how long a known flow went on behind its stop, by what came then, in s; of proofs",
        compute=behind_stop,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="motor edges beside the pump's count",
        unit="1",
        question="by what the motor's edges are off the pump's own count, as a multiple of what is allowed; of proofs",
        compute=edges_apart,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="known flow's unevenness",
        unit="1",
        question="by how much a known flow strays from a line, as a multiple of what strokes explain; of proofs",
        compute=uneven,
        graph=GraphKind.EVENTS,
    ),
)
