"""A VISA session that turns everything that can go wrong into the rig's errors: the only user of PyVISA.

PyVISA-py opens a refused TCP port without complaint, raises OSError and bare exceptions beside its own errors, waits
for ever on a peer that floods or drips, and loses the bytes before a time-out. All of that is dealt with here.
"""

import socket
from contextlib import ExitStack, suppress
from functools import cache
from threading import Lock

import pyvisa
from pyvisa.constants import ControlFlow, Parity, ResourceAttribute, StatusCode, StopBits
from pyvisa.resources import MessageBasedResource, SerialInstrument, TCPIPSocket

from instruments.scpi.resources import PYVISA_PY
from instruments.scpi.sockets import await_bytes, await_room, cut_after, demand_far_end, socket_of
from rig.clock import Deadline
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
)
from rig.serial_line import Line
from rig.transports import PORT_ERRORS
from rig.visa_names import as_visa
from rig.wire_trace import Tap

VISA_ERRORS = (pyvisa.errors.Error, *PORT_ERRORS)
MAX_REPLY_BYTES = 1 << 16
# PyVISA-py reads on while bytes come, whatever time it is, until it has so many.
_READ_SIZE = 256
# It looks at a socket for so long (ms), and at its own buffer; the waiting is done here.
_LOOK_MS = 2
# What a library may take longer than it was told before its sockets are shut.
_GRACE = 1.5
_TERMINATOR = b"\n"
# Where HiSLIP and the port mapper of VXI-11 are, where a resource does not say it.
_HISLIP_PORT = 4880
_PORT_MAPPER = 111
_HANDSHAKES = {
    "none": ControlFlow.none,
    "xon/xoff": ControlFlow.xon_xoff,
    "rts/cts": ControlFlow.rts_cts,
    "dsr/dtr": ControlFlow.dtr_dsr,
}
_manager_lock = Lock()


@cache
def _manager(visa_library: str) -> pyvisa.ResourceManager:
    """Return the process's one resource manager of a library; PyVISA closes it when the process ends."""
    return pyvisa.ResourceManager(visa_library)


class VisaSession:
    """One open VISA resource of one instrument; requests and replies are lines.

    `port` is a VISA resource name: `TCPIP::host::port::SOCKET`, `USB0::…::INSTR`, `GPIB0::5::INSTR`, and where a
    maker's library is named also `ASRL3::INSTR`, for which alone `line` is. A whole answer has `timeout_s` (s), however
    many bytes come meanwhile; half as much again where the library does its own waiting.
    """

    def __init__(
        self,
        instrument: str,
        port: str,
        *,
        visa_library: str,
        timeout_s: float,
        line: Line | None = None,
        tap: Tap | None = None,
    ) -> None:
        self.instrument = instrument
        self.port = port
        self._timeout_s = timeout_s
        self._tap = tap
        self.unchecked = ""
        self._exit = ExitStack()
        self._resource = self._open(visa_library)
        self._exit.callback(self._close_resource)
        try:
            self._prepare(line or Line())
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
        return self._line(sent)

    def more(self, request: str) -> bytes:
        """Return one line more of what answers, which was asked for by `request` last; for streams."""
        return self._line(request.encode("ascii") + _TERMINATOR)

    @property
    def is_stream(self) -> bool:
        """Tell whether requests may be sent before the last one is answered."""
        return self._is_stream

    def _line(self, sent: bytes) -> bytes:
        deadline = Deadline(self._timeout_s)
        received = b""
        while not received.endswith(_TERMINATOR):
            late = deadline.passed()  # looked at first: what came while we were held up ourselves still counts
            chunk, whole = self._read(sent, received, deadline)
            received += chunk
            if whole or received.endswith(_TERMINATOR):
                break
            if late:
                raise self._silent(sent, received)
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
        try:
            if visa_library == PYVISA_PY:
                _reach(self.port, self._timeout_s)
            with _manager_lock:
                manager = _manager(visa_library)
            resource = manager.open_resource(as_visa(self.port), open_timeout=round(self._timeout_s * 1000))
        except Exception as error:  # PyVISA-py and its plug-ins raise bare Exception when they cannot connect
            raise self._failed(error) from error
        if not isinstance(resource, MessageBasedResource):
            resource.close()
            raise self._failed(TypeError(f"{self.port} is no resource that messages can be sent to"))
        return resource

    def _prepare(self, line: Line) -> None:
        resource = self._resource
        self._socket = socket_of(resource)
        resource.timeout = self._timeout_s * 1000 if self._socket is None else _LOOK_MS
        resource.read_termination = _TERMINATOR.decode()
        self._is_stream = isinstance(resource, TCPIPSocket | SerialInstrument)
        if isinstance(resource, TCPIPSocket):
            # Without this PyVISA-py keeps the bytes of a reply that stops half-way to itself.
            keep_nothing_back = False
            resource.set_visa_attribute(ResourceAttribute.suppress_end_enabled, keep_nothing_back)
        if isinstance(resource, SerialInstrument):
            _set_line(resource, line)
            if line.parity != "none":
                self.unchecked = f"parity {line.parity} is set, and on receipt checked by the VISA library or nobody"
        self._exit.enter_context(
            resource.ignore_warning(StatusCode.success_max_count_read, StatusCode.success_device_not_present)
        )

    def _read(self, sent: bytes, so_far: bytes, deadline: Deadline) -> tuple[bytes, bool]:
        """Return what comes next, nothing when it was too long in coming, and whether this was all of the message."""
        try:
            chunk, status = self._look(deadline)
        except pyvisa.errors.VisaIOError as error:
            if error.error_code == StatusCode.error_timeout:
                raise self._silent(sent, so_far) from error
            raise self._lost(error, sent, so_far) from error
        except Exception as error:  # VXI-11 and HiSLIP raise whatever their parsing of packets raises
            raise self._lost(error, sent, so_far) from error
        if self._tap is not None and chunk:
            self._tap("received", chunk)
        return chunk, not self._is_stream and status != StatusCode.success_max_count_read

    def _look(self, deadline: Deadline) -> tuple[bytes, StatusCode]:
        """Ask the library for bytes; where the waiting is done here it is asked twice: its own buffer comes first."""
        visalib, session = self._resource.visalib, self._resource.session
        if self._socket is None:
            with cut_after(self._resource, self._timeout_s * _GRACE) as cut:
                try:
                    chunk, status = visalib.read(session, _READ_SIZE)
                except Exception as error:
                    if cut.done:
                        raise pyvisa.errors.VisaIOError(StatusCode.error_timeout) from error
                    raise
            return bytes(chunk), status
        for last in (False, True):
            try:
                chunk, status = visalib.read(session, _READ_SIZE)
            except pyvisa.errors.VisaIOError as error:
                if error.error_code != StatusCode.error_timeout:
                    raise
                if last:
                    demand_far_end(self._socket)
                if last or not await_bytes(self._socket, deadline.left_s()):
                    break
            else:
                return bytes(chunk), status
        return b"", StatusCode.success_max_count_read

    def _write(self, sent: bytes) -> None:
        if self._socket is not None and not await_room(self._socket, self._timeout_s):
            raise self._silent(sent, b"")
        try:
            with cut_after(self._resource, self._timeout_s * _GRACE):
                self._resource.write_raw(sent)
        except pyvisa.errors.VisaIOError as error:
            if error.error_code == StatusCode.error_timeout:
                raise self._silent(sent, b"") from error  # a full buffer before a far end that is busy
            raise self._lost(error, sent, None) from error
        except Exception as error:  # as for reading
            raise self._lost(error, sent, None) from error
        if self._tap is not None:
            self._tap("sent", sent)

    def _close_resource(self) -> None:
        with suppress(Exception):  # whatever the parsing of a dead device's packets raises
            self._resource.close()

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


def _set_line(resource: SerialInstrument, line: Line) -> None:
    resource.baud_rate = line.baud
    resource.data_bits = line.data_bits
    resource.parity = Parity[line.parity]
    resource.stop_bits = StopBits.one if line.stop_bits == 1 else StopBits.two
    resource.flow_control = _HANDSHAKES[line.handshake]


def _reach(port: str, timeout_s: float) -> None:
    """Look up and try the address of a TCPIP resource; raise OSError or ValueError.

    PyVISA-py would leak a socket where nobody answers.
    """
    if not port.upper().startswith("TCPIP"):
        return
    parts = port.split("::")
    if len(parts) == 4 and parts[3].upper() == "SOCKET":
        if not 0 < int(parts[2]) < 1 << 16:
            raise ValueError(f"{parts[2]} is not a TCP port")
        socket.getaddrinfo(parts[1], int(parts[2]), socket.AF_INET, socket.SOCK_STREAM)
        return
    hislip = len(parts) > 2 and parts[2].lower().startswith("hislip")
    host, _, number = parts[1].partition(",")
    if hislip:
        number = parts[2].partition(",")[2] or str(_HISLIP_PORT)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.settimeout(timeout_s)
        trial.connect((host, int(number or _PORT_MAPPER)))
