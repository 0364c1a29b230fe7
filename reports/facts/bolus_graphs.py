"""The boluses of a series one by one."""

import numpy as np

from reports.facts.charts import Axis, Band, Chart, Curve
from reports.facts.limit_curves import limit_curves
from reports.facts.run_facts import ShownResult


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
        title="Boluses one by one",
        caption=(
            "Error of each bolus against its programmed volume. Shaded: with 95 % confidence, 95 % of all boluses at "
            "this setting lie within. Limits are those for the mean."
        ),
        x=Axis("bolus", "", ticks=tuple(number.tolist())),
        y=Axis("error", "%"),
        curves=tuple(curves),
        bands=bands,
    )
