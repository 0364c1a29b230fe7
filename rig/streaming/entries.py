"""Entries of a record other than samples to points; the schema is docs/influxdb-schema.md."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rig.channels import Channel
from rig.record.schema import Entry, Kind
from rig.streaming.names import field_names
from rig.streaming.points import Fields, Point, RunTags, Value, json_text, plan_tags, point, whole
from rig.streaming.results import result_points

OWN_NOTE = "streaming"
INFO, WARNING, ALARM = "info", "warning", "alarm"

_SEVERITIES = {
    "reading missed": WARNING,
    "sampler failed": ALARM,
    "pump did not stop": ALARM,
    "lease lapsed": ALARM,
    "plan failed": WARNING,
}
_ALARM_NAME = re.compile(r"(alarm|interlock)\b", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_TAKEN_KEYS = {"seq", "text", "body", "time", "run", "bench", "dut", "source", "event", "severity", "plan", "test"}
_MAX_OWN_FIELDS = 32
_MS_PER_DAY = 86_400_000
_NS_PER_MS = 1_000_000


def entry_points(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    """Yield the points of one entry, stamped `t_ns`; samples are not for here."""
    make = _MAKERS.get(entry.kind)
    if make is not None:
        yield from make(entry, run, t_ns)


def _start(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    body = entry.body
    own = body.get("provenance") or {}
    fields: Fields = {
        "seq": entry.seq,
        "started_ms": run.started_ns // _NS_PER_MS,
        "seed": whole(body.get("seed")),
        "operator": str(body.get("operator", "")),
        "kind": str(body.get("kind", "")),
        "clock": str(body.get("clock", "")),
        "plans": ", ".join(map(str, body.get("plans", ()))),
        "dut_model": str((body.get("dut") or {}).get("model", "")),
        "overdue": "; ".join(map(str, body.get("overdue", ()))),
        "rig_version": str(own.get("rig", "")),
        "commit": str(own.get("commit", "")),
    }
    yield point("runs", (*run.tags, ("phase", "start")), fields, t_ns)
    for name, instrument in sorted((body.get("instruments") or {}).items()):
        if calibration := instrument.get("calibration"):
            yield _calibration(entry, run, t_ns, name, instrument, calibration)


def _calibration(
    entry: Entry, run: RunTags, t_ns: int, name: str, instrument: dict[str, Any], calibration: dict[str, Any]
) -> Point:
    tags = (
        ("instrument", name),
        ("driver", str(instrument.get("driver", ""))),
        ("capability", str(instrument.get("capability", ""))),
    )
    day_after = date.fromisoformat(str(calibration["due"])) + timedelta(days=1)
    due_ms = int(datetime(day_after.year, day_after.month, day_after.day, tzinfo=UTC).timestamp() * 1000)
    fields: Fields = {
        "seq": entry.seq,
        "calibration": str(calibration.get("id", "")),
        "due_ms": due_ms,
        "days_left": (due_ms - run.started_ns / _NS_PER_MS) / _MS_PER_DAY,
    }
    return point("calibrations", (*run.tags, *tags), fields, t_ns)


def _stop(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    fields: Fields = {
        "seq": entry.seq,
        "started_ms": run.started_ns // _NS_PER_MS,
        "stopped_ms": entry.t_ns // _NS_PER_MS,
        "duration_s": (entry.t_ns - run.started_ns) / 1e9,
        "reason": str(entry.body.get("reason", "")),
        "counts": json_text(entry.body.get("counts", {})),
    }
    yield point("runs", (*run.tags, ("phase", "stop")), fields, t_ns)


def _descriptor(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    channels = [Channel(**channel) for channel in entry.body["channels"]]
    for channel, field in zip(channels, field_names(channels), strict=True):
        tags = (*run.tags, ("instrument", entry.name), ("channel", channel.name))
        fields: Fields = {"seq": entry.seq, "field": field, "unit": channel.unit, "meaning": channel.meaning}
        yield point("channels", tags, fields, t_ns)


def _command(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    body = entry.body
    fields: Fields = {
        "seq": entry.seq,
        "round_trip_ms": (body["received_ns"] - body["sent_ns"]) / _NS_PER_MS,
        "result": str(body.get("result", "")),
        "arguments": json_text(body.get("arguments", {})),
    }
    tags = (("instrument", entry.name), ("verb", str(body.get("verb", ""))))
    yield point("commands", (*run.tags, *tags), fields, t_ns)


def _event(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    severity = _severity(entry)
    tags = (*run.tags, ("event", entry.name), ("severity", severity), *plan_tags(entry.body))
    text = _text(entry)
    body: dict[str, Value] = {"seq": entry.seq, "text": text, "body": json_text(entry.body)}
    yield point("events", tags, body | _own_fields(entry.body), t_ns)
    if severity == ALARM:
        yield point("alarms", tags, {"seq": entry.seq, "text": text}, t_ns)


def _severity(entry: Entry) -> str:
    said = entry.body.get("severity")
    if said in (INFO, WARNING, ALARM):
        return str(said)
    return _SEVERITIES.get(entry.name, ALARM if _ALARM_NAME.match(entry.name) else INFO)


def _text(entry: Entry) -> str:
    for key in ("text", "error", "message"):
        if isinstance(entry.body.get(key), str):
            return f"{entry.name}: {entry.body[key]}"
    # Stamps in nanoseconds tell a reader nothing; the body has them.
    telling = {key: value for key, value in entry.body.items() if not key.endswith("_ns")}
    simple = [f"{key} {value}" for key, value in telling.items() if isinstance(value, str | int | float)]
    return ": ".join([entry.name, ", ".join(simple)]) if simple else entry.name


def _own_fields(body: Mapping[str, Any]) -> dict[str, Value]:
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
    Kind.STOP.value: _stop,
    Kind.NOTE.value: _note,
}
