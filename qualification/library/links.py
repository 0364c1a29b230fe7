"""The link's receiver: what becomes of frames that did not arrive whole."""

from instruments.intrathecal_pump.frames import DialectError, Frame, cobs_decode
from instruments.intrathecal_pump.simulated.link_receiver import LinkReceiver
from qualification.defect import Defect, seeded

_CRC_BYTES, _HEAD_BYTES = 2, 3


def _unchecked(chunk: bytes) -> Frame | None:
    """Return the frame that bytes would be if their CRC were right; None for what has not the form of one."""
    try:
        body = cobs_decode(chunk)
    except DialectError:
        return None
    if len(body) < _HEAD_BYTES + _CRC_BYTES:
        return None
    return Frame(body[1], body[2], body[_HEAD_BYTES:-_CRC_BYTES], body[0])


@seeded(
    Defect(
        "G4",
        "the CRC of a frame is not checked",
        "A disturbed signal becomes another dose, and the pump says that all is well.",
        "IT-17",
        effect="what a damaged frame says",
        says=("not show", "answered", "refused", "log", "staged"),
        plans=("test_plans/test_link.py::test_orders_that_arrive_damaged",),
        source="link robustness",
    )
)
class TakesDamagedFrames(LinkReceiver):
    """Takes a frame as it comes."""

    def frame_of(self, chunk: bytes) -> Frame | None:
        """Return what stands there."""
        return _unchecked(chunk)


@seeded(
    Defect(
        "G7",
        "the beginning of a damaged frame stays in the buffer, and the next frame completes it",
        "Half of a disturbed order and half of its repetition become a programme that nobody wrote.",
        "IT-17",
        effect="wrong programme",
        says=("not show", "answered", "refused", "log", "staged"),
        plans=("test_plans/test_link.py::test_orders_that_arrive_damaged",),
        source="framing",
    )
)
class CompletesWithTheNext(LinkReceiver):
    """Writes a frame over what a damaged one left, from its middle on."""

    left = b""

    def frame_of(self, chunk: bytes) -> Frame | None:
        """Return a frame; one behind a damaged one begins as that did."""
        whole = super().frame_of(chunk)
        if whole is None:
            damaged = _unchecked(chunk)
            self.left = b"" if damaged is None else damaged.payload
            return None
        half, self.left = self.left[: len(self.left) // 2], b""
        return Frame(whole.sequence, whole.code, (half + whole.payload[len(half) :])[: len(whole.payload)])
