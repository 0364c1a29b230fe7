"""What happened beside the plans: each kind of thing once, and what was projected of each result."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reports.facts.run_facts import Noted, Projected
from rig.record.bodies.event import Event, Severity
from rig.record.bodies.events import PlanFailed, PlanOutcome, ProjectionSeen
from rig.record.reader import RecordReader
from rig.record.schema import Kind
from rig.record.words import Stamped, event_body


def noted(reader: RecordReader, events: Sequence[Stamped[Event]]) -> tuple[Noted, ...]:
    """Return what is worth a reader's attention, failures first and then in order of time.

    What happened again in the very same words stands once, with how often and until when.
    """
    found: dict[tuple[str, str], Noted] = {}
    for one in _each(reader, events):
        before = found.get((one.name, one.text))
        if before is None:
            found[one.name, one.text] = one
        else:
            found[one.name, one.text] = Noted(
                before.t_ns, one.last_ns, before.count + 1, one.name, one.text, failure=one.failure
            )
    return tuple(sorted(found.values(), key=lambda one: (not one.failure, one.t_ns)))


def projected(events: Iterable[Stamped[Event]]) -> tuple[Projected, ...]:
    """Return the projections of each result of each plan, in the order in which they began."""
    seen: dict[tuple[str, str], list[tuple[int, ProjectionSeen]]] = {}
    for entry in events:
        if isinstance(entry.body, ProjectionSeen):
            seen.setdefault((entry.body.plan, entry.body.result), []).append((entry.t_ns, entry.body))
    return tuple(
        Projected(plan, result, len(all_of), *all_of[0], *all_of[-1]) for (plan, result), all_of in seen.items()
    )


def _each(reader: RecordReader, events: Sequence[Stamped[Event]]) -> Iterator[Noted]:
    told = _told_by_outcomes(events)
    for entry in events:
        body = entry.body
        failure = body.severity is not Severity.INFO
        if isinstance(body, ProjectionSeen) or (body.ORDINARY and not failure):
            continue
        if isinstance(body, PlanFailed) and any(body.error in why for why in told.get(body.plan, ())):
            continue
        yield _noted(entry.t_ns, entry.name, event_body(body), failure=failure)
    for note in reader.entries(kind=Kind.NOTE.value):
        yield _noted(note.t_ns, f"note: {note.name}", note.body, failure=False)


def _told_by_outcomes(events: Iterable[Stamped[Event]]) -> dict[str, list[str]]:
    """Return why plans did not pass, as their outcomes say it."""
    told: dict[str, list[str]] = {}
    for entry in events:
        if isinstance(entry.body, PlanOutcome):
            told.setdefault(entry.body.plan, []).append(entry.body.why)
    return told


def _noted(t_ns: int, name: str, said: Mapping[str, object], *, failure: bool) -> Noted:
    text = "\n".join(f"{key}: {value}" for key, value in said.items())
    return Noted(t_ns, t_ns, 1, name, text, failure=failure)
