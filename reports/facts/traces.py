"""Samples on their way to a page: read piece by piece, thinned so that every peak stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reports.facts.charts import FloatArray
from reports.facts.snapshot import Snapshot
from rig.record.reader import RecordReader
from rig.record.series import Series

# A graph is some 1000 pixels wide: with the lowest and the highest of as many parts nothing is lost that can be seen.
MOST_POINTS = 2000
# Pieces that a span is read in, so that a month of fast samples needs the memory of a day.
_PIECES = 32
NS_PER_MIN = 60_000_000_000
NS_PER_H = 60 * NS_PER_MIN

TimeArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trace:
    """Samples of one channel as a page shows them: `t_ns` int64 (n,), `values` float64 (n,).

    `recorded` is how many there are in the record; `smallest`, `mean` and `largest` are over all of these (NaN when
    there is not one finite value).
    """

    t_ns: TimeArray
    values: FloatArray
    recorded: int
    smallest: float
    mean: float
    largest: float

    @property
    def thinned(self) -> bool:
        """Tell whether some samples are left out."""
        return len(self.t_ns) < self.recorded


def hours_since(t_ns: TimeArray, origin_ns: int) -> FloatArray:
    """Return hours from `origin_ns` on."""
    return np.asarray((t_ns - origin_ns) / NS_PER_H, np.float64)


def thin(values: FloatArray, most: int = MOST_POINTS) -> NDArray[np.intp]:
    """Return the indices of at most `most` of the samples (n,): of each of most/2 equal parts its lowest and highest.

    With `most` or fewer samples all are kept. Values that are not finite are never an extreme.
    """
    n = len(values)
    if n <= most:
        return np.arange(n)
    edges = np.linspace(0, n, most // 2 + 1).astype(np.intp)
    low = np.where(np.isfinite(values), values, np.inf)
    high = np.where(np.isfinite(values), values, -np.inf)
    kept = []
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        kept.append(first + int(low[first:last].argmin()))
        kept.append(first + int(high[first:last].argmax()))
    return np.unique(np.array(kept, np.intp))


def pieces(
    reader: RecordReader, stream: str, columns: Sequence[str], from_ns: int, to_ns: int, count: int = _PIECES
) -> Iterator[Series]:
    """Yield the samples with from_ns <= t_ns < to_ns in order, `count` equal spans of time one after the other.

    What is in memory already is one piece.
    """
    if isinstance(reader, Snapshot) and reader.holds(stream):
        count = 1
    edges = [from_ns + (to_ns - from_ns) * part // count for part in range(count + 1)]
    for begin_ns, end_ns in pairwise(edges):
        if end_ns > begin_ns:
            series = reader.series(stream, begin_ns, end_ns, columns)
            if len(series.t_ns):
                yield series


def traces(reader: RecordReader, stream: str, columns: Sequence[str], from_ns: int, to_ns: int) -> dict[str, Trace]:
    """Return the named channels of a stream over a span, each thinned by itself; {} when there are no samples."""
    most = MOST_POINTS if isinstance(reader, Snapshot) and reader.holds(stream) else MOST_POINTS // _PIECES
    kept: dict[str, list[tuple[TimeArray, FloatArray]]] = {name: [] for name in columns}
    totals = {name: _Totals() for name in columns}
    for series in pieces(reader, stream, columns, from_ns, to_ns):
        for name, values in series.columns.items():
            chosen = thin(values, most)
            kept[name].append((series.t_ns[chosen], values[chosen]))
            totals[name].add(values)
    return {name: totals[name].trace(parts) for name, parts in kept.items() if parts}


@dataclass(slots=True)
class _Totals:
    recorded: int = 0
    finite: int = 0
    sum: float = 0.0
    smallest: float = np.inf
    largest: float = -np.inf

    def add(self, values: FloatArray) -> None:
        good = values[np.isfinite(values)]
        self.recorded += len(values)
        if len(good):
            self.finite += len(good)
            self.sum += float(good.sum())
            self.smallest = min(self.smallest, float(good.min()))
            self.largest = max(self.largest, float(good.max()))

    def trace(self, parts: list[tuple[TimeArray, FloatArray]]) -> Trace:
        t_ns = np.concatenate([t for t, _ in parts])
        values = np.concatenate([v for _, v in parts])
        if not self.finite:
            return Trace(t_ns, values, self.recorded, np.nan, np.nan, np.nan)
        return Trace(t_ns, values, self.recorded, self.smallest, self.sum / self.finite, self.largest)
