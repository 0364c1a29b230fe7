"""What the pump was programmed to, from the commands in the record: a plan does not say it twice."""

from dataclasses import dataclass, replace

from rig.errors import PlanError
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

RUN, BOLUS, STOP = "run_continuous", "give_bolus", "stop"
_AMOUNT = {RUN: "rate_ul_h", BOLUS: "volume_ul"}
_OK = "ok"
# Both are decimal numbers that went through the same text: they differ by rounding at most.
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class PumpOrder:
    """One command that the pump took: when it was sent (UTC ns), and the rate or the volume in it (0 for a stop).

    `rate_ul_h` is how fast a bolus was to be given, 0 where the record does not say.
    """

    sent_ns: int
    verb: str
    amount: float
    rate_ul_h: float = 0.0


def told(reader: RecordReader) -> tuple[PumpOrder, ...]:
    """Return the commands about delivery that the pump under test took, in order."""
    pump = reader.start().in_role("pump")
    found = []
    for entry in reader.commands(pump) if pump else ():
        command = entry.body
        if command.verb in (RUN, BOLUS, STOP) and command.result == _OK:
            amount = float(command.arguments.get(_AMOUNT.get(command.verb, ""), 0.0))
            given_at = float(command.arguments.get("rate_ul_h", 0.0)) if command.verb == BOLUS else 0.0
            found.append(PumpOrder(command.sent_ns or entry.t_ns, command.verb, amount, given_at))
    return tuple(found)


def rate_in(reader: RecordReader, from_ns: int, to_ns: int) -> float | None:
    """Return the rate (µL/h) that was programmed all through [from_ns, to_ns); None when the record does not say.

    Raises PlanError when it was changed on the way.
    """
    commands = [one for one in told(reader) if one.verb != BOLUS]
    before = [one for one in commands if one.sent_ns <= from_ns]
    # A window holds the reading of its last moment; what was commanded at that moment comes behind it.
    within = {one.amount for one in commands if from_ns < one.sent_ns < to_ns - 1}
    if not before:
        return None
    rate = before[-1].amount
    if within - {rate}:
        said = ", ".join(f"{amount:g}" for amount in sorted({rate, *within}))
        raise PlanError(f"the programme changes inside the window ({said} µL/h): a mean flow has one programmed rate")
    return rate


def steady_since(reader: RecordReader, at_ns: int) -> int | None:
    """Return since when (UTC ns) the rate in force at `at_ns` had been undisturbed; None when nothing was commanded."""
    before = [one for one in told(reader) if one.sent_ns <= at_ns]
    return before[-1].sent_ns if before else None


def with_rate(recipe: Recipe, reader: RecordReader) -> Recipe:
    """Return a recipe with the programmed rate from the record.

    Raises PlanError when the plan says another one, or when neither says any.
    """
    return _with(recipe, "programmed_ul_h", rate_in(reader, recipe.from_ns, recipe.to_ns), "µL/h")


def with_dose(recipe: Recipe, reader: RecordReader) -> Recipe:
    """Return a recipe of doses with the programmed volume of each (µL) from the record; raises as `with_rate` does."""
    doses = [one for one in told(reader) if one.verb == BOLUS]
    spans = recipe.parameters.get("doses", ())
    volumes = {one.amount for begin, end in spans for one in doses if begin <= one.sent_ns < end}
    if len(volumes) > 1:
        said = ", ".join(f"{amount:g}" for amount in sorted(volumes))
        raise PlanError(f"the doses of the window are of {said} µL: a series has one programmed volume")
    return _with(recipe, "programmed_ul", next(iter(volumes), None), "µL")


def _with(recipe: Recipe, key: str, recorded: float | None, unit: str) -> Recipe:
    said = recipe.parameters.get(key)
    if said is None and recorded is None:
        raise PlanError(f"what the pump was programmed to is not in the record: tell {recipe.function!r} {key}=…")
    if said is not None and recorded is not None and abs(said - recorded) > _SAME * abs(recorded):
        raise PlanError(
            f"the plan says {key}={said:g}, the pump was programmed to {recorded:g} {unit}: leave it to the record"
        )
    programmed = said if said is not None else recorded
    return replace(recipe, parameters={**recipe.parameters, key: programmed})
