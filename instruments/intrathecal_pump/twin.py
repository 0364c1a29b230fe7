"""The pump's twin: firmware and mechanism behind the engineering link, byte for byte as docs/pump-link.md says."""

from collections.abc import Sequence
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np

from instruments.hosting.fault_keys import HostedParameters
from instruments.intrathecal_pump.dialect import RefusedCommandError, decode_command, encode_reply
from instruments.intrathecal_pump.frames import (
    REPLY_BIT,
    UNNUMBERED,
    VERSION,
    Frame,
    encode_frame,
)
from instruments.intrathecal_pump.messages import NUMBERED_ONLY, RefusalReply, Reply, ReplyResult
from instruments.intrathecal_pump.simulated.firmware import Firmware, PumpParameters
from instruments.intrathecal_pump.therapy_dialect import CODES as SECOND_EDITION
from instruments.plant.laboratory import Laboratory
from instruments.plant.line import Stroke
from rig.discovery import find_class


@runtime_checkable
class FeelsWarmth(Protocol):
    """Firmware of a pump whose strokes depend on how warm it is."""

    @property
    def feels_warmth(self) -> bool:
        """Tell whether it makes a difference."""

    def warm(self, liquid_c: float) -> None:
        """Be as warm as this, in °C, from now on."""


class PumpTwinParameters(PumpParameters, HostedParameters):
    """The `twin` table of a mocked pump: its firmware and mechanism, and the faults of its wire."""


class Twin:
    """An intrathecal pump on a serial line."""

    hosting: ClassVar[str] = "serial"
    baud: ClassVar[int] = 115_200
    port_format: ClassVar[str] = "socket://{host}:{port}"
    Parameters: ClassVar[type[PumpTwinParameters]] = PumpTwinParameters

    def __init__(self, name: str, parameters: PumpParameters, laboratory: Laboratory) -> None:
        self._laboratory = laboratory
        firmware_class = find_class(parameters.firmware, "", "")
        self.firmware: Firmware = firmware_class(
            parameters, laboratory.rng(f"{name}.strokes"), laboratory.clock.now_ns()
        )
        # Asking a class what it can is dear, and the pump lives many times in each virtual minute.
        self._warmed = self.firmware if isinstance(self.firmware, FeelsWarmth) else None
        self._receiver = find_class(parameters.receiver, "", "")()
        self._last: tuple[Frame, bytes] | None = None
        laboratory.attach_pump(self)

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Let the pump live up to `to_ns`; without power the link forgets what it heard."""
        if self._warmed is not None and self._warmed.feels_warmth:
            at = np.asarray([to_ns], np.int64)
            self._warmed.warm(float(self._laboratory.environment.liquid_temperature_c(at)[0]))
        strokes = self.firmware.advance(to_ns, supply_v=supply_v, line_kpa=line_kpa)
        if not self.firmware.listening:
            self._receiver.reset()
            self._last = None
        return strokes

    def receive(self, data: bytes) -> bytes:
        """Take bytes as they come; return the replies to the commands that they complete."""
        with self._laboratory.lock:
            now_ns = self._laboratory.advance()
            if not self.firmware.listening:
                return b""
            return b"".join(self._answer(frame, now_ns) for frame in self._receiver.feed(data))

    def unsolicited(self) -> bytes:
        """Return nothing: the pump speaks only when asked."""
        return b""

    def hung_up(self) -> None:
        """Forget half a frame."""
        self._receiver.reset()

    def _answer(self, frame: Frame, now_ns: int) -> bytes:
        """Return the reply to one frame, nothing to what is no command."""
        return b"" if frame.code & REPLY_BIT else self._reply(frame, now_ns)

    def _reply(self, frame: Frame, now_ns: int) -> bytes:
        """Return the whole reply; a repeated frame gets the one that was sent before, and nothing happens twice."""
        if frame.version != VERSION:
            return _encoded(frame, RefusalReply(ReplyResult.BAD_VERSION))
        self.firmware.heard(now_ns)
        if frame.sequence == UNNUMBERED:
            if frame.code in NUMBERED_ONLY:
                return _encoded(frame, RefusalReply(ReplyResult.BAD_SEQUENCE))
        elif self._last is not None and self._last[0].sequence == frame.sequence:
            return self._last[1] if self._last[0] == frame else _encoded(frame, RefusalReply(ReplyResult.BAD_SEQUENCE))
        reply = _encoded(frame, self._carry_out(frame, now_ns))
        self._last = (frame, reply)
        return reply

    def _carry_out(self, frame: Frame, now_ns: int) -> Reply:
        try:
            command = decode_command(frame.code, frame.payload)
        except RefusedCommandError as refused:
            return RefusalReply(refused.result)
        if frame.code in SECOND_EDITION and getattr(self.firmware, "link_edition", 1) < 2:
            return RefusalReply(ReplyResult.UNKNOWN_COMMAND)
        self._laboratory.disturbed()
        return self.firmware.handle(command, now_ns)


def _encoded(frame: Frame, reply: Reply) -> bytes:
    """Return the bytes of the reply to a command's frame."""
    return encode_frame(Frame(frame.sequence, frame.code | REPLY_BIT, encode_reply(reply)))
