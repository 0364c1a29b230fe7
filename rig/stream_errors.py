"""What can go wrong with a byte stream, in words: each with the bytes so far and what to look at."""

from dataclasses import dataclass

from rig.errors import ConnectionFailedError, ConnectionLostError, GarbledReplyError, NoReplyError


@dataclass(frozen=True, slots=True)
class StreamErrors:
    """The errors of one instrument's port."""

    instrument: str
    port: str

    def not_opened(self, error: BaseException) -> ConnectionFailedError:
        """Return the error for a port that cannot be opened."""
        return ConnectionFailedError(
            self.instrument,
            f"the port cannot be opened: {error}",
            port=self.port,
            advice="check the port's name in the bench file, the cable, that the instrument is powered on "
            "and that no other program holds the port",
        )

    def lost(
        self, error: BaseException, *, sent: bytes | None = None, received: bytes | None = None
    ) -> ConnectionLostError:
        """Return the error for a port that died."""
        return ConnectionLostError(
            self.instrument,
            f"the port died: {error}",
            port=self.port,
            sent=sent,
            received=received,
            advice="check the cable and the instrument's power, then run `rig bench connect` on the bench file",
        )

    def silent(self, seconds: float, sent: bytes | None, received: bytes) -> NoReplyError:
        """Return the error for a reply that was not whole in time."""
        return NoReplyError(
            self.instrument,
            f"no whole reply within {seconds:.3g} s",
            port=self.port,
            sent=sent,
            received=received,
            advice="check that the instrument is powered on, that the cable is plugged in and that baud rate and "
            "parity in the bench file are those set on the instrument",
        )

    def not_taken(self, data: bytes, taken: int, seconds: float) -> NoReplyError:
        """Return the error for a far end that does not read."""
        return NoReplyError(
            self.instrument,
            f"the port is open, but only {taken} of {len(data)} bytes were taken within {seconds:g} s",
            port=self.port,
            sent=data,
            advice="check that the instrument (or the program that holds the other end) is alive and reads, and that "
            "no flow control holds the line",
        )

    def endless(self, sent: bytes | None, received: bytes) -> GarbledReplyError:
        """Return the error for a reply that is longer than any."""
        return GarbledReplyError(
            self.instrument,
            f"{len(received)} bytes came without the end of a reply",
            port=self.port,
            sent=sent,
            received=received,
            advice="check the baud rate, and that the port leads to the instrument the bench file names",
        )

    def wrong_parity(self, wrong: bytes, sent: bytes | None, received: bytes) -> GarbledReplyError:
        """Return the error for bytes that the system found wrong."""
        return GarbledReplyError(
            self.instrument,
            f"{len(wrong)} of {len(received)} bytes came with a wrong parity: {wrong.hex(' ')}",
            port=self.port,
            sent=sent,
            received=received,
            advice="check that baud rate, data bits and parity in the bench file are those set on the instrument; then "
            "the cable, its screen, and what disturbs it",
        )
