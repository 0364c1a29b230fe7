"""Which way leads to a SCPI instrument: a VISA library, or one of the rig's own byte streams."""

from typing import Protocol

from instruments.scpi.resources import PYVISA_PY
from instruments.scpi.stream import StreamSession
from instruments.scpi.visa import VisaSession
from rig.serial_line import Line
from rig.transports import ByteStream
from rig.visa_names import is_stream, is_visa
from rig.wire_trace import Tap


class Session(Protocol):
    """One open port of one instrument, on which requests and replies are lines.

    On a stream a second request may be sent before the first is answered; on a bus that would lose the answer.
    """

    @property
    def unchecked(self) -> str:
        """Return why nobody checks the parity of what comes; empty where that is done, or there is none."""

    @property
    def is_stream(self) -> bool:
        """Tell whether it is a stream."""

    def exchange(self, request: str) -> bytes:
        """Send one line and return the line that answers; raises an InstrumentError with the bytes so far."""

    def more(self, request: str) -> bytes:
        """Return one line more, which was asked for by `request` last; for streams."""

    def send(self, request: str) -> bytes:
        """Send one line that has no answer; return its bytes."""

    def close(self) -> None:
        """Release the port; safe to repeat."""


def takes_a_stream(port: str, visa_library: str) -> bool:
    """Tell whether the rig opens a port itself: it does what PyVISA-py would do through pyserial, and IPv6.

    Sockets of IPv4 and names go through PyVISA-py, every VISA resource through a maker's library where one is named.
    """
    if not is_visa(port):
        return is_stream(port)
    serial_or_ipv6 = port.upper().startswith("ASRL") or "[" in port
    return visa_library == PYVISA_PY and serial_or_ipv6 and is_stream(port)


def open_session(
    instrument: str, port: str, *, visa_library: str, timeout_s: float, line: Line, tap: Tap | None
) -> Session:
    """Open a port; raises ConnectionFailedError when that is not possible."""
    if takes_a_stream(port, visa_library):
        return StreamSession(ByteStream(instrument, port, line=line, timeout_s=timeout_s, tap=tap))
    return VisaSession(instrument, port, visa_library=visa_library, timeout_s=timeout_s, line=line, tap=tap)
