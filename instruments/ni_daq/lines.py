"""Digital lines, and the relay on one of them: what was written is counted, and the relay is read back."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import nidaqmx
from nidaqmx.stream_readers import DigitalSingleChannelReader
from nidaqmx.stream_writers import DigitalSingleChannelWriter

from instruments.ni_daq.connection import Connection
from rig.clock import Deadline
from rig.errors import RefusedError

# A relay's contact follows its coil within some 20 ms, and bounces.
_CONTACT_S = 0.5
_NAP_S = 0.01
_RELAY_ADVICE = (
    "open the pump's supply by hand; then check the line, the relay and its own supply, and that no other program "
    "writes to that port"
)
_UNREADABLE_ADVICE = (
    'a module whose outputs cannot be read needs interlock_readback = "port1/line0" (an input on the relay\'s '
    'contact) in the bench file, or interlock_readback = "none" where nobody shall see whether the relay moves'
)


class _Line(ABC):
    """The task of one digital line, which is given its channel unless it has it."""

    def __init__(self, connection: Connection, task: nidaqmx.Task, physical: str, timeout_s: float) -> None:
        self._connection = connection
        self._physical = physical
        self._timeout_s = timeout_s
        self._task = task
        with connection.calling(f"creating the task of {physical}"):
            self._add()
            self._reader = DigitalSingleChannelReader(task.in_stream)

    def read(self) -> bool:
        """Return whether the line is high."""
        with self._connection.calling(f"reading {self._physical}"):
            high = bool(self._reader.read_one_sample_one_line(self._timeout_s))
        # The maker's reader keeps how many samples came to itself, and shows a line that was not read as low.
        read = self._connection.samples_in_reply()
        if read not in (None, 1):
            said = f"reading {self._physical}: 1 sample was asked for, and {read} claimed to be sent"
            raise self._connection.garbled(said)
        return high

    def close(self) -> None:
        """Clear the task."""
        with self._connection.calling(f"clearing the task of {self._physical}"):
            self._task.close()

    @abstractmethod
    def _add(self) -> None:
        """Give the task its channel, unless it has it."""


class LineTask(_Line):
    """One digital line that is written; it keeps its state when the task is cleared."""

    def write(self, *, high: bool) -> None:
        """Set the line; raises RefusedError when the device wrote another number of samples than one."""
        what = f"setting {self._physical} {_level(high=high)}"
        with self._connection.calling(what):
            written = self._writer.write_one_sample_one_line(high, self._timeout_s)
        if written != 1:
            said = f"{what}: {written} samples were written where 1 was to be, so nobody knows how the line stands"
            raise self._connection.refused(said, "not written", _RELAY_ADVICE)

    def _add(self) -> None:
        if not list(self._task.do_channels):
            self._task.do_channels.add_do_chan(self._physical)
        self._writer = DigitalSingleChannelWriter(self._task.out_stream, auto_start=True)
        self._writer.verify_array_shape = False


class ContactTask(_Line):
    """One digital input, on the relay's own contact: high while it is closed."""

    def _add(self) -> None:
        if not list(self._task.di_channels):
            self._task.di_channels.add_di_chan(self._physical)


class Relay:
    """The interlock relay: what it was told is read back, from its line or from an input on its contact."""

    def __init__(self, connection: Connection, line: LineTask, seen_by: LineTask | ContactTask | None) -> None:
        self._connection = connection
        self._line = line
        self._seen_by = seen_by

    def move(self, *, closed: bool, written: Callable[[], object] = lambda: None) -> None:
        """Close or open; raises RefusedError when nothing was written or the relay is seen to be elsewhere.

        `written` is called between writing and reading back.
        """
        self._line.write(high=closed)
        written()
        if self._seen_by is None:
            return
        deadline = Deadline(0.0 if self._seen_by is self._line else _CONTACT_S)
        while self._state(self._seen_by) != closed:
            if deadline.passed():
                said = (
                    f"the interlock relay was told to {'close' if closed else 'open'}, and its line reads "
                    f"{_level(high=not closed)}"
                )
                raise self._connection.refused(said, "read back", _RELAY_ADVICE)
            deadline.nap(_NAP_S)

    def _state(self, seen_by: LineTask | ContactTask) -> bool:
        try:
            return seen_by.read()
        except RefusedError as error:
            raise self._connection.refused(error.what, error.code, f"{error.advice}; {_UNREADABLE_ADVICE}") from error


def _level(*, high: bool) -> str:
    return "high" if high else "low"
