"""Samples once more by the second and by the minute, so that a page over a day need not read each of them.

A row holds the samples of one second (or minute) of the clock and stands at the stamp of its last one. A sample that
comes a second (or minute) or more after the one before it is a row by itself, at once: it need not wait for the next to
be shown. What rows a stream makes depends on its samples alone, not on the pieces that they are encoded in.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.streaming.names import number_tag
from rig.streaming.points import Point, RunTags, Value, point

SECONDS, MINUTES = "samples_1s", "samples_1m"
COUNT = "samples_counted"
# Sums of larger values could overflow.
_LARGEST = 1e300


@dataclass(slots=True)
class Gathered:
    """What a row holds of one field: how many values, their sum, least, most and last.

    While values are still to come the sum is exact, as floats to be added: it is the same in whatever pieces they come.
    """

    n: int
    sum: tuple[float, ...]
    low: float
    high: float
    last: float

    def add(self, other: "Gathered") -> None:
        """Take in values that come later."""
        self.n += other.n
        self.sum = _exact((*self.sum, *other.sum))
        self.low, self.high, self.last = min(self.low, other.low), max(self.high, other.high), other.last


@dataclass(slots=True)
class Row:
    """Samples from `first_ns` to `t_ns` of one opening and one `step`; nothing is added to a row that is `alone`."""

    opening: int
    step: int
    first_ns: int
    t_ns: int
    n: int
    fields: dict[str, Gathered]
    alone: bool = False

    def add(self, other: "Row") -> None:
        """Take in a row that comes later."""
        self.n += other.n
        self.t_ns = other.t_ns
        for key, one in other.fields.items():
            if key in self.fields:
                self.fields[key].add(one)
            else:
                self.fields[key] = one

    def close(self) -> "Row":
        """Round the sums: nothing is added any more."""
        for one in self.fields.values():
            one.sum = (math.fsum(one.sum),)
        return self

    def goes_with(self, later: "Row", level_ns: int) -> bool:
        """Tell whether a later row is of the same second or minute, and of the same series."""
        return (
            not (self.alone or later.alone)
            and (self.opening, self.step) == (later.opening, later.step)
            and self.first_ns // level_ns == later.first_ns // level_ns
        )


@dataclass(slots=True)
class Level:
    """How far rows of one length have come: the open one, the last stamp taken, and how many were made."""

    open: Row | None = None
    last_ns: int | None = None
    made: int = 0

    def take(self, rows: Sequence[Row], level_ns: int) -> list[Row]:
        """Take rows that are no longer than `level_ns`; return those that are closed by them."""
        closed: list[Row] = []
        for row in rows:
            row.alone = self.last_ns is None or row.first_ns - self.last_ns >= level_ns
            self.last_ns = row.t_ns
            if self.open is not None and self.open.goes_with(row, level_ns):
                self.open.add(row)
                continue
            closed += self.closed()
            if row.alone:
                closed.append(row.close())
            else:
                self.open = row
        self.made += len(closed)
        return closed

    def closed(self) -> list[Row]:
        """Close the open row, if there is one; it is not counted as made."""
        found = [] if self.open is None else [self.open.close()]
        self.open = None
        return found


@dataclass(slots=True)
class Coarser:
    """Both levels of one stream."""

    seconds: Level = field(default_factory=Level)
    minutes: Level = field(default_factory=Level)

    def take(
        self, keys: Sequence[str], t_ns: NDArray[np.int64], columns: Sequence[NDArray[np.float64]], of: tuple[int, int]
    ) -> Iterator[tuple[str, Row]]:
        """Take samples of one opening and step (`of`); yield the rows that they close, with their measurement."""
        seconds = self.seconds.take(_pieces(keys, t_ns, columns, of, self.seconds.last_ns), NS_PER_S)
        yield from ((SECONDS, row) for row in seconds)
        # A row that is closed is taken into a minute, and changes there: it is written before.
        yield from ((MINUTES, row) for row in self.minutes.take(seconds, 60 * NS_PER_S))

    def end(self) -> Iterator[tuple[str, Row]]:
        """Yield what is open when the run ends."""
        seconds = self.seconds.closed()
        self.seconds.made += len(seconds)
        yield from ((SECONDS, row) for row in seconds)
        minutes = self.minutes.take(seconds, 60 * NS_PER_S)
        left = self.minutes.closed()
        self.minutes.made += len(left)
        yield from ((MINUTES, row) for row in (*minutes, *left))


def row_point(measurement: str, row: Row, stream: str, run: RunTags) -> Point:
    """Return a row as a point: the mean under the field's own name, beside it its least, most and last value."""
    # In an order of their own: that of the channels is lost where one of them began with what is no number.
    gathered = sorted(row.fields.items())
    fields: dict[str, Value] = {COUNT: row.n}
    for key, one in gathered:
        fields[key] = one.sum[0] / one.n
    for key, one in gathered:
        for what, value in (("min", one.low), ("max", one.high), ("last", one.last)):
            fields[_beside(f"{key}_{what}", fields)] = value
    tags = (("instrument", stream), ("opening", number_tag(row.opening)), ("step", number_tag(row.step)))
    return point(measurement, (*run.tags, *tags), fields, row.t_ns)


def _beside(name: str, taken: Mapping[str, Value]) -> str:
    """Return a field's name that no channel has."""
    return name if name not in taken else _beside(f"{name}_", taken)


def _pieces(
    keys: Sequence[str],
    t_ns: NDArray[np.int64],
    columns: Sequence[NDArray[np.float64]],
    of: tuple[int, int],
    last_ns: int | None,
) -> list[Row]:
    """Cut samples where a second begins, and before and behind one that comes a second after the one before it."""
    if not len(t_ns):
        return []
    gaps = np.diff(t_ns, prepend=t_ns[0] - NS_PER_S if last_ns is None else last_ns)
    alone = gaps >= NS_PER_S
    seconds = t_ns // NS_PER_S
    begins = np.ones(len(t_ns), bool)
    begins[1:] = (seconds[1:] != seconds[:-1]) | alone[1:] | alone[:-1]
    starts = np.flatnonzero(begins)
    stops = [*starts[1:].tolist(), len(t_ns)]
    rows = []
    for start, stop in zip(starts.tolist(), stops, strict=True):
        whole = start > 0 and stop < len(t_ns)  # else a row that is open may be continued by it, or it by the next
        gathered = {key: _gathered(column[start:stop], whole=whole) for key, column in zip(keys, columns, strict=True)}
        fields = {key: one for key, one in gathered.items() if one is not None}
        rows.append(Row(*of, int(t_ns[start]), int(t_ns[stop - 1]), stop - start, fields))
    return rows


def _gathered(values: NDArray[np.float64], *, whole: bool) -> Gathered | None:
    """Return what values come to, None when none of them is a number that sums hold."""
    if len(values) == 1:
        one = float(values[0])
        return Gathered(1, (one,), one, one, one) if abs(one) < _LARGEST else None
    values = values[np.abs(values) < _LARGEST]
    if not len(values):
        return None
    listed: list[float] = values.tolist()
    summed = (math.fsum(listed),) if whole or len(listed) == 1 else _exact(listed)
    return Gathered(len(listed), summed, float(values.min()), float(values.max()), listed[-1])


def _exact(values: Sequence[float]) -> tuple[float, ...]:
    """Return few floats whose sum is exactly that of `values`."""
    parts: list[float] = []
    while rest := math.fsum([*values, *(-part for part in parts)]):
        parts.append(rest)
    return tuple(parts)
