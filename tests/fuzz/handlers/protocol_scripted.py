"""`scripted://NAME`, as pyserial wants a port to be."""

from serial import PortNotOpenError, SerialBase, SerialException

from tests.fuzz.scripted import FAR_ENDS, UnpluggedError


class Serial(SerialBase):
    """A port whose far end answers at once, or not at all: reading what has not come is a time-out at once."""

    def open(self) -> None:
        self._far_end = FAR_ENDS[self.portstr.removeprefix("scripted://")]
        self._come = b""
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    @property
    def in_waiting(self) -> int:
        return len(self._opened()._come)

    def read(self, size: int = 1) -> bytes:
        port = self._opened()
        come, port._come = port._come[:size], port._come[size:]
        return come

    def write(self, data: bytes) -> int:
        try:
            self._opened()._come += self._far_end(bytes(data))
        except UnpluggedError as error:
            raise SerialException("the far end is gone") from error
        return len(data)

    def reset_input_buffer(self) -> None:
        self._come = b""

    def reset_output_buffer(self) -> None:
        """Nothing waits to be sent."""

    def _opened(self) -> "Serial":
        if not self.is_open:
            raise PortNotOpenError
        return self

    def _reconfigure_port(self, *_: object, **__: object) -> None:
        """Rate and parity make no difference here."""

    def _update_rts_state(self) -> None: ...

    def _update_dtr_state(self) -> None: ...

    def _update_break_state(self) -> None: ...
