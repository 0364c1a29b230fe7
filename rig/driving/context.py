"""What a driver is given: the bench's clock, where to report, and how patient to be with the wire."""

from collections.abc import Callable
from dataclasses import dataclass

from rig.clock import Clock
from rig.exchange import Exchange
from rig.wire_trace import Tap, WireTrace

# Twins on the virtual clock share the process, and the machine, with the rig: how long one needs for an answer says
# something about the machine and nothing about the instrument. Deadlines are so many times as long there, yet not
# beyond the bound, so that an instrument that is scripted to keep silent does not hold a run up for minutes.
VIRTUAL_PATIENCE = 20.0
LONGEST_PATIENT_WAIT_S = 6.0
# For how long a pump may be told to run on unheard. On the virtual clock no pump is real, and years pass in minutes:
# there it need not be heard more often than once in a day.
LONGEST_SILENCE_S = 600.0
LONGEST_VIRTUAL_SILENCE_S = 172_800.0


@dataclass(frozen=True, slots=True)
class DriverContext:
    """The clock of the bench, and where commands and their replies are reported for the record.

    Drivers report what changes something (start, stop, tare, set), not what only reads. `patience` is by what factor
    every deadline on a wire is longer than its settings say: 1 before real instruments. `trace` takes every byte on the
    wires, when there is one. `again` says that an instrument is met again whose line was lost within a run: a driver
    takes nothing from it that it may have kept, such as a balance's tare.
    """

    clock: Clock
    journal: Callable[[Exchange], object]
    patience: float = 1.0
    trace: WireTrace | None = None
    again: bool = False

    def wire_s(self, timeout_s: float) -> float:
        """Return how long to wait for the wire, in real s, where the bench file says `timeout_s`."""
        return max(timeout_s, min(timeout_s * self.patience, LONGEST_PATIENT_WAIT_S))

    @property
    def longest_silence_s(self) -> float:
        """Return for how many seconds a pump may be told to run on when it does not hear the rig."""
        return LONGEST_VIRTUAL_SILENCE_S if self.clock.virtual else LONGEST_SILENCE_S

    def tap(self, instrument: str) -> Tap | None:
        """Return what the instrument's transport is to tell its bytes; None when nobody listens."""
        return None if self.trace is None else self.trace.tap(instrument)


def patience_of(clock: Clock) -> float:
    """Return the patience for a bench on this clock: on the virtual one a busy machine must not end a run."""
    return VIRTUAL_PATIENCE if clock.virtual else 1.0
