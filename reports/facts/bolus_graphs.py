"""The boluses of a series one by one: their errors, or their volumes."""

from collections.abc import Sequence

import numpy as np

from reports.facts.charts import Axis, Band, Chart, Curve
from reports.facts.limit_curves import limit_curves
from reports.facts.run_facts import Graphs, ShownResult
from reports.facts.sheet import Sheet, names_of
from rig.errors import SeriesError

LARGEST = "largest bolus error"
_OF_LIMITS = {True: "Limits are those for each bolus.", False: "Limits are those for the mean."}


def doses_graph(_sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the errors of a window's boluses, or their volumes where none of the results has errors.

    Raises SeriesError when no bolus was weighed.
    """
    errors = [one for one in results if "error_percent" in one.said.details]
    if errors:
        return Graphs(tuple(bolus_chart(one) for one in errors))
    volumes = next((one for one in results if "volume_ul" in one.said.details), None)
    if volumes is None:
        raise SeriesError("no bolus was weighed")
    volume = np.array([float(one) for one in volumes.said.details["volume_ul"]])
    number = np.arange(1.0, len(volume) + 1.0)
    chart = Chart(
        name="boluses",
        title=f"Boluses one by one: {names_of(results)}",
        caption="Volume of each bolus as it was weighed; all together are the result.",
        x=Axis("bolus", "", ticks=tuple(number.tolist())),
        y=Axis("volume", "µL"),
        curves=(Curve("bolus", "dose", number, volume, "points"),),
    )
    return Graphs((chart,))


def bolus_chart(result: ShownResult) -> Chart:
    """Return the error of each bolus of a result whose details hold `error_percent`, with mean and tolerance."""
    errors = np.array([float(error) for error in result.said.details["error_percent"]])
    number = np.arange(1.0, len(errors) + 1.0)
    whole = np.array([0.5, len(errors) + 0.5])
    curves = [*limit_curves(result, whole)]
    bands: tuple[Band, ...] = ()
    sides = [result.said.details.get(f"tolerance_{side}_percent") for side in ("upper", "lower")]
    if None not in sides:
        bands = (Band("tolerance interval 95 %/95 %", len(curves), len(curves) + 1),)
        curves += [
            Curve(f"tolerance interval, {name}", "envelope", whole, np.full(2, float(value)))
            for name, value in zip(("upper", "lower"), sides, strict=True)
            if value is not None
        ]
    curves += [
        Curve("mean", "programmed", whole, np.full(2, float(errors.mean()))),
        Curve("bolus", "dose", number, errors, "points"),
    ]
    return Chart(
        name="boluses",
        title=f"Boluses one by one: {result.name}",
        caption=(
            "Error of each bolus against its programmed volume. Shaded: with 95 % confidence, 95 % of all boluses at "
            "this setting lie within. "
            f"{_OF_LIMITS[result.recipe.function == LARGEST]}"
        ),
        x=Axis("bolus", "", ticks=tuple(number.tolist())),
        y=Axis("error", "%"),
        curves=tuple(curves),
        bands=bands,
    )
