"""Serial and TCP byte streams: the only place that imports pyserial.

A port is a device (`/dev/ttyUSB0`, `COM3`), a URL that pyserial knows (`socket://host:port`, `rfc2217://…`), or a USB
adapter by its number (`rig.usb_ports`), whose device is looked up at each opening.
A stream has a deadline on everything and turns every way in which a port can die into one typed error.
"""

import contextlib
import select
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import serial

from rig.clock import Deadline
from rig.errors import ConnectionFailedError, ConnectionLostError, GarbledReplyError, NoReplyError
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
PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
MAX_REPLY_BYTES = 1 << 16
# Reads wait in slices of this length: changing pyserial's time-out reconfigures the port on every call.
SLICE_S = 0.05
# A far end that lives may be busy or starved for a while and then reads on; a dead port says so at once.
WRITE_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Held:
    """Where a port is reached that another process holds for this one; `token` shows whose word it may take."""

    url: str
    token: str


_held: dict[str, Held] = {}


@contextlib.contextmanager
def held_by_another(port: str, held: Held) -> Iterator[None]:
    """Let streams of this process that open `port` reach it through who holds it, until the end of the block."""
    _held[port] = held
    try:
        yield
    finally:
        _held.pop(port, None)


def held_no_more(port: str) -> None:
    """Take note that who held a port is gone: streams open it themselves from now on."""
    _held.pop(port, None)


class ByteStream:
    """An open port that belongs to one instrument.

    Raises ConnectionFailedError when the port cannot be opened; later ConnectionLostError, NoReplyError or
    GarbledReplyError, each with the bytes so far. `tap` is told every byte (`DriverContext.tap`).
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
        timeout_s: float = 1.0,
        tap: Tap | None = None,
        plugged: Plugged = adapters,
    ) -> None:
        self.instrument = instrument
        self.port = port
        self.timeout_s = timeout_s
        self._tap = tap
        held = _held.get(port)
        try:
            self._serial = serial.serial_for_url(
                device_of(instrument, as_stream(port), plugged) if held is None else held.url,
                baudrate=baud,
                bytesize=data_bits,
                parity=PARITIES[parity],
                stopbits=stop_bits,
                timeout=SLICE_S,
            )
        except (*PORT_ERRORS, ValueError) as error:
            raise ConnectionFailedError(
                instrument,
                f"the port cannot be opened: {error}",
                port=port,
                advice="check the port's name in the bench file, the cable, that the instrument is powered on "
                "and that no other program holds the port",
            ) from error
        self._write_s = max(timeout_s, WRITE_PATIENCE_S)
        self._selectable = _selectable(self._serial)
        # Where the port can be waited for, pyserial is to write what fits and say how much that was: its own time-out
        # forgets both, and strikes even when the last byte has gone.
        self._serial.write_timeout = 0 if self._selectable else self._write_s
        self._left = b""  # bytes that came behind the last reply's end
        if held is not None:
            self._serial.write(held.token.encode("ascii") + b"\n")

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
            raise self._not_taken(data, taken) from error
        except PORT_ERRORS as error:
            raise self._lost(error, sent=data) from error
        raise self._not_taken(data, taken)

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
        deadline = Deadline(self.timeout_s if timeout_s is None else timeout_s)
        data = self._left
        self._left = b""
        while (end := data.find(terminator)) < 0:
            data += self._read_some(deadline, sent, data)
            self._check_size(sent, data)
        end += len(terminator)
        self._left = data[end:]
        return data[:end]

    def take(self) -> bytes:
        """Return what has come, and nothing when nothing came for a slice of time: for who carries bytes on."""
        try:
            return bytes(self._serial.read(self._serial.in_waiting or 1))
        except PORT_ERRORS as error:
            raise self._lost(error) from error

    def discard_input(self) -> None:
        """Drop what lies unread in the input."""
        self._left = b""
        try:
            while self._serial.in_waiting:
                dropped = bytes(self._serial.read(self._serial.in_waiting))
                if not dropped:
                    break
                if self._tap is not None:
                    self._tap("discarded", dropped)
        except PORT_ERRORS as error:
            raise self._lost(error) from error

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

    def _read_until_whole(self, is_whole: Callable[[bytes], bool], sent: bytes, timeout_s: float | None) -> bytes:
        deadline = Deadline(self.timeout_s if timeout_s is None else timeout_s)
        data = b""
        while not is_whole(data):
            data += self._read_some(deadline, sent, data)
            self._check_size(sent, data)
        return data

    def _read_some(self, deadline: Deadline, sent: bytes | None, so_far: bytes) -> bytes:
        """Return at least one byte or raise; takes all that has arrived, to save system calls."""
        while True:
            last = deadline.passed()  # looked at first: what came while we were held up ourselves still counts
            try:
                waiting = self._waiting(wait=not last)
                got = bytes(self._serial.read(waiting)) if waiting else b""
            except PORT_ERRORS as error:
                raise self._lost(error, sent=sent, received=so_far) from error
            if got:
                if self._tap is not None:
                    self._tap("received", got)
                return got
            if last:
                break
        raise NoReplyError(
            self.instrument,
            f"no whole reply within {deadline.seconds:g} s",
            port=self.port,
            sent=sent,
            received=so_far,
            advice="check that the instrument is powered on, that the cable is plugged in and that baud rate and "
            "parity in the bench file are those set on the instrument",
        )

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

    def _not_taken(self, data: bytes, taken: int) -> NoReplyError:
        return NoReplyError(
            self.instrument,
            f"the port is open, but only {taken} of {len(data)} bytes were taken within {self._write_s:g} s",
            port=self.port,
            sent=data,
            advice="check that the instrument (or the program that holds the other end) is alive and reads, and that "
            "no flow control holds the line",
        )

    def _check_size(self, sent: bytes | None, data: bytes) -> None:
        if len(data) > MAX_REPLY_BYTES:
            raise GarbledReplyError(
                self.instrument,
                f"{len(data)} bytes came without the end of a reply",
                port=self.port,
                sent=sent,
                received=data,
                advice="check the baud rate, and that the port leads to the instrument the bench file names",
            )

    def _lost(
        self, error: BaseException, *, sent: bytes | None = None, received: bytes | None = None
    ) -> ConnectionLostError:
        return ConnectionLostError(
            self.instrument,
            f"the port died: {error}",
            port=self.port,
            sent=sent,
            received=received,
            advice="check the cable and the instrument's power, then run `rig bench connect` on the bench file",
        )


def _selectable(port: serial.SerialBase) -> bool:
    """Tell whether the system can say when a port takes bytes: all but Windows' serial ports and some of the URLs."""
    try:
        return int(port.fileno()) >= 0
    except (AttributeError, OSError):
        return False
