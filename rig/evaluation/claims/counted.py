"""What a pump counted by itself, however much that was: against its programme, and the most in any span.

How well a pump follows its orders and how large its strokes are, are two questions: a pump that gives 3 % too much all
the time keeps a bound of the dose as well as its count does, and `books_error` says what the count is worth.
"""

from rig.errors import MisfitError
from rig.evaluation.claims.volume_error import with_programme
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.pump_told import pump_told
from rig.metrology.dosing.patient_bolus import largest_dose_in
from rig.metrology.uncertainty.budget import combine
from rig.metrology.weighing.flow_budget import strokes_cut
from rig.quantities import S_PER_H
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def counted_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate 100 · (counted / programmed − 1).

    Raises MisfitError when nothing was programmed or the pump tells no count, SeriesError for too few readings of it.
    """
    asked_ul = float(recipe.parameters["programmed_ul"])
    if asked_ul <= 0.0:
        raise MisfitError("the pump was told to deliver nothing in this window: no error in percent of that")
    told, lost = pump_told(recipe, reader, "delivered", "count")
    counted = told.gain(recipe, reader.start().dut.stroke_ul)
    error = counted.scaled(100.0 / asked_ul, -100.0, "%")
    return Evaluation(error, lost, {"counted_ul": counted.value, "programmed_ul": asked_ul})


def most_counted(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the largest volume (µL) that the pump counted in any sliding span of the recipe's `hours`.

    A window that is shorter is one such span. Raises as `pump_told` does.
    """
    told, lost = pump_told(recipe, reader, "delivered", "count")
    # Each gain is counted at its end: a span holds what came from the reading at its beginning on.
    t_s, gained_ul = told.steps(recipe.from_ns)
    most = largest_dose_in(t_s, gained_ul, 0.0, float(recipe.parameters["hours"]) * S_PER_H)
    cut = strokes_cut(told.own_ul(reader.start().dut.stroke_ul), 1.0)
    return Evaluation(combine(most.value, "µL", [cut]), lost)


KINDS = (
    ClaimKind(
        name="counted error",
        unit="%",
        question="what the pump counted against all that it was told to deliver, in percent",
        compute=counted_error,
        parameters={"programmed_ul": "what was programmed, µL; the record knows it"},
        resolve=with_programme,
        graph=GraphKind.BOOKS,
        panel=ResultPanel("Error of the pump's count"),
    ),
    ClaimKind(
        name="most counted in any span",
        unit="µL",
        question="the largest volume that the pump counted in any sliding span of so many hours, in µL",
        compute=most_counted,
        parameters={"hours": "how long the span is, h"},
        graph=GraphKind.DAY,
        panel=ResultPanel("Most counted in any span", 1),
    ),
)
