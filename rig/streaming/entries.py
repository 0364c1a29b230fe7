"""Entries of a record other than samples to points; the schema is docs/influxdb-schema.md."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from rig.record.bodies.codec import Json, to_body
from rig.record.bodies.event import Severity
from rig.record.bodies.others import SamplerCounted, Stop
from rig.record.bodies.start import CalibrationStatus, DeclaredInstrument
from rig.record.schema import Entry, Kind
from rig.record.words import command_of, descriptor_of, readable_event_of, start_of, stop_of
from rig.streaming.declared import challenge, judged_by
from rig.streaming.names import field_names
from rig.streaming.points import Fields, Point, RunTags, Value, json_text, plan_tags, point
from rig.streaming.results import result_points

OWN_NOTE = "streaming"

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_TAKEN_KEYS = {
    "seq",
    "at_ms",
    "text",
    "body",
    "time",
    "run",
    "bench",
    "dut",
    "source",
    "event",
    "severity",
    "plan",
    "test",
}
_MAX_OWN_FIELDS = 32
_MAX_TEXT_CHARS = 200
_MS_PER_DAY = 86_400_000
_NS_PER_MS = 1_000_000


def entry_points(entry: Entry, run: RunTags, t_ns: int, of_run: Fields) -> Iterator[Point]:
    """Yield the points of one entry, stamped `t_ns`; a stop says `of_run` as well. Samples are not for here."""
    if entry.kind == Kind.STOP.value:
        yield _stop(entry, run, t_ns, of_run)
        yield _run_ends(entry, run, t_ns)
    make = _MAKERS.get(entry.kind)
    if make is not None:
        yield from make(entry, run, t_ns)


def _start(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    start = start_of(entry)
    fields: Fields = {
        "seq": entry.seq,
        "started_ms": run.started_ns // _NS_PER_MS,
        "seed": start.seed,
        "operator": start.operator,
        "kind": start.kind,
        "clock": start.clock,
        "plans": ", ".join(start.plans),
        "dut_model": start.dut.model,
        "overdue": "; ".join(start.overdue),
        "rig_version": start.provenance.rig,
        "commit": start.provenance.commit,
    }
    yield point("runs", (*run.tags, ("phase", "start")), fields, t_ns)
    for name, instrument in sorted(start.instruments.items()):
        if instrument.calibration is not None:
            yield _calibration(entry, run, t_ns, name, instrument, instrument.calibration)
    yield from judged_by(entry.seq, start, run, t_ns)


def _calibration(
    entry: Entry, run: RunTags, t_ns: int, name: str, instrument: DeclaredInstrument, calibration: CalibrationStatus
) -> Point:
    tags = (("instrument", name), ("driver", instrument.driver), ("capability", instrument.capability))
    day_after = date.fromisoformat(calibration.due) + timedelta(days=1)
    due_ms = int(datetime(day_after.year, day_after.month, day_after.day, tzinfo=UTC).timestamp() * 1000)
    fields: Fields = {
        "seq": entry.seq,
        "calibration": calibration.id,
        "due_ms": due_ms,
        "days_left": (due_ms - run.started_ns / _NS_PER_MS) / _MS_PER_DAY,
    }
    return point("calibrations", (*run.tags, *tags), fields, t_ns)


def _stop(entry: Entry, run: RunTags, t_ns: int, of_run: Fields) -> Point:
    stop = stop_of(entry)
    fields: Fields = {
        "seq": entry.seq,
        "started_ms": run.started_ns // _NS_PER_MS,
        "stopped_ms": entry.t_ns // _NS_PER_MS,
        "duration_s": (entry.t_ns - run.started_ns) / 1e9,
        "reason": stop.reason,
        "head": entry.digest.hex(),
        "counts": json_text(_counts(stop)),
        **of_run,
    }
    return point("runs", (*run.tags, ("phase", "stop")), fields, t_ns)


def _run_ends(entry: Entry, run: RunTags, t_ns: int) -> Point:
    """Return the mark at a run's end: no event of the record, and so without the number of one."""
    fields: Fields = {"at_ms": t_ns // _NS_PER_MS, "text": f"run ends: {stop_of(entry).reason}"}
    return point("events", (*run.tags, ("event", "run ends"), ("severity", "info"), *plan_tags(None)), fields, t_ns)


def _counts(stop: Stop) -> dict[str, Json]:
    """Return what a stop counts, under the names that the schema gives."""
    samplers: dict[str, SamplerCounted] = stop.samplers
    return {
        "outcomes": stop.outcomes,
        "entries": stop.entries,
        "samplers": {name: to_body(one) for name, one in samplers.items()},
    }


def _descriptor(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    channels = descriptor_of(entry).channels
    for channel, field in zip(channels, field_names(channels), strict=True):
        tags = (*run.tags, ("instrument", entry.name), ("channel", channel.name))
        fields: Fields = {"seq": entry.seq, "field": field, "unit": channel.unit, "meaning": channel.meaning}
        yield point("channels", tags, fields, t_ns)


def _command(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    command = command_of(entry)
    fields: Fields = {
        "seq": entry.seq,
        "round_trip_ms": (command.received_ns - command.sent_ns) / _NS_PER_MS,
        "result": command.result,
        "arguments": json_text(command.arguments),
    }
    yield point("commands", (*run.tags, ("instrument", entry.name), ("verb", command.verb)), fields, t_ns)


def _event(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    event = readable_event_of(entry)
    plan = getattr(event, "plan", None) or entry.body.get("plan")
    tags = (*run.tags, ("event", entry.name), ("severity", event.severity.value), *plan_tags(plan))
    text = _text(entry)
    body: dict[str, Value] = {
        "seq": entry.seq,
        "at_ms": t_ns // _NS_PER_MS,
        "text": text,
        "body": json_text(entry.body),
    }
    yield point("events", tags, body | _own_fields(entry.body), t_ns)
    yield from challenge(entry, run, t_ns)
    if event.severity is Severity.ALARM:
        yield point("alarms", tags, {"seq": entry.seq, "text": text}, t_ns)


def _text(entry: Entry) -> str:
    """Say an event in one short line, whatever its body holds: who added it need not have told us."""
    for key in ("text", "error", "message"):
        if isinstance(entry.body.get(key), str):
            return f"{entry.name}: {_one_line(entry.body[key])}"
    # Stamps in nanoseconds tell a reader nothing; the body has them.
    telling = {key: value for key, value in entry.body.items() if not key.endswith("_ns")}
    simple = [f"{key} {value}" for key, value in telling.items() if isinstance(value, str | int | float)]
    return ": ".join([entry.name, _one_line(", ".join(simple))]) if simple else entry.name


def _one_line(text: str) -> str:
    """Return the first line that says something, cut where it is long; the body has all of it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first = lines[0] if lines else ""
    cut = len(lines) > 1 or len(first) > _MAX_TEXT_CHARS
    return f"{first[:_MAX_TEXT_CHARS]} …" if cut else first


def _own_fields(body: Mapping[str, Json]) -> dict[str, Value]:
    """Return the numbers and words of an event's body; a name has one type, whatever the event."""
    fields: dict[str, Value] = {}
    for key, value in body.items():
        if len(fields) == _MAX_OWN_FIELDS:
            break
        if not _KEY.fullmatch(key) or key in _TAKEN_KEYS or key.endswith(("_ns", "_text")):
            continue
        if isinstance(value, str):
            fields[f"{key}_text"] = value
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) <= 2**53):
            fields[key] = float(value)
    return fields


def _note(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    if entry.name != OWN_NOTE:
        fields: Fields = {"seq": entry.seq, "body": json_text(entry.body)}
        yield point("notes", (*run.tags, ("note", entry.name)), fields, t_ns)


_MAKERS: dict[str, Callable[[Entry, RunTags, int], Iterator[Point]]] = {
    Kind.START.value: _start,
    Kind.DESCRIPTOR.value: _descriptor,
    Kind.COMMAND.value: _command,
    Kind.EVENT.value: _event,
    Kind.RESULT.value: result_points,
    Kind.NOTE.value: _note,
}
