"""What a pump's status tells as numbers, from the bytes that were heard: for who holds the port and has no driver."""

from instruments.intrathecal_pump.dialect import decode_reply
from instruments.intrathecal_pump.frames import DELIMITER, REPLY_BIT, DialectError, decode_frame
from instruments.intrathecal_pump.messages import CommandCode, StatusReply
from instruments.intrathecal_pump.readings import told

_STATUS = CommandCode.GET_STATUS | REPLY_BIT


def numbers_of(answer: bytes) -> dict[str, float] | None:
    """Return the newest status among these bytes by the driver's channels; None where no whole one is among them."""
    for chunk in reversed(answer.split(DELIMITER)):
        try:
            frame = decode_frame(chunk)
            reply = decode_reply(CommandCode.GET_STATUS, frame.payload) if frame.code == _STATUS else None
        except DialectError:
            continue
        if isinstance(reply, StatusReply):
            return told(reply)
    return None
