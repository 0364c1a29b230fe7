"""The rig's byte stream as a port of the maker's SHDLC library, so that its framing runs on the rig's transports."""

from threading import RLock

from sensirion_shdlc_driver.errors import ShdlcResponseError
from sensirion_shdlc_driver.port import ShdlcPort
from sensirion_shdlc_driver.serial_frame_builder import ShdlcSerialMisoFrameBuilder, ShdlcSerialMosiFrameBuilder

from instruments.sensirion_scc1.dialect import FLAG
from rig.transports import ByteStream


class StreamPort(ShdlcPort):  # type: ignore[misc]  # the maker's library ships no types
    """An open ByteStream that carries SHDLC frames; remembers the last exchange for error messages.

    The maker's own serial port opens the device itself, knows no URL and formats every byte for its debug log.
    """

    def __init__(self, stream: ByteStream, baud: int) -> None:
        self._stream = stream
        self._baud = baud
        self._lock = RLock()
        self.sent = b""
        self.received = b""

    @property
    def description(self) -> str:
        """Return the port and its rate."""
        return f"{self._stream.port}@{self._baud}"

    @property
    def bitrate(self) -> int:
        """Return the rate in bit/s."""
        return self._baud

    @property
    def lock(self) -> RLock:
        """Return the lock that one exchange holds."""
        return self._lock

    @property
    def is_open(self) -> bool:
        """Tell that the port is open: the stream opens itself."""
        return True

    def open(self) -> None:
        """Do nothing: the stream is open."""

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    def transceive(
        self, slave_address: int, command_id: int, data: bytes, response_timeout: float
    ) -> tuple[int, int, int, bytes]:
        """Send one frame and return the address, command, state and data of the reply."""
        with self._lock:
            self.received = b""
            self.sent = ShdlcSerialMosiFrameBuilder(slave_address, command_id, data).to_bytes()
            self.received = self._stream.exchange(self.sent, _whole_frame, response_timeout)
            if self.received.count(FLAG) > 2 or self.received[-1] != FLAG:
                raise ShdlcResponseError("More than one frame came.", self.received)
            builder = ShdlcSerialMisoFrameBuilder()
            builder.add_data(self.received)
            address, command, state, payload = builder.interpret_data()
            return address, command, state, payload


def _whole_frame(received: bytes) -> bool:
    return received.count(FLAG) >= 2
