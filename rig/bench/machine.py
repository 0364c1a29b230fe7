"""What a proof asks of the machine itself: room, whether its clock was set since the run began, and who keeps it."""

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass

from rig.bench.space import FreeBytes, free_bytes
from rig.clock import NS_PER_S, Clock, machine_utc_ns

SYNCHRONISED, NOT_SYNCHRONISED, NOT_TOLD = "synchronised", "not synchronised", "not told"
# adjtimex(2): all zero changes nothing, and the answer is the clock's state, of which this one is "not synchronised".
_TIMEX_BYTES = 512
_TIME_ERROR = 5


def ntp_state() -> str:
    """Return whether something (NTP, PTP) keeps the system's clock, as Linux tells; elsewhere "not told"."""
    if not sys.platform.startswith("linux"):
        return NOT_TOLD
    try:
        state = int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    except (OSError, AttributeError):
        return NOT_TOLD
    if state < 0:
        return NOT_TOLD
    return NOT_SYNCHRONISED if state == _TIME_ERROR else SYNCHRONISED


def stepped_s(clock: Clock) -> float:
    """Return by how much the machine's clock was set since a run began, in s; nothing on the virtual clock.

    A run's own clock goes by the machine's monotonic time from the run's begin on.
    """
    return 0.0 if clock.virtual else (machine_utc_ns() - clock.now_ns()) / NS_PER_S


@dataclass(frozen=True, slots=True)
class Machine:
    """How the machine is asked."""

    free_bytes: FreeBytes = free_bytes
    stepped_s: Callable[[Clock], float] = stepped_s
    ntp: Callable[[], str] = ntp_state
