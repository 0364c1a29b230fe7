"""The windows that slide over a span, one by one: the error of the mean flow in each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reports.facts.charts import Axis, Band, Chart, Curve
from reports.facts.limit_curves import limit_curves
from reports.facts.run_facts import Graphs, ShownResult
from reports.facts.sheet import Sheet
from rig.errors import SeriesError
from rig.record.bodies.codec import Json


def windows_graph(_sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the windows of each result one by one; raises SeriesError for results without any."""
    shown = [one for one in results if "error_percent" in one.said.details]
    if not shown:
        raise SeriesError("no window was weighed")
    return Graphs(tuple(windows_chart(one) for one in shown))


def windows_chart(result: ShownResult) -> Chart:
    """Return the error of each window of a result whose details hold `error_percent`, with its uncertainty."""
    details = result.said.details
    begin_h, error, u = (_numbers(details[key]) for key in ("begin_h", "error_percent", "u_percent"))
    # What each window was decided with; windows that no limit judged one by one have none.
    expanded = _numbers(details["guard_bands"]) if "guard_bands" in details else 2.0 * u
    minutes = float(details["minutes"])
    whole = np.array([begin_h[0], begin_h[-1]])
    curves = [*limit_curves(result, whole)] if "percent" not in details else []
    if "percent" in details:
        bound = float(details["percent"])
        curves = [
            Curve(f"{side} bound", "limit", whole, np.full(2, sign * bound))
            for side, sign in (("upper", 1), ("lower", -1))
        ]
    bands = (Band("U", len(curves), len(curves) + 1),)
    curves += [
        Curve("upper end of U", "envelope", begin_h, error + expanded),
        Curve("lower end of U", "envelope", begin_h, error - expanded),
        Curve(f"{minutes:g} min", "balance", begin_h, error, "marked"),
    ]
    return Chart(
        name="windows",
        title=f"Windows of {minutes:g} min: {result.name}",
        caption=(
            f"Mean flow of each {minutes:g} min against what was programmed for these minutes, over the window's begin "
            "in hours. Shaded: its expanded uncertainty."
        ),
        x=Axis("begin of the window", "h"),
        y=Axis("error", "%"),
        curves=tuple(curves),
        bands=bands,
    )


def _numbers(values: Sequence[Json]) -> NDArray[np.float64]:
    return np.array([float(value) for value in values])
