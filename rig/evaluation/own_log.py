"""The pump's own log on the rig's clock: each line with the moment that it tells of."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.evaluation.columns import column
from rig.evaluation.orders import SET_CLOCK
from rig.record.bodies.pump_events import LogLine, PumpLogRead
from rig.record.reader import RecordReader

# One comparison of clocks over the link is good to this: half of an exchange, and the clock's own digit.
U_STAMP_S = 0.2
# A stamp that is so far from the clock is not by it: two comparisons, and what a clock may gain between them.
_OFF_S = 2.0
# A line, a setting and a comparison that are so near to each other may have come in any order.
_NEAR_NS = 2 * NS_PER_S
# A line is written within a pace of some comparison, give or take: what the pace was just then, others come before.
_PACES = 1.5


@dataclass(frozen=True, slots=True)
class StampedLine:
    """A line of the log: when it was written by the rig's clock (UTC ns), standard uncertainty in s, when it was read.

    Of a pump that tells no clock `u_s` is infinite, and `at_ns` is when the line was read. `off_s` is by how much the
    stamp is ahead of what the pump's clock showed at that moment, 0 where that is less than comparisons can tell.
    """

    line: LogLine
    at_ns: int
    u_s: float
    read_ns: int
    off_s: float = 0.0

    @property
    def dated(self) -> bool:
        """Tell whether the line's own time is known."""
        return math.isfinite(self.u_s)


def stamped_lines(
    reader: RecordReader, from_ns: int = 0, only: frozenset[str] = frozenset()
) -> tuple[StampedLine, ...]:
    """Return the lines of the log of the pump under test that were read from a moment on (UTC ns), in order.

    `only` are the events that are wanted, none for all: a log of days has many lines, and each is dated by itself.
    """
    return reader.once(("stamped lines", from_ns, only), lambda: _stamped_lines(reader, from_ns, only))


def _stamped_lines(reader: RecordReader, from_ns: int, only: frozenset[str]) -> tuple[StampedLine, ...]:
    pump = reader.start().in_role("pump")
    compared_ns, offset_s = _offsets(reader, pump)
    shown = _shown(reader, pump, compared_ns, offset_s)
    # Of the plan before, whose last comparison may be hours ago, none says what the clock shows here.
    own = shown.t_ns >= from_ns
    t_ns, offset_s = (shown.t_ns[own], shown.offset_s[own]) if len(compared_ns) else (compared_ns, offset_s)
    found = []
    before_ns = 0
    for entry in reader.events(PumpLogRead):
        if entry.body.instrument != pump:
            continue
        lines = [one for one in entry.body.lines if not only or one.event in only] if entry.t_ns >= from_ns else []
        if lines:
            about = _About.reading(entry.t_ns, before_ns, t_ns, offset_s)
            found += [_stamped(line, entry.t_ns, about, shown) for line in lines]
        before_ns = entry.t_ns
    return tuple(found)


def _offsets(reader: RecordReader, pump: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return when the pump's clock was compared (UTC ns), and by how much it was ahead (s)."""
    names = {one.name for one in reader.channels(pump)} if pump in reader.streams() else set()
    if "clock_offset" not in names:
        return np.empty(0, np.int64), np.empty(0)
    series = reader.series(pump, columns=["clock_offset"])
    return series.t_ns, column(series, "clock_offset")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the pump's clock may have shown: by how much it was ahead (s) at UTC ns, as compared and as it was set."""

    t_ns: NDArray[np.int64]
    offset_s: NDArray[np.float64]


def _shown(reader: RecordReader, pump: str, t_ns: NDArray[np.int64], offset_s: NDArray[np.float64]) -> _Shown:
    """Return the comparisons, and the times that the clock was set to: it may be set twice between two of them."""
    told = [one for one in reader.commands(pump) if one.body.verb == SET_CLOCK]
    set_to = [(one.body.sent_ns or one.t_ns, one.body.arguments.get("t_ns")) for one in told]
    set_s = [(at_ns, (to_ns - at_ns) / NS_PER_S) for at_ns, to_ns in set_to if isinstance(to_ns, int)]
    all_ns = np.concatenate([t_ns, np.array([at_ns for at_ns, _ in set_s], np.int64)])
    all_s = np.concatenate([offset_s, np.array([ahead_s for _, ahead_s in set_s], np.float64)])
    order = np.argsort(all_ns, kind="stable")
    return _Shown(all_ns[order], all_s[order])


@dataclass(frozen=True, slots=True)
class _About:
    """The comparisons around what one reading of the log brought: UTC ns, s ahead, ns ahead, and how near is near."""

    t_ns: NDArray[np.int64]
    offset_s: NDArray[np.float64]
    offset_ns: NDArray[np.int64]
    near_ns: NDArray[np.float64]

    @classmethod
    def reading(cls, read_ns: int, before_ns: int, t_ns: NDArray[np.int64], offset_s: NDArray[np.float64]) -> "_About":
        """Return those since the log was read before: a clock set back meanwhile shows the same reading twice."""
        first = max(0, int(np.searchsorted(t_ns, before_ns)) - 1)
        last = min(len(t_ns), int(np.searchsorted(t_ns, read_ns, side="right")) + 1)
        own_ns, own_s = t_ns[first:last], offset_s[first:last]
        if not len(own_ns):
            return cls(own_ns, own_s, own_ns, own_s)
        gaps_ns = np.diff(own_ns, prepend=own_ns[0], append=own_ns[-1])
        near_ns = _PACES * np.maximum(gaps_ns[:-1], gaps_ns[1:])
        return cls(own_ns, own_s, np.rint(own_s * NS_PER_S).astype(np.int64), near_ns)


def _stamped(line: LogLine, read_ns: int, about: _About, shown: _Shown) -> StampedLine:
    """Date a line by the comparison whose reading of the pump's clock is nearest to the line's own."""
    if not len(about.t_ns):
        return StampedLine(line, read_ns, math.inf, read_ns)
    apart_ns = np.abs(about.t_ns + about.offset_ns - line.pump_clock_ns)
    nearest = int(apart_ns.argmin())
    # Where the clock was set between two comparisons near to each other, the line is of before or of behind that.
    may_be = about.offset_s[apart_ns <= np.maximum(about.near_ns, apart_ns[nearest])]
    u_s = math.hypot(U_STAMP_S, float(may_be.max() - may_be.min()) / math.sqrt(3.0))
    at_ns = line.pump_clock_ns - int(about.offset_ns[nearest])
    return StampedLine(line, at_ns, u_s, read_ns, _off_s(at_ns, float(about.offset_s[nearest]), shown))


def _off_s(at_ns: int, by_s: float, shown: _Shown) -> float:
    """Return how far a stamp is from the clock around its moment; `by_s` is how far ahead it took the clock to be.

    A clock that was set shows an old time no more: a stamp by it is one that nobody could have read on the pump.
    """
    first = max(0, int(np.searchsorted(shown.t_ns, at_ns - _NEAR_NS)) - 1)
    last = int(np.searchsorted(shown.t_ns, at_ns + _NEAR_NS, side="right")) + 1
    off_s = by_s - shown.offset_s[first:last]
    least = float(off_s[np.argmin(np.abs(off_s))])
    return least if abs(least) > _OFF_S else 0.0
