"""How delivery ends without a driver: frames that whoever holds the port sends, and the answer that they bring.

Sequence number 0 is carried out each time and is nobody's repeat (docs/pump-link.md, section 3), so that the frames are
the same whatever was said before.
"""

from instruments.intrathecal_pump.dialect import encode_command, encode_reply
from instruments.intrathecal_pump.frames import DELIMITER, REPLY_BIT, UNNUMBERED, Frame, encode_frame
from instruments.intrathecal_pump.messages import Command, DoneReply, GetStatus, StopDelivery
from rig.safety.supervisor.orders import PortAct, Saying


def stopping_act(name: str, port: str, baud: int) -> PortAct:
    """Return what stops the pump, and what keeps its link watchdog quiet while it is looked after."""
    code, _ = encode_command(StopDelivery())
    done = encode_frame(Frame(UNNUMBERED, code | REPLY_BIT, encode_reply(DoneReply())))
    return PortAct(
        name,
        "pump stopped by its own command",
        port,
        (Saying(_frame(StopDelivery()), done),),
        alive=_frame(GetStatus()),
        end=DELIMITER,
        baud=baud,
        tells="instruments.intrathecal_pump.told:numbers_of",
        rests="rate",
    )


def _frame(command: Command) -> bytes:
    code, payload = encode_command(command)
    # A delimiter ahead ends what a run may have left half-said.
    return DELIMITER + encode_frame(Frame(UNNUMBERED, code, payload))
