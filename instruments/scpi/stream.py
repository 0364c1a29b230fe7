"""A SCPI conversation on a serial port or a socket that needs no VISA library: on the rig's own byte streams."""

from rig.transports import ByteStream

TERMINATOR = b"\n"


class StreamSession:
    """One open port of one instrument; requests and replies are lines.

    Raises what a ByteStream raises, with the bytes so far.
    """

    is_stream = True

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.unchecked = stream.unchecked

    def exchange(self, request: str) -> bytes:
        """Send one line and return the line that answers, its end included.

        What lay in the input before counts as an answer, too: a reply that came twice must be noticed.
        """
        return self._stream.read_until(TERMINATOR, sent=self.send(request))

    def more(self, request: str) -> bytes:
        """Return one line more of what answers, which was asked for by `request` last."""
        return self._stream.read_until(TERMINATOR, sent=request.encode("ascii") + TERMINATOR)

    def send(self, request: str) -> bytes:
        """Send one line that has no answer; return its bytes."""
        sent = request.encode("ascii") + TERMINATOR
        self._stream.write(sent)
        return sent

    def close(self) -> None:
        """Close the port; safe to repeat."""
        self._stream.close()
