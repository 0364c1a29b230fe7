"""Stamps that no two points of a series share, made the same way whenever a record is sent.

InfluxDB keeps one point per series and stamp. Within one value of the `step` tag stamps strictly rise, so that nothing
overwrites; across values the series differ.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_STEPS = 64
# InfluxDB's own range ends 37 million seconds farther out: room for what is moved.
HOLDABLE_NS = 9_186_372_036_854_775_806
# How far a stamp may be moved to follow the one before it; farther back, a clock was stepped.
_MOVED_BELOW_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Tail:
    """Where a series ends so far: its last stamp (None before the first) and how often stamps ran backwards."""

    last_ns: int | None = None
    step: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples `start` to `stop` of a block, with the stamps they stand at and their `step`."""

    start: int
    stop: int
    t_ns: NDArray[np.int64]
    step: int


def place(t_ns: NDArray[np.int64], tail: Tail) -> tuple[list[Stretch], Tail]:
    """Give each sample of a block its stamp: shape (n,) in, stretches that cover 0 to n in order out.

    Stamps lie within `HOLDABLE_NS` of 1970, so that nothing here runs over the ends of int64.
    A stretch whose `step` is beyond MAX_STEPS holds samples that are to be refused; it reaches to the end.
    """
    stretches: list[Stretch] = []
    start = 0
    while start < len(t_ns):
        rest = t_ns[start:]
        if tail.step > MAX_STEPS:
            return [*stretches, Stretch(start, len(t_ns), rest, tail.step)], tail
        moved = _risen(rest, tail.last_ns)
        # The difference of two int64 always fits into uint64.
        stepped = np.flatnonzero(moved.view(np.uint64) - rest.view(np.uint64) >= _MOVED_BELOW_NS)
        length = int(stepped[0]) if len(stepped) else len(rest)
        if length:
            stretches.append(Stretch(start, start + length, moved[:length], tail.step))
            tail = Tail(int(moved[length - 1]), tail.step)
        start += length
        if len(stepped):
            tail = Tail(None, tail.step + 1)
    return stretches, tail


def after(t_ns: int, last_ns: int | None) -> int:
    """Return the stamp of an entry: its own, or 1 ns after the last when that is not later."""
    return t_ns if last_ns is None or t_ns > last_ns else last_ns + 1


def _risen(t_ns: NDArray[np.int64], last_ns: int | None) -> NDArray[np.int64]:
    """Return max(t[i], result[i-1] + 1) for all i, with `last_ns` before the first."""
    if (len(t_ns) == 1 or (t_ns[1:] > t_ns[:-1]).all()) and (last_ns is None or t_ns[0] > last_ns):
        return t_ns
    index = np.arange(len(t_ns), dtype=np.int64)
    lead = t_ns - index
    if last_ns is not None:
        lead[0] = max(int(lead[0]), last_ns + 1)
    return np.asarray(np.maximum.accumulate(lead) + index)
