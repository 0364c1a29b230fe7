"""What is given in many parts, one by one: a square bolus against its straight line, and strokes."""

from collections.abc import Mapping, Sequence

import numpy as np

from reports.facts.charts import Axis, Band, Chart, Curve, Mark
from reports.facts.lines import limits_along
from reports.facts.run_facts import Graphs, ShownResult
from reports.facts.sheet import Sheet, names_of
from rig.errors import SeriesError


def evenness_graph(_sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return how far a square bolus was from its straight line, part by part."""
    result = results[0]
    details = result.said.details
    if "off_percent" not in details:
        raise SeriesError("its deviations are not known")
    off = np.array([float(value) for value in details["off_percent"]])
    # The deviation at both ends is nothing by definition.
    share = 100.0 * np.arange(len(off) + 2) / (len(off) + 1)
    limits = limits_along(result, np.array([0.0, 100.0]), np.ones(2))
    chart = Chart(
        name="evenness",
        title=f"Square bolus against its straight line: {names_of(results)}",
        caption=(
            "What was weighed less the straight line from the bolus's begin to its end, in percent of its volume. The "
            "farthest is the result."
        ),
        x=Axis("of the bolus's time", "%"),
        y=Axis("deviation", "%"),
        curves=(*limits, Curve("deviation", "balance", share, np.concatenate([[0.0], off, [0.0]]), "marked")),
        marks=(Mark("farthest", 100.0 * float(details["farthest_at_share"])),),
    )
    return Graphs((chart,))


def _how_well(details: Mapping[str, object]) -> str:
    """Return how well scatter and strokes are known; "" for a record of an earlier rig, which does not say."""
    sizes, times = details.get("u_volumes_ul"), details.get("u_at_s")
    if not isinstance(sizes, Sequence) or not isinstance(times, Sequence):
        return ""
    size_ul, time_s = (2.0 * float(np.median([float(one) for one in of])) for of in (sizes, times))
    low, high = (float(str(details[key])) for key in ("low_percent", "high_percent"))
    return (
        f" The scatter lies between {low:.2g} and {high:.2g} % (95 %). One stroke is known to {size_ul:.2g} µL, its "
        f"time to {time_s:.2g} s (k = 2, in the middle)."
    )


def strokes_graph(_sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the volume of each stroke, with their mean and what they scatter by."""
    result = results[0]
    details, number = result.said.details, result.number
    if "volumes_ul" not in details or number is None:
        raise SeriesError("no stroke was told from another")
    at_h, volume = (np.array([float(value) for value in details[key]]) for key in ("at_h", "volumes_ul"))
    mean, reach = float(details["stroke_ul"]), float(details["stroke_ul"]) * number.value / 100.0
    whole = np.array([at_h[0], at_h[-1]])
    curves = (
        Curve("mean + s", "envelope", whole, np.full(2, mean + reach)),
        Curve("mean − s", "envelope", whole, np.full(2, mean - reach)),
        Curve("mean", "programmed", whole, np.full(2, mean)),
        Curve("stroke", "dose", at_h, volume, "points"),
    )
    chart = Chart(
        name="strokes",
        title=f"Strokes one by one: {names_of(results)}",
        caption=(
            "Volume of each stroke as it was weighed. Shaded: mean ± the scatter s that is the result. The points "
            "scatter more: by the balance's noise, which the result has taken out." + _how_well(details)
        ),
        x=Axis("time since the window's begin", "h"),
        y=Axis("volume", "µL"),
        curves=curves,
        bands=(Band("mean ± s", 0, 1),),
    )
    return Graphs((chart,))
