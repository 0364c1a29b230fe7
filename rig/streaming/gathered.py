"""What the values of one field come to over rows of samples: how many, their mean, least, most and last.

Sums are added up in the order of the samples, one after the other, so that they are the same in whatever pieces the
samples come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from rig.streaming.field_column import Mask

# Sums of larger values could overflow.
_LARGEST = 1e300

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Gathered:
    """What a row holds of one field, while more may come: how many values, their sum, least, most and last."""

    n: int
    sum: float
    low: float
    high: float
    last: float


@dataclass(frozen=True, slots=True)
class GatheredColumn:
    """The same of many rows, each of shape (rows,). A row without a value has n = 0, and bounds that any value moves.

    Rows of one value each have one and the same array for sum, bounds and last.
    """

    n: NDArray[np.int64]
    sum: Floats
    low: Floats
    high: Floats
    last: Floats

    @classmethod
    def of_values(cls, values: Floats) -> "GatheredColumn":
        """Return values as rows of one each; what is no number that sums hold is no value."""
        held = np.abs(values) < _LARGEST
        if held.all():
            # Of the two zeros one: a sum of both is not the same in all pieces.
            plain = values + 0.0
            return cls(np.ones(len(values), np.int64), plain, plain, plain, plain)
        plain = np.where(held, values, 0.0) + 0.0
        low, high = np.where(held, plain, np.inf), np.where(held, plain, -np.inf)
        return cls(held.astype(np.int64), plain, low, high, plain)

    @classmethod
    def of_one(cls, one: Gathered) -> "GatheredColumn":
        """Return one row."""
        return cls(
            np.array([one.n], np.int64), *(np.array([value]) for value in (one.sum, one.low, one.high, one.last))
        )

    @classmethod
    def of_nothing(cls, rows: int) -> "GatheredColumn":
        """Return rows without a value."""
        return cls.of_values(np.full(rows, np.nan))

    @classmethod
    def joined(cls, columns: Sequence["GatheredColumn"]) -> "GatheredColumn":
        """Return the rows of columns one after the other."""
        return cls(*(np.concatenate([getattr(one, part.name) for one in columns]) for part in fields(cls)))

    def merged(self, starts: NDArray[np.intp], stops: NDArray[np.intp]) -> "GatheredColumn":
        """Return the rows that come of putting together those from each start to its stop, all of them in order."""
        row = np.repeat(np.arange(len(starts)), stops - starts)
        # Added up one after the other, where numpy's own sums would add halves.
        summed: Floats = np.bincount(row, self.sum, len(starts)).astype(np.float64, copy=False)
        latest = stops - 1
        if not self.n.all():
            latest = np.maximum.reduceat(np.where(self.n > 0, np.arange(len(self.n)), 0), starts)
        return GatheredColumn(
            np.add.reduceat(self.n, starts),
            summed,
            np.minimum.reduceat(self.low, starts),
            np.maximum.reduceat(self.high, starts),
            self.last[latest],
        )

    def part(self, start: int, stop: int) -> "GatheredColumn":
        """Return the rows from `start` to `stop`."""
        if self.last is self.low:
            plain = self.last[start:stop]
            return GatheredColumn(self.n[start:stop], plain, plain, plain, plain)
        return GatheredColumn(*(getattr(self, one.name)[start:stop] for one in fields(self)))

    def last_row(self) -> Gathered | None:
        """Return the last row, None when it has no value."""
        if not self.n[-1]:
            return None
        return Gathered(int(self.n[-1]), *(float(one[-1]) for one in (self.sum, self.low, self.high, self.last)))

    def present(self) -> Mask | None:
        """Tell which rows have a value, None when all have."""
        return None if self.n.all() else self.n > 0

    def means(self) -> Floats:
        """Return the mean of each row, 0 where it has no value; never beyond the least and the most."""
        if self.last is self.low:
            return self.last
        return np.clip(self.sum / np.maximum(self.n, 1), self._plain(self.low), self._plain(self.high))

    def ends(self) -> Iterator[tuple[str, Floats]]:
        """Yield the least, the most and the last value of each row by name, 0 where it has none."""
        yield from (("min", self._plain(self.low)), ("max", self._plain(self.high)), ("last", self._plain(self.last)))

    def _plain(self, values: Floats) -> Floats:
        return values if self.n.all() else np.where(self.n > 0, values, 0.0)
