"""The mean flow's error against what was programmed, in percent."""

from rig.evaluation import inputs, looks
from rig.evaluation.commanded import with_rate
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.steady_flow import steady_flow
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the mean flow error; a window that was stopped at a look is judged with that look's k."""
    programmed_ul_h = recipe.parameters["programmed_ul_h"]
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    flow = steady_flow(recipe, reader, readings, programmed_ul_h)
    error = flow.error
    invalid = (*inputs.standing_invalid(reader, recipe.to_ns), *readings.invalid)
    details = {
        "flow_ul_h": flow.flow.value,
        "u_flow_ul_h": flow.flow.u,
        "regression_ul_h": flow.regression_ul_h,
        "end_point_and_regression_agree": flow.agree,
        "stroke_ul": flow.stroke_ul,
    }
    if "looks_hours" not in recipe.parameters:
        return Evaluation(error, invalid, details)
    plan = looks.plan_of_looks(
        reader,
        recipe.from_ns,
        recipe.to_ns,
        programmed_ul_h=programmed_ul_h,
        looks_hours=recipe.parameters["looks_hours"],
        evaporation=inputs.evaporation_around(reader, recipe),
        k=recipe.parameters["coverage_k"],
    )
    look = recipe.parameters["look"]
    return Evaluation(error, invalid, details | looks.details(plan, look), plan.k[look])


KINDS = (
    ClaimKind(
        name="mean flow error",
        unit="%",
        question="the mean flow's error against the programmed rate, in percent",
        compute=compute,
        parameters={
            "programmed_ul_h": "the programmed rate; left out, it is that of the record's commands",
            "looks_hours": "looks at which the measurement could stop, hours after the window's begin",
            "look": "the look that stopped it, from 0",
            "coverage_k": "the limit's coverage factor, of which the looks share the risk",
        },
        resolve=with_rate,
        graph=GraphKind.FLOW,
        panel=ResultPanel("Mean flow error"),
    ),
)
