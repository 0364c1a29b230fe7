"""Samples once more by the second and by the minute, so that a page over a day need not read each of them.

A row holds the samples of one second (or minute) of the clock and stands at the stamp of its last one. A sample that
comes a second (or minute) or more after the one before it is a row by itself, at once: it need not wait for the next to
be shown. What rows a stream makes depends on its samples alone, not on the pieces that they are encoded in.

Rows are made as columns, many at a time: of a stream of one sample a second there are as many as samples. Only the row
that is still open between two pieces stands by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.streaming.field_column import FieldColumn
from rig.streaming.gathered import Gathered, GatheredColumn
from rig.streaming.names import escape_name

SECONDS, MINUTES = "samples_1s", "samples_1m"
COUNT = "samples_counted"

Ints = NDArray[np.int64]


@dataclass(slots=True)
class Row:
    """Samples from `first_ns` to `t_ns` of one opening and one `step`, while more of them may come."""

    opening: int
    step: int
    first_ns: int
    t_ns: int
    n: int
    fields: dict[str, Gathered]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one opening and one `step`: when each begins and ends, how many samples it holds, and their fields."""

    opening: int
    step: int
    first_ns: Ints
    t_ns: Ints
    n: Ints
    fields: Mapping[str, GatheredColumn]

    @classmethod
    def of_samples(
        cls, of: tuple[int, int], keys: Sequence[str], t_ns: Ints, columns: Sequence[NDArray[np.float64]]
    ) -> "Rows":
        """Return samples of one opening and step (`of`) as rows of one sample each."""
        fields = {key: GatheredColumn.of_values(values) for key, values in zip(keys, columns, strict=True)}
        return cls(*of, t_ns, t_ns, np.ones(len(t_ns), np.int64), fields)

    @classmethod
    def of_row(cls, row: Row) -> "Rows":
        """Return one row."""
        fields = {key: GatheredColumn.of_one(one) for key, one in row.fields.items()}
        first_ns, t_ns, n = (np.array([one], np.int64) for one in (row.first_ns, row.t_ns, row.n))
        return cls(row.opening, row.step, first_ns, t_ns, n, fields)

    def followed_by(self, later: "Rows") -> "Rows":
        """Return these rows and later ones of the same opening and step."""
        both = (self, later)
        nothing = [GatheredColumn.of_nothing(len(one.t_ns)) for one in both]
        fields = {
            key: GatheredColumn.joined([one.fields.get(key, none) for one, none in zip(both, nothing, strict=True)])
            for key in dict.fromkeys((*self.fields, *later.fields))
        }
        first_ns, t_ns, n = (
            np.concatenate(pair)
            for pair in ((self.first_ns, later.first_ns), (self.t_ns, later.t_ns), (self.n, later.n))
        )
        return Rows(self.opening, self.step, first_ns, t_ns, n, fields)

    def merged(self, starts: NDArray[np.intp]) -> "Rows":
        """Return the rows that come of putting together those from each of `starts` up to the next."""
        if len(starts) == len(self.t_ns):
            return self
        stops = np.append(starts[1:], len(self.t_ns))
        fields = {key: column.merged(starts, stops) for key, column in self.fields.items()}
        t_ns, n = self.t_ns[stops - 1], np.add.reduceat(self.n, starts)
        return Rows(self.opening, self.step, self.first_ns[starts], t_ns, n, fields)

    def part(self, start: int, stop: int) -> "Rows":
        """Return the rows from `start` to `stop`."""
        fields = {key: column.part(start, stop) for key, column in self.fields.items()}
        first_ns, t_ns, n = (one[start:stop] for one in (self.first_ns, self.t_ns, self.n))
        return Rows(self.opening, self.step, first_ns, t_ns, n, fields)

    def goes_with(self, later: "Rows", level_ns: int) -> bool:
        """Tell whether this one row is of the second or minute, and of the series, that later rows begin with."""
        same = (self.opening, self.step) == (later.opening, later.step)
        return same and int(self.first_ns[0]) // level_ns == int(later.first_ns[0]) // level_ns

    def last(self) -> Row:
        """Return the last row."""
        found = {key: column.last_row() for key, column in self.fields.items()}
        fields = {key: one for key, one in found.items() if one is not None}
        return Row(self.opening, self.step, int(self.first_ns[-1]), int(self.t_ns[-1]), int(self.n[-1]), fields)


@dataclass(slots=True)
class Level:
    """How far rows of one length have come: the open one, the last stamp taken, and how many were made."""

    open: Row | None = None
    last_ns: int | None = None
    made: int = 0

    def take(self, rows: Rows, level_ns: int) -> list[Rows]:
        """Take rows that are no longer than `level_ns`; return those that are closed by them."""
        if not len(rows.t_ns):
            return []
        alone = np.zeros(len(rows.t_ns), bool)
        # Stamps rise: the difference of two int64 fits into uint64, though not always into int64.
        alone[1:] = rows.first_ns[1:].view(np.uint64) - rows.t_ns[:-1].view(np.uint64) >= level_ns
        alone[0] = self.last_ns is None or int(rows.first_ns[0]) - self.last_ns >= level_ns
        self.last_ns = int(rows.t_ns[-1])
        place = rows.first_ns // level_ns
        begins = np.ones(len(alone), bool)
        begins[1:] = (place[1:] != place[:-1]) | alone[1:] | alone[:-1]
        starts = np.flatnonzero(begins)
        before = self.closed()
        if before and not alone[0] and before[0].goes_with(rows, level_ns):
            # Only the first of the rows is joined to it: the others need not be copied.
            end = int(starts[1]) if len(starts) > 1 else len(alone)
            before = [before[0].followed_by(rows.part(0, end)).merged(starts[:1])]
            rows, starts = rows.part(end, len(alone)), starts[1:] - end
        merged = [one for one in (*before, rows.merged(starts)) if len(one.t_ns)]
        if not alone[-1]:
            self.open = merged[-1].last()
            merged[-1] = merged[-1].part(0, len(merged[-1].t_ns) - 1)
        closed = [one for one in merged if len(one.t_ns)]
        self.made += sum(len(one.t_ns) for one in closed)
        return closed

    def closed(self) -> list[Rows]:
        """Close the open row, if there is one; it is not counted as made."""
        found = [] if self.open is None else [Rows.of_row(self.open)]
        self.open = None
        return found


@dataclass(slots=True)
class Coarser:
    """Both levels of one stream."""

    seconds: Level = field(default_factory=Level)
    minutes: Level = field(default_factory=Level)

    def take(self, samples: Rows) -> Iterator[tuple[str, Rows]]:
        """Take samples; yield the rows that they close, with their measurement."""
        for seconds in self.seconds.take(samples, NS_PER_S):
            yield SECONDS, seconds
            yield from ((MINUTES, rows) for rows in self.minutes.take(seconds, 60 * NS_PER_S))

    def end(self) -> Iterator[tuple[str, Rows]]:
        """Yield what is open when the run ends."""
        for seconds in self.seconds.closed():
            self.seconds.made += len(seconds.t_ns)
            yield SECONDS, seconds
            yield from ((MINUTES, rows) for rows in self.minutes.take(seconds, 60 * NS_PER_S))
        for minutes in self.minutes.closed():
            self.minutes.made += len(minutes.t_ns)
            yield MINUTES, minutes


def row_columns(rows: Rows) -> list[FieldColumn]:
    """Return the fields of rows: the mean under the field's own name, beside it its least, most and last value."""
    # In an order of their own: that of the channels is lost where one of them began with what is no number.
    gathered = sorted(rows.fields.items())
    found = {COUNT: FieldColumn(COUNT, rows.n)}
    for key, column in gathered:
        found[key] = FieldColumn(escape_name(key), column.means(), column.present())
    for key, column in gathered:
        for what, values in column.ends():
            name = _beside(f"{key}_{what}", found)
            found[name] = FieldColumn(escape_name(name), values, column.present())
    return list(found.values())


def _beside(name: str, taken: Mapping[str, FieldColumn]) -> str:
    """Return a field's name that no channel has."""
    return name if name not in taken else _beside(f"{name}_", taken)
