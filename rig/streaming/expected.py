"""How many points a record makes, counted in the record itself and not in what was sent."""

import re
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rig.record.database import Database
from rig.record.folder import run_id
from rig.record.reader import RecordReader
from rig.streaming.coarser import COUNT, MINUTES, SECONDS
from rig.streaming.cursor import Refused
from rig.streaming.names import NOT_FINITE, field_names, name_text
from rig.streaming.programmed import FIELD, INSTRUMENT
from rig.streaming.state import EncoderState

ROWS_PER_QUERY = 5_000_000
_SECOND_NS = 1_000_000_000
# Line protocol as it is written here: an unescaped space ends tags, an unescaped comma or equals sign ends names.
_PARTS = re.compile(r"(?P<head>(?:\\.|[^\\ ])+) (?P<fields>.+) -?\d+")
_FIELD_KEY = re.compile(r"(?:^|,)((?:\\.|[^,=\\ ])+)=")
_INSTRUMENT = re.compile(r",instrument=((?:\\.|[^,\\ ])*)")
_ESCAPED = re.compile(r"\\([,= ])")


_ONE_BY_ONE = ("alarms", "calibrations", "notes")
# What records may do without: those that have none of it are not asked for it.
_DERIVED = ("plans", "zero_flow", "limits", "requirements", "challenges")
_ITEMS = "SELECT sum(json_array_length(body, ?)) FROM entry WHERE kind = ?"
# A result holds its budget in its number; in format 1 it stood in the body itself.
_BUDGET_LINES = (
    "SELECT sum(coalesce(json_array_length(body, '$.number.budget'), json_array_length(body, '$.budget'))) "
    "FROM entry WHERE kind = 'result'"
)
_SAMPLES = (
    "SELECT sum(json_extract(body, '$.n')), min(json_extract(body, '$.t_first_ns')), "
    "max(json_extract(body, '$.t_last_ns')) FROM entry "
    "WHERE kind = 'samples' AND name = ? AND json_extract(body, '$.n') > 0"
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field to count: how many points the record makes, how many were refused, and when (first, last ns)."""

    measurement: str
    instrument: str
    key: str
    made: int
    refused: int
    windows: list[tuple[int, int]]


class Expected:
    """The fields of a run and their counts; `state` and `refused` say what was left out for a reason.

    Each is to be counted in parts of its time that hold some `rows_per_query` rows.
    """

    def __init__(
        self, record: Path, state: EncoderState, refused: tuple[Refused, ...], rows_per_query: int = ROWS_PER_QUERY
    ) -> None:
        self.run = run_id(record)
        self.fields: list[Field] = []
        self._rows_per_query = rows_per_query
        self._state = state
        self._refused = _refused_by_place(refused)
        with RecordReader(record) as reader, closing(Database(record)) as database:
            self._database = database
            first, last = self._numbers("SELECT min(t_ns), max(t_ns) FROM entry")
            for measurement, (key, made) in self._made(reader.counts()).items():
                gone = self._refused.get((measurement, "", ""), 0)
                self.fields.append(Field(measurement, "", key, made, gone, [(first, last + _SECOND_NS)]))
            if told := self._state.made.get("programme"):
                gone = self._refused.get(("samples", INSTRUMENT, FIELD), 0)
                self.fields.append(Field("samples", INSTRUMENT, FIELD, told, gone, [(first, last + _SECOND_NS)]))
            for stream in reader.streams():
                self._add_samples(stream, field_names(reader.channels(stream)))

    def _made(self, kinds: dict[str, int]) -> dict[str, tuple[str, int]]:
        """Return for each measurement but `samples` the field to count and how many points the record makes."""
        (channels,) = self._numbers(_ITEMS, "$.channels", "descriptor")
        (budget,) = self._numbers(_BUDGET_LINES)
        made = {
            "runs": kinds.get("start", 0) + kinds.get("stop", 0),
            "channels": channels,
            "results": kinds.get("result", 0),
            "budget": budget,
            "events": kinds.get("event", 0),
            "commands": kinds.get("command", 0),
            # What makes one of these is decided entry by entry.
            **{name: self._state.made.get(name, 0) for name in _ONE_BY_ONE},
            **{name: made for name in _DERIVED if (made := self._state.made.get(name))},
        }
        counted = {name: ("seq", number) for name, number in made.items()}
        return counted | {"reads": ("block_seq", kinds.get("samples", 0))}

    def _add_samples(self, stream: str, keys: tuple[str, ...]) -> None:
        rows, first, last = self._numbers(_SAMPLES, stream)
        state = self._state.stream(stream)
        windows = self._windows(rows, first, last)
        instrument = name_text(stream)
        for level, of_level in ((SECONDS, state.coarser.seconds), (MINUTES, state.coarser.minutes)):
            if of_level.made:
                gone = self._refused.get((level, "", ""), 0)
                self.fields.append(Field(level, instrument, COUNT, of_level.made, gone, windows))
        for key in keys:
            missing = state.not_finite.get(key, 0)
            gone = state.withheld + self._refused.get(("samples", instrument, key), 0)
            self.fields.append(Field("samples", instrument, key, rows - missing, gone, windows))
            if missing:
                text_key = key + NOT_FINITE
                gone = self._refused.get(("samples", instrument, text_key), 0)
                self.fields.append(Field("samples", instrument, text_key, missing, gone, windows))

    def _numbers(self, query: str, *arguments: str) -> tuple[int, ...]:
        return tuple(int(value or 0) for value in self._database.rows(query, arguments)[0])

    def _windows(self, rows: int, first_ns: int, last_ns: int) -> list[tuple[int, int]]:
        """Cut the time of a stream so that no query counts too much at once; stamps may be moved up to 1 ms."""
        pieces = rows // self._rows_per_query + 1
        end_ns = last_ns + _SECOND_NS
        edges = [first_ns + (end_ns - first_ns) * piece // pieces for piece in range(pieces + 1)]
        return [(begin, end - 1) for begin, end in pairwise(edges)]


def _refused_by_place(refused: tuple[Refused, ...]) -> dict[tuple[str, str, str], int]:
    """Return how many points were refused: by measurement, for samples also by instrument and field."""
    found: dict[tuple[str, str, str], int] = {}
    for one in refused:
        places = [(one.measurement, "", "")]
        if one.measurement == "samples":
            line = _PARTS.fullmatch(one.what)
            instrument = _INSTRUMENT.search(line["head"]) if line else None
            keys = _FIELD_KEY.findall(line["fields"]) if line else []
            name = _ESCAPED.sub(r"\1", instrument[1]) if instrument else ""
            places = [("samples", name, _ESCAPED.sub(r"\1", key)) for key in keys]
        for place in places:
            found[place] = found.get(place, 0) + one.points
    return found
