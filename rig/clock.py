"""The only place that reads or waits for time.

On the wall clock time passes by itself. On the virtual clock it passes only while somebody waits: `wait_until` runs
every call that falls due on the way, on the caller's own thread, in order of due time and then of name. A run on the
virtual clock is therefore the same on a fast, a slow and a loaded machine.

Wire time-outs are not clock time: a real port answers in real time even when the plan's day lasts a second. They use
`Deadline`, which always runs on the machine's monotonic time.
"""

import heapq
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from typing import Protocol

NS_PER_S = 1_000_000_000


def ns_from_s(seconds: float) -> int:
    """Return whole nanoseconds nearest to `seconds`."""
    return round(seconds * NS_PER_S)


def hours_between(from_ns: int, to_ns: int) -> float:
    """Return the hours between two moments."""
    return (to_ns - from_ns) / NS_PER_S / 3600.0


def iso_utc(t_ns: int) -> str:
    """Render UTC nanoseconds as ISO 8601 with microseconds, for people and file names."""
    whole, rest = divmod(t_ns, NS_PER_S)
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest // 1000:06d}Z"


class ScheduledCall(Protocol):
    """A repeating call that can be cancelled."""

    def cancel(self) -> None:
        """Stop the repetition; a call under way finishes."""


class Clock(Protocol):
    """What plans, drivers, samplers and twins take time from."""

    virtual: bool

    def now_ns(self) -> int:
        """Return UTC nanoseconds; never steps backwards within a run."""

    def wait_until(self, t_ns: int) -> None:
        """Return when `now_ns()` has reached `t_ns`."""

    def wait_s(self, seconds: float) -> None:
        """Return `seconds` later."""

    def call_every(self, name: str, period_ns: int, call: Callable[[int], None], first_ns: int) -> ScheduledCall:
        """Run `call(due_ns)` at `first_ns` and then each `period_ns` until it is cancelled."""


class WallClock:
    """UTC anchored once to the monotonic clock, so that a stepped system clock never steps a run.

    `speed` greater than 1 lets time pass faster: for hosted twins that other clients talk to.
    """

    virtual = False

    def __init__(self, speed: float = 1.0, epoch_ns: int | None = None) -> None:
        self.speed = speed
        self._anchor_monotonic_ns = time.monotonic_ns()
        self._anchor_utc_ns = time.time_ns() if epoch_ns is None else epoch_ns

    def now_ns(self) -> int:
        """Return UTC nanoseconds."""
        elapsed_ns = time.monotonic_ns() - self._anchor_monotonic_ns
        return self._anchor_utc_ns + (elapsed_ns if self.speed == 1.0 else round(elapsed_ns * self.speed))

    def wait_until(self, t_ns: int) -> None:
        """Sleep until `t_ns`."""
        while (left_ns := t_ns - self.now_ns()) > 0:
            time.sleep(left_ns / NS_PER_S / self.speed)

    def wait_s(self, seconds: float) -> None:
        """Sleep for `seconds` of this clock's time."""
        self.wait_until(self.now_ns() + ns_from_s(seconds))

    def call_every(self, name: str, period_ns: int, call: Callable[[int], None], first_ns: int) -> ScheduledCall:
        """Run `call(due_ns)` on a thread of its own, so that a slow call delays no other.

        A call that overruns its period skips the due times it missed; `due_ns` says which one it serves.
        """
        if period_ns <= 0:
            raise ValueError(f"period of {name} must be positive, not {period_ns} ns")
        return _WallCall(self, name, period_ns, call, first_ns)

    def wait_unless(self, t_ns: int, cancelled: threading.Event) -> bool:
        """Sleep until `t_ns` or until `cancelled` is set; return whether it was set."""
        while (left_ns := t_ns - self.now_ns()) > 0:
            if cancelled.wait(left_ns / NS_PER_S / self.speed):
                return True
        return cancelled.is_set()


class _WallCall:
    def __init__(self, clock: WallClock, name: str, period_ns: int, call: Callable[[int], None], first_ns: int) -> None:
        self._clock = clock
        self._period_ns = period_ns
        self._call = call
        self._first_ns = first_ns
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name=f"every-{name}", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        self._cancelled.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _repeat(self) -> None:
        due_ns = self._first_ns
        while not self._clock.wait_unless(due_ns, self._cancelled):
            self._call(due_ns)
            missed = max(0, self._clock.now_ns() - due_ns) // self._period_ns
            due_ns += (missed + 1) * self._period_ns


class VirtualClock:
    """Time that passes only while its owner waits, and runs what falls due on the owner's thread.

    Calls due at one instant run in order of their names. A call may schedule further calls; it must not wait.
    """

    virtual = True

    def __init__(self, epoch_ns: int) -> None:
        self._now_ns = epoch_ns
        self._due: list[tuple[int, str, int, _VirtualCall]] = []
        self._numbers = count()
        self._running = False
        self._lock = threading.Lock()

    def now_ns(self) -> int:
        """Return the virtual UTC nanoseconds."""
        return self._now_ns

    def call_every(self, name: str, period_ns: int, call: Callable[[int], None], first_ns: int) -> ScheduledCall:
        """Run `call(due_ns)` at `first_ns` and then each `period_ns`, whenever the owner waits past those times."""
        if period_ns <= 0:
            raise ValueError(f"period of {name} must be positive, not {period_ns} ns")
        scheduled = _VirtualCall(call, period_ns)
        self._push(first_ns, name, scheduled)
        return scheduled

    def wait_until(self, t_ns: int) -> None:
        """Let time pass to `t_ns`, running what falls due on the way.

        Raises RuntimeError when called from within a scheduled call: that would reorder time.
        """
        if self._running:
            raise RuntimeError("a scheduled call may not wait on the virtual clock")
        while True:
            with self._lock:
                if not self._due or self._due[0][0] > t_ns:
                    break
                due_ns, name, _, scheduled = heapq.heappop(self._due)
            if scheduled.cancelled:
                continue
            self._now_ns = max(self._now_ns, due_ns)
            self._push(due_ns + scheduled.period_ns, name, scheduled)
            self._running = True
            try:
                scheduled.call(due_ns)
            finally:
                self._running = False
        self._now_ns = max(self._now_ns, t_ns)

    def wait_s(self, seconds: float) -> None:
        """Let `seconds` of virtual time pass."""
        self.wait_until(self._now_ns + ns_from_s(seconds))

    def _push(self, due_ns: int, name: str, scheduled: "_VirtualCall") -> None:
        with self._lock:
            heapq.heappush(self._due, (due_ns, name, next(self._numbers), scheduled))


class _VirtualCall:
    def __init__(self, call: Callable[[int], None], period_ns: int) -> None:
        self.call = call
        self.period_ns = period_ns
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Deadline:
    """A bound on real waiting, for wires: always on the machine's monotonic time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end_s = time.monotonic() + seconds

    def left_s(self) -> float:
        """Return the seconds left, 0 when none are."""
        return max(0.0, self._end_s - time.monotonic())

    def passed(self) -> bool:
        """Tell whether the deadline has passed."""
        return time.monotonic() >= self._end_s

    def nap(self, seconds: float) -> None:
        """Sleep a short while, never past the deadline."""
        time.sleep(min(seconds, self.left_s()))


class Stopwatch:
    """Measures how long ago something of the rig's own was, on the machine's monotonic time."""

    def __init__(self) -> None:
        self._since_s = time.monotonic()

    def elapsed_s(self) -> float:
        """Return the seconds since it was started."""
        return time.monotonic() - self._since_s


def asleep_s() -> float:
    """Return for how long the machine has been suspended since it was started; 0 where the system does not tell."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


def machine_utc_ns() -> int:
    """Return the machine's own UTC nanoseconds, for provenance (when was this file written), never for samples."""
    return time.time_ns()


def machine_today() -> date:
    """Return the machine's own day in UTC: what calibrations are due by."""
    return datetime.fromtimestamp(machine_utc_ns() // NS_PER_S, UTC).date()


def stopwatch_ns() -> int:
    """Return monotonic nanoseconds, for measuring how long something of the rig's own took."""
    return time.monotonic_ns()
