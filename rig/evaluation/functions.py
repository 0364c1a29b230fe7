"""The evaluations that recipes name. Each reads its inputs from the record and returns a budget."""

from collections.abc import Callable

from rig.errors import PlanError
from rig.evaluation import boluses, inputs, looks
from rig.evaluation.result import Evaluation
from rig.metrology.weighing.flow import mean_flow, volume_delivered
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def evaluate(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Compute what a recipe describes from raw samples.

    Raises PlanError for an evaluation that is not known, MetrologyError when the data allow no number.
    """
    if recipe.function not in _FUNCTIONS:
        raise PlanError(f"there is no evaluation {recipe.function!r}; there are {', '.join(_FUNCTIONS)}")
    return _FUNCTIONS[recipe.function](recipe, reader)


def unit_of(function: str) -> str:
    """Return the unit that an evaluation's results are in; raises PlanError for one that is not known."""
    if function not in _UNITS:
        raise PlanError(f"there is no evaluation {function!r}; there are {', '.join(_FUNCTIONS)}")
    return _UNITS[function]


def known_functions() -> tuple[str, ...]:
    """Return the names of the evaluations."""
    return tuple(_FUNCTIONS)


def _mean_flow_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    programmed_ul_h = recipe.parameters["programmed_ul_h"]
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    c = inputs.corrections(reader, recipe)
    flow = mean_flow(
        readings.t_s,
        readings.mass_mg,
        programmed_ul_h=programmed_ul_h,
        evaporation=c.evaporation,
        ambient=c.ambient,
        balance=c.balance,
        delivery=c.delivery,
        max_gap_s=readings.max_gap_s,
    )
    error = looks.with_strokes(flow.error, inputs.stroke_ul(reader), programmed_ul_h, readings.t_s)
    invalid = (*inputs.standing_invalid(reader), *readings.invalid)
    details = {
        "flow_ul_h": flow.flow.value,
        "u_flow_ul_h": flow.flow.u,
        "regression_ul_h": flow.regression_ul_h,
        "end_point_and_regression_agree": flow.agree,
    }
    if "looks_hours" not in recipe.parameters:
        return Evaluation(error, invalid, details)
    plan = looks.plan_of_looks(
        reader,
        recipe.from_ns,
        recipe.to_ns,
        programmed_ul_h=programmed_ul_h,
        looks_hours=recipe.parameters["looks_hours"],
        evaporation=c.evaporation,
        k=recipe.parameters["coverage_k"],
    )
    look = recipe.parameters["look"]
    return Evaluation(error, invalid, details | looks.details(plan, look), plan.k[look])


def _delivered_volume(recipe: Recipe, reader: RecordReader) -> Evaluation:
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    last_s = float(readings.t_s[-1]) if len(readings.t_s) else 0.0
    c = inputs.corrections(reader, recipe)
    budget = volume_delivered(
        readings.t_s,
        readings.mass_mg,
        before_s=(0.0, 0.0),
        after_s=(last_s, last_s),
        evaporation=c.evaporation,
        ambient=c.ambient,
        balance=c.balance,
        delivery=c.delivery,
        max_gap_s=readings.max_gap_s,
    )
    return Evaluation(budget, (*inputs.standing_invalid(reader), *readings.invalid))


_FUNCTIONS: dict[str, Callable[[Recipe, RecordReader], Evaluation]] = {
    "mean flow error": _mean_flow_error,
    "delivered volume": _delivered_volume,
    "mean bolus error": boluses.mean_bolus_error,
    "largest bolus error": boluses.largest_bolus_error,
    "bolus volume": boluses.bolus_volume,
}
_UNITS = {name: "µL" if name.endswith("volume") else "%" for name in _FUNCTIONS}
