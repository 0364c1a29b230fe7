"""How long a plan may take, in the bench's own time."""

from rig.clock import Clock, hours_between, ns_from_s
from rig.errors import TimeLimitError
from rig.safety import interrupts

_LONGEST_HOURS = 24.0 * 90.0
# A plan that dwells meets its limit there; one that does not is met from outside, a little later.
_GRACE_S = 1.0


class TimeLimit:
    """The time limit of the plan under way: its own, the bench's (`bench_hours`), or 90 days on the wall clock."""

    def __init__(self, clock: Clock, bench_hours: float | None) -> None:
        self._clock = clock
        default = None if clock.virtual else _LONGEST_HOURS
        self._bench_hours = default if bench_hours is None else bench_hours
        self._hours: float | None = None
        self._begin_ns = 0
        self._end_ns: int | None = None
        self._insisted = False

    def begin(self, hours: float | None) -> None:
        """Begin to count for a plan; `hours` is its own limit, None means the bench's."""
        self._hours = self._bench_hours if hours is None else hours
        self._begin_ns = self._clock.now_ns()
        self._end_ns = None if self._hours is None else self._begin_ns + ns_from_s(self._hours * 3600.0)
        self._insisted = False

    def cut(self, until_ns: int) -> int:
        """Return the earlier of a moment and the limit (UTC ns)."""
        return until_ns if self._end_ns is None else min(until_ns, self._end_ns)

    def demand(self) -> None:
        """Raise TimeLimitError when the limit has been reached."""
        if self._end_ns is not None and self._clock.now_ns() >= self._end_ns:
            raise self._error()

    def insist(self, *, under_way: bool) -> None:
        """End a plan from another thread that is beyond its limit and does not dwell; says it once."""
        end_ns = self._end_ns
        if not under_way or self._insisted or end_ns is None or self._clock.now_ns() < end_ns + ns_from_s(_GRACE_S):
            return
        self._insisted = True
        interrupts.raise_in_main(self._error())

    def _error(self) -> TimeLimitError:
        took = hours_between(self._begin_ns, self._clock.now_ns())
        return TimeLimitError(
            f"the plan has reached its time limit of {self._hours:g} h after {took:.4g} h and is ended; give it more "
            "with @pytest.mark.time_limit(hours=…), or all plans of the bench with plan_hours in its [safety]"
        )
