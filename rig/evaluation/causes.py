"""What a claim counts its time from: a window's begin, or what happened in it first under a name given."""

from dataclasses import dataclass

from rig.clock import NS_PER_S
from rig.errors import MisfitError, did_you_mean
from rig.evaluation.pump_alarms import first_shown, states_of
from rig.record.bodies.challenges import ChallengeBegins
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# A challenge's time is known to so many standard uncertainties.
_K = 2.0
AFTER = "what it is counted from: a challenge, a command or an alarm by its name; left out: the window's begin"


@dataclass(frozen=True, slots=True)
class Cause:
    """What something followed from, and between which moments (UTC ns) it happened."""

    said: str
    earliest_ns: int
    latest_ns: int


def cause_of(recipe: Recipe, reader: RecordReader) -> Cause:
    """Return what a recipe's parameter `after` names: the first such challenge, command or alarm of its window.

    Without one it is the window's begin. Raises SeriesError, with what there was, when nothing of that name happened.
    """
    after = recipe.parameters.get("after", "")
    if not after:
        return Cause("the window's begin", recipe.from_ns, recipe.from_ns)
    # An alarm often has the name of the challenge that provokes it: what was done goes before what came of it. A plan
    # may name a challenge by its verb, power_cut, or by the record's words, power cut: were the verb taken for an alarm
    # of that name, the alarm would be counted from itself.
    kinds = (_challenges(recipe, reader), _commands(recipe, reader), _alarms(recipe, reader))
    named = next((those for found in kinds if (those := [one for one in found if _same(one.said, after)])), [])
    if not named:
        there_were = sorted({one.said for found in kinds for one in found})
        hint = did_you_mean(after, there_were)
        listed = ", ".join(there_were) or "nothing"
        raise MisfitError(f"nothing called {after!r} happened in this window{hint}; what did: {listed}")
    return min(named, key=lambda one: one.earliest_ns)


def _same(said: str, after: str) -> bool:
    return said.replace("_", " ") == after.replace("_", " ")


def _challenges(recipe: Recipe, reader: RecordReader) -> list[Cause]:
    found = []
    # A window holds the reading of its last moment; what was done at that moment comes behind it.
    for entry in reader.events(ChallengeBegins):
        one, u_ns = entry.body, round(_K * entry.body.u_s * NS_PER_S)
        if recipe.from_ns <= one.at_ns < recipe.to_ns - 1:
            found.append(Cause(one.challenge.value, one.at_ns - u_ns, one.at_ns + u_ns))
    return found


def _commands(recipe: Recipe, reader: RecordReader) -> list[Cause]:
    pump = reader.start().in_role("pump")
    found = []
    for entry in reader.commands(pump) if pump else ():
        sent_ns = entry.body.sent_ns or entry.t_ns
        if entry.body.result == "ok" and recipe.from_ns <= sent_ns < recipe.to_ns - 1:
            found.append(Cause(entry.body.verb, sent_ns, max(sent_ns, entry.body.received_ns)))
    return found


def _alarms(recipe: Recipe, reader: RecordReader) -> list[Cause]:
    names = {alarm for one in states_of(reader) for alarm in one.alarms}
    shown = [(name, first_shown(reader, name, recipe.from_ns, recipe.to_ns)) for name in sorted(names)]
    return [Cause(name, one.earliest_ns, one.latest_ns) for name, one in shown if one is not None]
