"""How far the ways to know a delivery are apart: the pump's count, balance, flow sensor and motor, each by each.

They are compared as they were read; what an interlock finds is far beyond corrections. What a flow sensor may be wrong
by is allowed for besides.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from rig.clock import NS_PER_S
from rig.safety.trip import Trip
from rig.safety.volume_path import VolumePath

KEY = "most_distance_percent"
# How often the motor's edges are asked for at the most: they are an exchange of their own with the DAQ.
_EDGES_EACH_NS = 60 * NS_PER_S


class Distances:
    """Compares every two paths of one delivery, each time that one of them has been read anew."""

    def __init__(self, most_percent: float, from_ul: float) -> None:
        self._most_percent = most_percent
        self._from_ul = from_ul

    def found(self, paths: Sequence[VolumePath]) -> Iterator[Trip]:
        """Yield a trip for every two paths that are farther apart than is allowed."""
        for one, other in combinations((path for path in paths if path.whole and path.volume_ul is not None), 2):
            # At a reading of the one that is read less often: between its readings nobody knows how it went.
            t_ns = (one if one.spacing_ns > other.spacing_ns else other).last_ns
            volumes = one.at(t_ns), other.at(t_ns)
            if volumes[0] is not None and volumes[1] is not None:
                yield from self._apart(one, other, volumes[0], volumes[1], t_ns)

    def _apart(self, one: VolumePath, other: VolumePath, a_ul: float, b_ul: float, t_ns: int) -> Iterator[Trip]:
        larger = max(abs(a_ul), abs(b_ul))
        if larger < self._from_ul:
            return
        apart = abs(a_ul - b_ul) / larger * 100.0
        doubt = (one.doubt_ul + other.doubt_ul) / larger * 100.0
        if apart <= self._most_percent + doubt:
            return
        allowed = f"at most {self._most_percent:g} % is allowed"
        if doubt:
            allowed += f" and {doubt:.3g} % for what the sensor may be wrong by"
        found = (
            f"since the plan began {one.stream} {one.says} {a_ul:.5g} µL, {other.stream} {other.says} {b_ul:.5g} µL: "
            f"{apart:.3g} % apart, {allowed}"
        )
        yield Trip(KEY, apart, self._most_percent + doubt, (one.stream, other.stream), t_ns, t_ns, found)


class Edges:
    """The motor's edges as a path: asked for when the DAQ has been read, not more often than each minute."""

    def __init__(self, path: VolumePath, ul_per_edge: float, count: Callable[[], int | None]) -> None:
        self.path = path
        self._ul_per_edge = ul_per_edge
        self._count = count
        self._next_ns = 0

    def ask(self, stream: str, t_ns: int) -> float | None:
        """Return what the edges stand for in all, in µL, when the DAQ was read at `t_ns` and it is time to ask."""
        if stream != self.path.stream or t_ns < self._next_ns:
            return None
        self._next_ns = t_ns + _EDGES_EACH_NS
        return self.moved_ul()

    def moved_ul(self) -> float | None:
        """Return what the edges stand for in all, in µL; None where the DAQ does not say."""
        edges = self._count()
        return None if edges is None else edges * self._ul_per_edge
