"""A change of the programme: how much later than commanded the new rate comes, and the volume that this costs."""

from rig.errors import MisfitError
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.infusions import NS_PER_MIN
from rig.evaluation.outcome import Evaluation
from rig.evaluation.programme import Programme
from rig.evaluation.weighed_window import weighed_window
from rig.metrology.dosing.transition import Transition, transition
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_SETTLING_MINUTES = 10.0


def transition_time(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by how many s the new rate came later than an instant change at the command.

    It is a dead time itself, and of a gradual approach its time constant. Raises MetrologyError as `transition` does,
    and SeriesError unless the programme changes once in the window.
    """
    found, invalid = _transition(recipe, reader)
    return Evaluation(found.lag, invalid, _details(found))


def transition_volume(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the volume (µL) beyond that of an instant change from the one delivered rate to the other.

    Raises as `transition_time` does.
    """
    found, invalid = _transition(recipe, reader)
    return Evaluation(found.volume_error, invalid, _details(found))


def _transition(recipe: Recipe, reader: RecordReader) -> tuple[Transition, tuple[str, ...]]:
    window = weighed_window(recipe, reader)
    at_ns = changed_ns(window.programme, recipe)
    settling_ns = round(float(recipe.parameters.get("settling_minutes") or _SETTLING_MINUTES) * NS_PER_MIN)
    found = transition(
        window.t_s,
        window.volume_ul,
        commanded_s=window.seconds(at_ns),
        settled_s=window.seconds(at_ns + settling_ns),
        u_commanded_s=window.corrections.tip.u_stamp_s,
        u_level_ul=window.level_ul,
        u_relative=window.u_relative,
        max_gap_s=window.readings.max_gap_s,
    )
    return found, window.invalid


def changed_ns(programme: Programme, recipe: Recipe) -> int:
    """Return when the programmed rate changes inside a window, UTC ns; raise SeriesError unless it does so once."""
    last_ns = recipe.to_ns - 1
    rate = programme.rate_ul_h(recipe.from_ns)
    changes = []
    for one in programme.stretches:
        if recipe.from_ns < one.from_ns < last_ns and one.rate_ul_h != rate:
            changes.append(one.from_ns)
            rate = one.rate_ul_h
    if len(changes) != 1 or any(recipe.from_ns <= ns < last_ns for ns in programme.given_at_once_ns):
        raise MisfitError(
            f"the programme changes {len(changes)} times inside the window: a transition is from one steady rate to "
            "another, without boluses; let the window hold one change, with steady delivery before and behind it"
        )
    return changes[0]


def _details(found: Transition) -> dict[str, float]:
    return {
        "rate_before_ul_h": found.rate_before.value,
        "rate_after_ul_h": found.rate_after.value,
        "settling_s": found.settling.value,
        "u_settling_s": found.settling.u,
        "open_percent": found.open_percent,
    }


_PARAMETERS = {"settling_minutes": "from when on after the change the flow counts as steady; 10 where left out"}

KINDS = (
    ClaimKind(
        name="transition time",
        unit="s",
        question="by how much the new rate comes later than a change of the programme, in s",
        compute=transition_time,
        parameters=_PARAMETERS,
        graph=GraphKind.CHANGE,
        panel=ResultPanel("Time of a change of rate", 1),
    ),
    ClaimKind(
        name="transition volume",
        unit="µL",
        question="the volume delivered beyond an instant change of the programme, in µL",
        compute=transition_volume,
        parameters=_PARAMETERS,
        graph=GraphKind.CHANGE,
        panel=ResultPanel("Volume of a change of rate", 2),
    ),
)
