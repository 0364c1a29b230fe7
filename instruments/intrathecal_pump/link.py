"""The rig's end of the engineering link: sequence numbers, retries, and typed errors with the bytes."""

import threading
from dataclasses import dataclass
from typing import Generic, TypeVar

from instruments.intrathecal_pump.dialect import decode_reply, encode_command
from instruments.intrathecal_pump.frames import (
    DELIMITER,
    MAX_SEQUENCE,
    REPLY_BIT,
    UNNUMBERED,
    VERSION,
    DialectError,
    Frame,
    decode_frame,
    encode_frame,
)
from instruments.intrathecal_pump.messages import Command, GetFullLimits, Identify, RefusalReply, Reply, ReplyResult
from rig.clock import Deadline
from rig.driving import Reporter
from rig.errors import GarbledReplyError, InstrumentError, NoReplyError, RefusedError, SenselessReplyError
from rig.transports import ByteStream

R = TypeVar("R", bound=Reply)
LINK_ADVICE = (
    "check cable, baud rate (115200 8N1) and the pump's power (supply, interlock relay); docs/pump-link.md describes "
    "the link"
)
REFUSAL_ADVICE = {
    ReplyResult.ALARM_ACTIVE: (
        "read the status for the alarm, remove its cause, then stop the pump, which acknowledges it"
    ),
    ReplyResult.RESERVOIR_EMPTY: "refill the reservoir",
    ReplyResult.BATTERY_DEPLETED: "replace the cell, or raise the supply's voltage",
    ReplyResult.BOLUS_RUNNING: "wait for the end of the bolus under way, or stop the pump",
    ReplyResult.ABOVE_TOTAL_RATE: (
        "lower the infusion or the bolus rate: together they exceed what the pump can deliver"
    ),
    ReplyResult.ABOVE_DOSE_LIMIT: "wait until less was given in the window of the limit, or lower the dose",
    ReplyResult.TRIAL_OVER: "begin another trial session, or end this one",
    ReplyResult.PRIME_RUNNING: "wait for the end of the prime under way, or stop the pump",
    ReplyResult.UNKNOWN_COMMAND: "the pump speaks the link's first edition, which has no such command",
    ReplyResult.NOTHING_STAGED: "the pump was stopped or restarted between staging and commit; find out why",
    ReplyResult.CRC_MISMATCH: "another client staged a programme at the same time; only one may talk to the pump",
}

SENSELESS_ADVICE = (
    "the reply came whole, the pump made it so: keep the pump as it is, and compare its firmware with docs/pump-link.md"
)


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """A reply with the bytes that asked for it and those that brought it."""

    reply: R
    sent: bytes
    received: bytes


class Link:
    """One conversation with the pump; may be used from several threads.

    A command whose reply is lost or garbled is sent again, unchanged, at most `tries` times in all. The pump knows a
    repeat by its sequence number, so that no command is ever carried out twice. `garbled_s` is how long a try still
    waits behind a garbled reply: a pump that has answered is not slow.
    """

    def __init__(
        self, stream: ByteStream, reporter: Reporter, *, timeout_s: float, tries: int, garbled_s: float | None = None
    ) -> None:
        self._stream = stream
        self._reporter = reporter
        self._timeout_s = timeout_s
        self._garbled_s = timeout_s if garbled_s is None else garbled_s
        self._tries = tries
        self._often = f"asked {tries} times, {timeout_s:g} s each"
        self._sequence = UNNUMBERED
        self._lock = threading.Lock()

    def ask(self, command: Command, kind: type[R]) -> Answer[R]:
        """Return the pump's answer to a command.

        Raises RefusedError with the pump's result, NoReplyError or GarbledReplyError when all tries are used up
        (SenselessReplyError where each brought a whole frame without sense), ConnectionLostError when the port died.
        """
        with self._lock:
            # What opens a conversation is unnumbered: no reply to an earlier client can pass for one to it.
            opening = isinstance(command, Identify | GetFullLimits)
            sequence = UNNUMBERED if opening else self._sequence % MAX_SEQUENCE + 1
            self._sequence = sequence
            code, payload = encode_command(command)
            answer = self._try_repeatedly(encode_frame(Frame(sequence, code, payload)), sequence, code)
        if isinstance(answer.reply, RefusalReply):
            result = answer.reply.result
            advice = REFUSAL_ADVICE.get(result, "the pump and this driver disagree on the link; compare their versions")
            raise self.refused(
                f"{code.name} was refused: {result.name}", result.name, advice, answer.sent, answer.received
            )
        if not isinstance(answer.reply, kind):
            raise self.senseless(f"{answer.reply} came where a {kind.__name__} belongs", answer.sent, answer.received)
        return Answer(answer.reply, answer.sent, answer.received)

    def senseless(self, what: str, sent: bytes, received: bytes) -> SenselessReplyError:
        """Return the error for a reply that came whole and cannot be what the pump means."""
        return self._reporter.error(SenselessReplyError, what, SENSELESS_ADVICE, sent, received)

    def refused(self, what: str, code: str, advice: str, sent: bytes, received: bytes) -> RefusedError:
        """Return the error for a pump that understood and did not do it."""
        return self._reporter.refused(what, code, advice, sent, received)

    def _try_repeatedly(self, sent: bytes, sequence: int, code: int) -> Answer[Reply]:
        failures: list[InstrumentError] = []
        for _ in range(self._tries):
            try:
                return self._try_once(sent, sequence, code)
            except (NoReplyError, GarbledReplyError) as error:
                if error.received is None:
                    raise  # the frame did not even leave: waiting as long again would only delay other ways to act
                failures.append(error)
        raise _most_telling(failures)

    def _try_once(self, sent: bytes, sequence: int, code: int) -> Answer[Reply]:
        """Send a frame and return the reply that belongs to it; what belongs to earlier ones is passed over."""
        deadline = Deadline(self._timeout_s)
        self._stream.discard_input()
        self._stream.write(sent)
        received = b""
        fault = ""
        while True:
            try:
                chunk = self._stream.read_until(DELIMITER, sent=sent, timeout_s=deadline.left_s())
            except NoReplyError as error:
                raise self._failure(fault, sent, received + (error.received or b"")) from error
            received += chunk
            if chunk == DELIMITER:
                continue
            try:
                frame = decode_frame(chunk[:-1])
            except DialectError as error:
                fault = str(error)
                deadline = Deadline(min(deadline.left_s(), self._garbled_s))
                continue
            if (frame.version, frame.sequence, frame.code) != (VERSION, sequence, code | REPLY_BIT):
                fault = (
                    f"version {frame.version}, sequence {frame.sequence}, code {frame.code:#04x} answer nothing asked"
                )
                continue
            try:
                return Answer(decode_reply(code, frame.payload), sent, received)
            except DialectError as error:
                raise self.senseless(f"{error} ({self._often})", sent, received) from error

    def _failure(self, fault: str, sent: bytes, received: bytes) -> NoReplyError | GarbledReplyError:
        if fault:
            return self._reporter.error(GarbledReplyError, f"{fault} ({self._often})", LINK_ADVICE, sent, received)
        return self._reporter.error(NoReplyError, f"no whole reply ({self._often})", LINK_ADVICE, sent, received)


def _most_telling(failures: list[InstrumentError]) -> InstrumentError:
    """Return the failure of several tries to raise: a garbled reply tells more than silence.

    That a pump talks without sense is said where every try shows it: noise passes a checksum once, not each time.
    """
    if all(isinstance(one, SenselessReplyError) for one in failures):
        return failures[0]
    by_the_line = [one for one in failures if not isinstance(one, SenselessReplyError)]
    return next((one for one in by_the_line if isinstance(one, GarbledReplyError)), by_the_line[-1])
