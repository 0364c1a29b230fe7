"""A VISA session that turns everything that can go wrong into the rig's errors: the only user of PyVISA.

PyVISA-py opens a refused TCP port without complaint, raises OSError beside its own errors, waits for ever on a peer
that floods, and loses the bytes that came before a time-out. All of that is dealt with here.
"""

import socket
from contextlib import ExitStack
from functools import cache
from threading import Lock

import pyvisa
from pyvisa.constants import ResourceAttribute, StatusCode
from pyvisa.resources import MessageBasedResource, SerialInstrument, TCPIPSocket

from rig.clock import Deadline
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
)
from rig.transports import PORT_ERRORS
from rig.usb_ports import device_of, is_usb
from rig.wire_trace import Tap

VISA_ERRORS = (pyvisa.errors.Error, *PORT_ERRORS)
MAX_REPLY_BYTES = 1 << 16
_READ_SIZE = 4096
_TERMINATOR = b"\n"
_manager_lock = Lock()


@cache
def _manager(visa_library: str) -> pyvisa.ResourceManager:
    """Return the process's one resource manager of a library; PyVISA closes it when the process ends."""
    return pyvisa.ResourceManager(visa_library)


class VisaSession:
    """One open VISA resource of one instrument; requests and replies are lines.

    `port` is a VISA resource name: `TCPIP::host::port::SOCKET`, `ASRL/dev/ttyUSB0::INSTR`, `USB0::…::INSTR`,
    `GPIB0::5::INSTR`; or a USB adapter by its number (`rig.usb_ports`). `baud` is for ASRL and adapters alone. Every
    wait ends after `timeout_s` (s), or twice that when a reply stops half-way.
    """

    def __init__(
        self,
        instrument: str,
        port: str,
        *,
        visa_library: str,
        timeout_s: float,
        baud: int = 9600,
        tap: Tap | None = None,
    ) -> None:
        self.instrument = instrument
        self.port = port
        self._timeout_s = timeout_s
        self._tap = tap
        self._exit = ExitStack()
        self._resource = self._open(visa_library)
        self._exit.callback(self._close_resource)
        try:
            self._prepare(baud)
        except VISA_ERRORS as error:
            self.close()
            raise self._failed(error) from error

    def exchange(self, request: str) -> bytes:
        """Send one line and return the line that answers, its end included.

        Raises ConnectionLostError, NoReplyError or GarbledReplyError with the bytes so far. After one of these a late
        reply may still be under way: the session has to be closed.
        """
        sent = request.encode("ascii") + _TERMINATOR
        self._write(sent)
        deadline = Deadline(self._timeout_s)
        received = b""
        while not received.endswith(_TERMINATOR):
            if deadline.passed():
                raise self._silent(sent, received)
            chunk, whole = self._read(sent, received)
            received += chunk
            if whole:
                break
            if len(received) > MAX_REPLY_BYTES:
                raise GarbledReplyError(
                    self.instrument,
                    f"{len(received)} bytes came without the end of a line",
                    port=self.port,
                    sent=sent,
                    received=received,
                    advice="check that the port in the bench file leads to the instrument's SCPI interface",
                )
        return received

    def send(self, request: str) -> bytes:
        """Send one line that has no answer; return its bytes."""
        sent = request.encode("ascii") + _TERMINATOR
        self._write(sent)
        return sent

    def close(self) -> None:
        """Release the resource; safe to repeat, and silent about one that is already dead."""
        self._exit.close()

    def _open(self, visa_library: str) -> MessageBasedResource:
        name = f"ASRL{device_of(self.instrument, self.port)}::INSTR" if is_usb(self.port) else self.port
        try:
            _resolve(self.port)
            with _manager_lock:
                manager = _manager(visa_library)
            resource = manager.open_resource(name, open_timeout=round(self._timeout_s * 1000))
        except Exception as error:  # PyVISA-py and its plug-ins raise bare Exception when they cannot connect
            raise self._failed(error) from error
        if not isinstance(resource, MessageBasedResource):
            resource.close()
            raise self._failed(TypeError(f"{self.port} is no resource that messages can be sent to"))
        return resource

    def _prepare(self, baud: int) -> None:
        resource = self._resource
        resource.timeout = self._timeout_s * 1000
        resource.read_termination = _TERMINATOR.decode()
        self._is_stream = isinstance(resource, TCPIPSocket | SerialInstrument)
        if isinstance(resource, TCPIPSocket):
            # Without this PyVISA-py keeps the bytes of a reply that stops half-way to itself.
            keep_nothing_back = False
            resource.set_visa_attribute(ResourceAttribute.suppress_end_enabled, keep_nothing_back)
        if isinstance(resource, SerialInstrument):
            resource.baud_rate = baud
        self._exit.enter_context(
            resource.ignore_warning(StatusCode.success_max_count_read, StatusCode.success_device_not_present)
        )

    def _read(self, sent: bytes, so_far: bytes) -> tuple[bytes, bool]:
        """Return what comes next, and whether the instrument says that this was all of its message."""
        try:
            chunk, status = self._resource.visalib.read(self._resource.session, _READ_SIZE)
        except pyvisa.errors.VisaIOError as error:
            if error.error_code == StatusCode.error_timeout:
                raise self._silent(sent, so_far) from error
            raise self._lost(error, sent, so_far) from error
        except VISA_ERRORS as error:
            raise self._lost(error, sent, so_far) from error
        if self._tap is not None:
            self._tap("received", bytes(chunk))
        return bytes(chunk), not self._is_stream and status != StatusCode.success_max_count_read

    def _write(self, sent: bytes) -> None:
        try:
            self._resource.write_raw(sent)
            if self._tap is not None:
                self._tap("sent", sent)
        except pyvisa.errors.VisaIOError as error:
            if error.error_code == StatusCode.error_timeout:
                raise self._silent(sent, b"") from error  # a full buffer before a far end that is busy
            raise self._lost(error, sent, None) from error
        except VISA_ERRORS as error:
            raise self._lost(error, sent, None) from error

    def _close_resource(self) -> None:
        try:
            self._resource.close()
        except VISA_ERRORS:
            return

    def _failed(self, error: Exception) -> InstrumentError:
        return ConnectionFailedError(
            self.instrument,
            f"the VISA resource cannot be opened: {error}",
            port=self.port,
            advice="check the resource name in the bench file, the cable or network, that the instrument is powered "
            "on and that its remote interface is enabled",
        )

    def _lost(self, error: Exception, sent: bytes, received: bytes | None) -> InstrumentError:
        return ConnectionLostError(
            self.instrument,
            f"the connection died: {error}",
            port=self.port,
            sent=sent,
            received=received,
            advice="check that the instrument is powered on, that its remote interface is enabled at this address and "
            "port, and the cable; then run `rig bench connect` on the bench file",
        )

    def _silent(self, sent: bytes, received: bytes) -> InstrumentError:
        return NoReplyError(
            self.instrument,
            f"no whole reply within {self._timeout_s:g} s",
            port=self.port,
            sent=sent,
            received=received,
            advice="check that the instrument is powered on and shows no error, and that the port in the bench file "
            "leads to its SCPI interface; raise timeout_s for a slow instrument",
        )


def _resolve(port: str) -> None:
    """Look up the address of a socket resource; raise OSError or ValueError. PyVISA-py would leak a socket instead."""
    parts = port.split("::")
    if len(parts) == 4 and parts[0].upper().startswith("TCPIP") and parts[3].upper() == "SOCKET":
        if not 0 < int(parts[2]) < 1 << 16:
            raise ValueError(f"{parts[2]} is not a TCP port")
        socket.getaddrinfo(parts[1], int(parts[2]), socket.AF_INET, socket.SOCK_STREAM)
