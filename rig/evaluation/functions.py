"""The evaluations that recipes name. Each reads its inputs from the record and returns a budget."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rig.errors import PlanError
from rig.evaluation import inputs, looks
from rig.evaluation.looks import with_strokes
from rig.metrology.bolus import BolusSeries, evaluate_series
from rig.metrology.budget import Budget, Component, combine
from rig.metrology.flow import mean_flow, volume_delivered
from rig.record import RecordReader
from rig.window import Recipe


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A result with its budget, what makes it invalid all the same, and details that a reader may want.

    `coverage_k` is the coverage factor to judge with when it is not the limit's own: that of a look.
    """

    budget: Budget
    invalid: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    coverage_k: float | None = None


def evaluate(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Compute what a recipe describes from raw samples.

    Raises PlanError for an evaluation that is not known, MetrologyError when the data allow no number.
    """
    if recipe.function not in _FUNCTIONS:
        raise PlanError(f"there is no evaluation {recipe.function!r}; there are {', '.join(_FUNCTIONS)}")
    return _FUNCTIONS[recipe.function](recipe, reader)


def known_functions() -> tuple[str, ...]:
    """Return the names of the evaluations."""
    return tuple(_FUNCTIONS)


def _mean_flow_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    evaporation = inputs.evaporation_around(reader, recipe)
    flow = mean_flow(
        readings.t_s,
        readings.mass_mg,
        programmed_ul_h=recipe.parameters["programmed_ul_h"],
        evaporation=evaporation,
        ambient=inputs.ambient_of(reader, recipe.from_ns, recipe.to_ns),
        balance=inputs.balance_of(reader),
        delivery=inputs.delivery_of(reader),
        max_gap_s=readings.max_gap_s,
    )
    details = {
        "flow_ul_h": flow.flow.value,
        "u_flow_ul_h": flow.flow.u,
        "regression_ul_h": flow.regression_ul_h,
        "end_point_and_regression_agree": flow.agree,
    }
    invalid = (*inputs.standing_invalid(reader), *readings.invalid)
    error = with_strokes(flow.error, inputs.stroke_ul(reader), recipe.parameters["programmed_ul_h"], readings.t_s)
    if "looks_hours" not in recipe.parameters:
        return Evaluation(error, invalid, details)
    plan = looks.plan_of_looks(
        reader,
        recipe.from_ns,
        recipe.to_ns,
        programmed_ul_h=recipe.parameters["programmed_ul_h"],
        looks_hours=recipe.parameters["looks_hours"],
        evaporation=evaporation,
        k=recipe.parameters["coverage_k"],
    )
    look = recipe.parameters["look"]
    return Evaluation(error, invalid, details | looks.details(plan, look), plan.k[look])


def _delivered_volume(recipe: Recipe, reader: RecordReader) -> Evaluation:
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    last_s = float(readings.t_s[-1]) if len(readings.t_s) else 0.0
    budget = _volume(recipe, reader, readings, (0.0, 0.0), (last_s, last_s))
    return Evaluation(budget, (*inputs.standing_invalid(reader), *readings.invalid))


def _mean_bolus_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    series, invalid = _bolus_series(recipe, reader)
    return Evaluation(series.mean_error, invalid, _bolus_details(series))


def _largest_bolus_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    series, invalid = _bolus_series(recipe, reader)
    worst = max((series.largest_percent, series.smallest_percent), key=abs)
    single, common = _single_and_common(recipe, reader)
    percent_per_ul = 100.0 / series.programmed_ul
    budget = combine(
        worst,
        "%",
        [
            Component("weighing of one bolus", "A", 0.0, single, "µL", percent_per_ul),
            Component("common to all boluses", "B", 0.0, common, "µL", percent_per_ul),
        ],
    )
    return Evaluation(budget, invalid, _bolus_details(series))


_FUNCTIONS: dict[str, Callable[[Recipe, RecordReader], Evaluation]] = {
    "mean flow error": _mean_flow_error,
    "delivered volume": _delivered_volume,
    "mean bolus error": _mean_bolus_error,
    "largest bolus error": _largest_bolus_error,
}

# Budget lines that fall anew for each bolus; the others shift all boluses of a series alike.
_INDEPENDENT = frozenset({"repeatability of start and end", "wander of the balance", "resolution", "capillary force"})


def _dose_budgets(recipe: Recipe, reader: RecordReader) -> tuple[list[Budget], tuple[str, ...]]:
    """Weigh each dose between the plateau before its command and the plateau at its end."""
    plateau_s = recipe.parameters["plateau_minutes"] * 60.0
    budgets = []
    invalid = list(inputs.standing_invalid(reader))
    for begin_ns, end_ns in recipe.parameters["doses"]:
        first_ns = begin_ns - round(plateau_s * 1e9)
        readings = inputs.weighing(reader, first_ns, end_ns)
        invalid.extend(readings.invalid)
        end_s = (end_ns - first_ns) / 1e9
        budgets.append(_volume(recipe, reader, readings, (0.0, plateau_s), (end_s - plateau_s, end_s)))
    return budgets, tuple(dict.fromkeys(invalid))


def _volume(
    recipe: Recipe,
    reader: RecordReader,
    readings: inputs.Weighing,
    before_s: tuple[float, float],
    after_s: tuple[float, float],
) -> Budget:
    return volume_delivered(
        readings.t_s,
        readings.mass_mg,
        before_s=before_s,
        after_s=after_s,
        evaporation=inputs.evaporation_around(reader, recipe),
        ambient=inputs.ambient_of(reader, recipe.from_ns, recipe.to_ns),
        balance=inputs.balance_of(reader),
        delivery=inputs.delivery_of(reader),
        max_gap_s=readings.max_gap_s,
    )


def _bolus_series(recipe: Recipe, reader: RecordReader) -> tuple[BolusSeries, tuple[str, ...]]:
    budgets, invalid = _dose_budgets(recipe, reader)
    singles, common = _split(budgets)
    series = evaluate_series(
        [budget.value for budget in budgets],
        singles,
        recipe.parameters["programmed_ul"],
        u_common_ul=common,
    )
    return series, invalid


def _single_and_common(recipe: Recipe, reader: RecordReader) -> tuple[float, float]:
    singles, common = _split(_dose_budgets(recipe, reader)[0])
    return max(singles), common


def _split(budgets: list[Budget]) -> tuple[list[float], float]:
    """Split each dose's uncertainty into what falls anew each time and the largest of what all share, in µL."""

    def part(budget: Budget, *, independent: bool) -> float:
        lines = [c.contribution for c in budget.components if (c.name in _INDEPENDENT) is independent]
        return float(sum(u * u for u in lines) ** 0.5)

    singles = [part(budget, independent=True) for budget in budgets]
    return singles, max(part(budget, independent=False) for budget in budgets)


def _bolus_details(series: BolusSeries) -> dict[str, Any]:
    return {
        "boluses": series.n,
        "mean_ul": series.mean_ul,
        "error_percent": [float(error) for error in series.error_percent],
        "tolerance_lower_percent": series.tolerance.lower,
        "tolerance_upper_percent": series.tolerance.upper,
    }
