"""The receiving end of the pump's link: from bytes, however they arrive, to the frames that are whole."""

from instruments.intrathecal_pump.frames import DialectError, Frame, Splitter, decode_frame


class LinkReceiver:
    """Cuts what arrives into frames and lets through those whose CRC is right.

    `twin.receiver = "module:Class"` of a bench file puts another in its place.
    """

    def __init__(self) -> None:
        self._splitter = Splitter()

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes; return the frames that they complete. What is no frame is dropped."""
        found = (self.frame_of(chunk) for chunk in self._splitter.feed(data))
        return [frame for frame in found if frame is not None]

    def frame_of(self, chunk: bytes) -> Frame | None:
        """Return the frame that stood between two delimiters; None for what is none."""
        try:
            return decode_frame(chunk)
        except DialectError:
            return None

    def reset(self) -> None:
        """Forget half a frame."""
        self._splitter.reset()
