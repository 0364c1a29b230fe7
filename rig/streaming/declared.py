"""What a run is judged by and what is done to its pump, as points: limits, requirements and challenges."""

from collections.abc import Iterator

from rig.errors import RecordCorruptError
from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds
from rig.record.bodies.start import Start
from rig.record.schema import Entry
from rig.record.words import event_of
from rig.streaming.names import with_unit
from rig.streaming.points import Fields, Point, RunTags, json_text, ms, point
from rig.streaming.results import words_of


def judged_by(seq: int, start: Start, run: RunTags, t_ns: int) -> Iterator[Point]:
    """Yield the limits and requirements that were in force when the run began."""
    for name, limit in sorted(start.limits.limits.items()):
        fields: Fields = {
            "seq": seq,
            with_unit("lower", limit.unit): limit.lower,
            with_unit("upper", limit.unit): limit.upper,
            "allowed": words_of(limit),
            "coverage_k": limit.coverage_k,
            "says": limit.source,
        }
        yield point("limits", (*run.tags, ("limit", name)), fields, t_ns)
    for name, required in sorted(start.requirements.requirements.items()):
        said: Fields = {
            "seq": seq,
            "text": required.text,
            "says": required.source,
            "hazard": required.hazard,
            "method": required.method,
            "no_plan": required.no_plan,
        }
        yield point("requirements", (*run.tags, ("requirement", name)), said, t_ns)


def challenge(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    """Yield the point of a challenge that begins or ends; nothing for an event that only has its name."""
    try:
        event = event_of(entry)
    except RecordCorruptError:
        return
    if not isinstance(event, ChallengeBegins | ChallengeEnds):
        return
    begins = isinstance(event, ChallengeBegins)
    fields: Fields = {
        "seq": entry.seq,
        "active": int(begins),
        "at_ms": ms(event.at_ns),
        "u_s": event.u_s,
        "said": json_text(event.said) if isinstance(event, ChallengeBegins) else None,
    }
    yield point("challenges", (*run.tags, ("challenge", event.challenge.value), ("by", event.by)), fields, t_ns)
