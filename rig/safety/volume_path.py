"""One way to know what was delivered since the plan began, from samples as they come: for interlocks, not for verdicts.

Nothing is corrected for air, evaporation or the line: what an interlock finds is far beyond those.
"""

import math
from collections import deque
from itertools import islice

from rig.clock import NS_PER_S, ns_from_s

_S_PER_H = 3600.0
_MOST_POINTS = 4096


class VolumePath:
    """The volume by one stream, in µL since `restart`, and its mean rate over the last `over_s`.

    A stream of flow may be wrong by `percent` of it or `absolute` µL/h, whichever is more; `doubt_ul` is what that
    comes to since `restart`. `says` is its verb in a sentence.
    """

    def __init__(
        self, stream: str, over_s: float, *, says: str = "shows", percent: float = 0.0, absolute: float = 0.0
    ) -> None:
        self.stream = stream
        self.says = says
        self.doubt_ul = 0.0
        # Whether the volume is all that came since `restart`: where the flow was not known for a while it is not.
        self.whole = True
        self._percent = percent
        self._absolute = absolute
        self._over_ns = ns_from_s(over_s)
        self._points: deque[tuple[int, float]] = deque()
        self._reading_ul: float | None = None
        self._flowed_ns: int | None = None
        self._volume_ul = 0.0

    def read(self, t_ns: int, reading_ul: float) -> None:
        """Take in what the stream shows in all at a moment; what is not a number shows nothing."""
        if not math.isfinite(reading_ul):
            return
        if self._reading_ul is not None:
            self._volume_ul += reading_ul - self._reading_ul
        self._reading_ul = reading_ul
        self._add(t_ns)

    def flowed(self, t_ns: int, rate_ul_h: float, from_ns: int | None = None) -> None:
        """Take in the mean flow from the reading before until `t_ns`; where it is not known, the rate begins anew.

        `from_ns` is when it began to be measured, for the first one.
        """
        since_ns, self._flowed_ns = from_ns if self._flowed_ns is None else self._flowed_ns, t_ns
        if not math.isfinite(rate_ul_h):
            self._points.clear()
            self.whole = False
            return
        if since_ns is not None:
            hours = (t_ns - since_ns) / NS_PER_S / _S_PER_H
            self._volume_ul += rate_ul_h * hours
            self.doubt_ul += max(abs(rate_ul_h) * self._percent / 100.0, self._absolute) * hours
        self._add(t_ns)

    def restart(self) -> None:
        """Count from now on."""
        self._volume_ul = 0.0
        self.doubt_ul = 0.0
        self.whole = True
        self._points.clear()

    def set_anew(self) -> None:
        """Take note that the stream shows another number from now on for what has been delivered: it was tared."""
        self._reading_ul = None

    @property
    def begin_ns(self) -> int:
        """Return when the oldest point that is kept was read (UTC ns)."""
        return self._points[0][0]

    @property
    def last_ns(self) -> int:
        """Return when the newest point was read (UTC ns)."""
        return self._points[-1][0]

    @property
    def spacing_ns(self) -> int:
        """Return how far apart its last two points were read; 0 before there are two."""
        return self._points[-1][0] - self._points[-2][0] if len(self._points) > 1 else 0

    @property
    def volume_ul(self) -> float | None:
        """Return the volume since `restart` in µL; None before the first reading."""
        return self._points[-1][1] if self._points else None

    def rate_ul_h(self) -> float | None:
        """Return the mean rate in µL/h over the last `over_s`, or between two readings that lie farther apart."""
        if len(self._points) < 2 or self.last_ns - self.begin_ns < self._over_ns:
            return None
        (from_ns, from_ul), (to_ns, to_ul) = self._points[0], self._points[-1]
        return (to_ul - from_ul) / ((to_ns - from_ns) / NS_PER_S / _S_PER_H)

    def at(self, t_ns: int) -> float | None:
        """Return the volume at a moment in µL, between the readings beside it; None where there are none."""
        later: tuple[int, float] | None = None
        for point in reversed(self._points):
            if point[0] == t_ns:
                return point[1]
            if point[0] < t_ns:
                if later is None:
                    return None
                share = (t_ns - point[0]) / (later[0] - point[0])
                return point[1] + share * (later[1] - point[1])
            later = point
        return None

    def _add(self, t_ns: int) -> None:
        if self._points and t_ns <= self.last_ns:
            return
        self._points.append((t_ns, self._volume_ul))
        # The last two are kept however far apart: what is read more often is compared between them.
        while len(self._points) > 2 and t_ns - self._points[1][0] >= self._over_ns:
            self._points.popleft()
        if len(self._points) > _MOST_POINTS:  # so many that each second one tells the same of so long a time
            newest = self._points.pop()
            self._points = deque([*islice(self._points, 0, None, 2), newest])
