"""Serial and TCP byte streams: beside `serial_line` the only place that imports pyserial.

A port is a device (`/dev/ttyUSB0`, `COM3`), a URL that pyserial knows (`socket://host:port`, `rfc2217://…`), or a USB
adapter by its number (`rig.usb_ports`), whose device is looked up at each opening.
A stream has a deadline on everything and turns every way in which a port can die into one typed error.
"""

import contextlib
import select
from collections.abc import Callable
from types import TracebackType
from typing import Self

import serial

from rig.clock import Deadline, Stopwatch
from rig.held_ports import who_holds
from rig.serial_line import Line, ParityMarks, check_parity, is_selectable, keep_to_oneself, open_line
from rig.stream_errors import StreamErrors
from rig.usb_ports import Plugged, adapters, device_of
from rig.visa_names import as_stream
from rig.wire_trace import Tap

try:
    from termios import error as _termios_error
except ImportError:  # Windows has no termios
    _termios_error = OSError  # type: ignore[misc, assignment]

# A dead pseudo-terminal, an unplugged USB adapter and a closed socket surface as any of these; a port that was closed
# here already gives a TypeError, because pyserial then hands None to the system.
PORT_ERRORS = (serial.SerialException, OSError, _termios_error, TypeError)
MAX_REPLY_BYTES = 1 << 16
# Reads wait in slices of this length: changing pyserial's time-out reconfigures the port on every call.
SLICE_S = 0.05
# A far end that lives may be busy or starved for a while and then reads on; a dead port says so at once.
WRITE_PATIENCE_S = 5.0
# A far end that never pauses has no claim on more time: what comes so long behind the deadline does not count.
_BEHIND_S = 0.5


class ByteStream:
    """An open port that belongs to one instrument.

    Raises ConnectionFailedError when the port cannot be opened; later ConnectionLostError, NoReplyError or
    GarbledReplyError, each with the bytes so far; GarbledReplyError also for a byte that came with a wrong parity.
    `line` is all of how a serial port is set, where `baud`, `data_bits`, `parity` and `stop_bits` do not say it.
    `unchecked` says why nobody checks the parity on receipt; empty where that is done, or there is none to check. `tap`
    is told every byte (`DriverContext.tap`).
    """

    def __init__(
        self,
        instrument: str,
        port: str,
        *,
        baud: int = 9600,
        data_bits: int = 8,
        parity: str = "none",
        stop_bits: float = 1,
        line: Line | None = None,
        timeout_s: float = 1.0,
        tap: Tap | None = None,
        plugged: Plugged = adapters,
    ) -> None:
        self.instrument = instrument
        self.port = port
        self.timeout_s = timeout_s
        self._tap = tap
        self._errors = StreamErrors(instrument, port)
        line = line or Line(baud, data_bits, parity, stop_bits)
        held = who_holds(port)
        try:
            device = device_of(instrument, as_stream(port), plugged) if held is None else held.url
            self._serial = open_line(device, line, SLICE_S)
        except (*PORT_ERRORS, ValueError, NotImplementedError) as error:
            raise self._errors.not_opened(error) from error
        self._write_s = max(timeout_s, WRITE_PATIENCE_S)
        self._selectable = is_selectable(self._serial)
        # Where the port can be waited for, pyserial is to write what fits and say how much that was: its own time-out
        # forgets both, and strikes even when the last byte has gone. RFC 2217 knows none, and has 5 s of its own.
        if self._selectable:
            self._serial.write_timeout = 0
        elif not device.lower().startswith("rfc2217://"):
            self._serial.write_timeout = self._write_s
        self._left = b""  # bytes that came behind the last reply's end
        self.unchecked, self._marks = self._guard(line)
        if held is not None:
            self._serial.write(held.token.encode("ascii") + b"\n")

    def _guard(self, line: Line) -> tuple[str, ParityMarks | None]:
        """Have parity checked and others refused; return why parity is not, and what takes its marks out."""
        try:
            unchecked = check_parity(self._serial, line)
            keep_to_oneself(self._serial, line)
        except PORT_ERRORS as error:
            self.close()
            raise self._errors.lost(error) from error
        return unchecked, ParityMarks() if line.parity != "none" and not unchecked else None

    @property
    def raw(self) -> serial.SerialBase:
        """The pyserial object, for makers' libraries that want one."""
        return self._serial

    def write(self, data: bytes) -> None:
        """Send all of `data`, in as many parts as the far end takes it.

        A full buffer before a far end that does not read is waited for, `timeout_s` or 5 s, whichever is longer; then
        NoReplyError says how much was taken. A port that died is a ConnectionLostError at once.
        """
        deadline = Deadline(self._write_s)
        taken = 0
        try:
            while True:
                last = deadline.passed()  # looked at first: held up ourselves, we try once more
                taken += self._write_some(data[taken:])
                if taken >= len(data):
                    return
                if last:
                    break
        except serial.SerialTimeoutException as error:
            raise self._errors.not_taken(data, taken, self._write_s) from error
        except PORT_ERRORS as error:
            raise self._errors.lost(error, sent=data) from error
        raise self._errors.not_taken(data, taken, self._write_s)

    def exchange(self, data: bytes, is_end: "Callable[[bytes], bool] | bytes", timeout_s: float | None = None) -> bytes:
        """Send `data` and return the reply up to and including its end.

        `is_end` is the terminator, or a function that tells of the bytes so far whether they are a whole reply.
        Bytes that lay in the input before are dropped: they answer nothing that is asked now.
        """
        self.discard_input()
        self.write(data)
        if isinstance(is_end, bytes):
            return self.read_until(is_end, sent=data, timeout_s=timeout_s)
        return self._read_until_whole(is_end, data, timeout_s)

    def read_until(self, terminator: bytes, *, sent: bytes | None = None, timeout_s: float | None = None) -> bytes:
        """Return the bytes up to and including `terminator`; what came behind it waits for the next call."""
        deadline = self._begin(timeout_s)
        data = self._left
        self._left = b""
        while (end := data.find(terminator)) < 0:
            data += self._read_some(deadline, sent, data)
            self._check_size(sent, data, deadline)
        end += len(terminator)
        self._left = data[end:]
        return data[:end]

    def take(self) -> bytes:
        """Return what has come, and nothing when nothing came for a slice of time: for who carries bytes on."""
        try:
            return self._unmarked(bytes(self._serial.read(self._serial.in_waiting or 1)), None, b"")
        except PORT_ERRORS as error:
            raise self._errors.lost(error) from error

    def discard_input(self) -> None:
        """Drop what lies unread in the input."""
        self._left = b""
        if self._marks is not None:
            self._marks.forget()
        try:
            while self._serial.in_waiting:
                dropped = bytes(self._serial.read(self._serial.in_waiting))
                if not dropped:
                    break
                if self._tap is not None:
                    self._tap("discarded", dropped)
        except PORT_ERRORS as error:
            raise self._errors.lost(error) from error

    def close(self) -> None:
        """Close the port; safe to repeat, and silent about a port that is already dead."""
        # pyserial forgets a socket unclosed when its far end has reset it.
        left_behind = getattr(self._serial, "_socket", None)
        with contextlib.suppress(*PORT_ERRORS):
            self._serial.close()
        if left_behind is not None:
            left_behind.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write_some(self, data: bytes) -> int:
        """Return how many bytes the port has taken; waits a slice at most while it takes none, where it can tell."""
        if self._selectable and not select.select([], [self._serial], [], SLICE_S)[1]:
            return 0
        taken = int(self._serial.write(data) or 0)
        if self._tap is not None and taken:
            self._tap("sent", data[:taken])
        return taken

    def _begin(self, timeout_s: float | None) -> Deadline:
        self._behind: Stopwatch | None = None
        return Deadline(self.timeout_s if timeout_s is None else timeout_s)

    def _read_until_whole(self, is_whole: Callable[[bytes], bool], sent: bytes, timeout_s: float | None) -> bytes:
        deadline = self._begin(timeout_s)
        data = b""
        while not is_whole(data):
            data += self._read_some(deadline, sent, data)
            self._check_size(sent, data, deadline)
        return data

    def _read_some(self, deadline: Deadline, sent: bytes | None, so_far: bytes) -> bytes:
        """Return at least one byte or raise; takes all that has arrived, to save system calls."""
        while True:
            last = deadline.passed()  # looked at first: what came while we were held up ourselves still counts
            try:
                waiting = self._waiting(wait=not last)
                got = bytes(self._serial.read(waiting)) if waiting else b""
            except PORT_ERRORS as error:
                raise self._errors.lost(error, sent=sent, received=so_far) from error
            if got:
                if self._tap is not None:
                    self._tap("received", got)
                if plain := self._unmarked(got, sent, so_far):
                    return plain
            if last:
                break
        raise self._errors.silent(deadline.seconds, sent, so_far)

    def _waiting(self, *, wait: bool) -> int:
        """Return how many bytes to read now; waits a slice at most for the first, where the port can be waited for."""
        waiting = int(self._serial.in_waiting)
        if waiting or not wait:
            return waiting
        if not self._selectable:
            return 1  # pyserial itself waits for it
        # One byte alone would be read first, and the rest by a second call.
        came = select.select([self._serial], [], [], SLICE_S)[0]
        return int(self._serial.in_waiting) or 1 if came else 0  # what is there to read and is no byte: a dead port

    def _unmarked(self, got: bytes, sent: bytes | None, so_far: bytes) -> bytes:
        """Return what came without the system's marks; raise GarbledReplyError for a byte with a wrong parity."""
        if self._marks is None:
            return got
        plain = self._marks.unmark(got)
        if wrong := self._marks.wrong:
            self._marks.forget()
            raise self._errors.wrong_parity(wrong, sent, so_far + plain)
        return plain

    def _check_size(self, sent: bytes | None, data: bytes, deadline: Deadline) -> None:
        if deadline.passed():
            self._behind = self._behind or Stopwatch()
            if self._behind.elapsed_s() > _BEHIND_S:
                raise self._errors.silent(deadline.seconds, sent, data)
        if len(data) > MAX_REPLY_BYTES:
            raise self._errors.endless(sent, data)
