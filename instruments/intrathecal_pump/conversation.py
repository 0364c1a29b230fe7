"""The exchanges of one verb, kept together for the record."""

from typing import Any

from instruments.intrathecal_pump.link import Answer, Link, R
from instruments.intrathecal_pump.messages import Command
from rig.capabilities import Exchange
from rig.errors import GarbledReplyError, InstrumentError, RefusedError


class Conversation:
    """Asks on behalf of one verb and remembers every byte and the first failure."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._answers: list[Answer[Any]] = []
        self._sent = b""
        self._received = b""
        self._result = "ok"

    def ask(self, command: Command, kind: type[R]) -> R:
        """Return the pump's reply; raises what `Link.ask` raises."""
        try:
            answer = self._link.ask(command, kind)
        except InstrumentError as error:
            self._note(error.sent or b"", error.received or b"", f"{type(error).__name__}: {error.what}")
            raise
        self._note(answer.sent, answer.received)
        self._answers.append(answer)
        return answer.reply

    def garbled(self, what: str) -> GarbledReplyError:
        """Return the error for a last reply that contradicts what was asked."""
        error = self._link.garbled(what, self._answers[-1])
        self._result = f"{type(error).__name__}: {what}"
        return error

    def not_seen(self, wanted: str) -> RefusedError:
        """Return the error for a status (the last reply) that does not show what the pump said it would do."""
        what = f"the pump said OK, but its status does not show {wanted}: {self._answers[-1].reply}"
        self._result = f"RefusedError: {what}"
        advice = "stop the pump by other means (supply, interlock) before anything else, then read its log"
        return self._link.refused(what, "NOT_SEEN_IN_STATUS", self._answers[-1], advice)

    def exchange(self, instrument: str, verb: str, arguments: dict[str, Any], sent_ns: int, end_ns: int) -> Exchange:
        """Return all of it as one entry for the record: the frames of each direction one behind the other."""
        return Exchange(instrument, verb, arguments, self._sent, self._received, sent_ns, end_ns, self._result)

    def _note(self, sent: bytes, received: bytes, result: str = "ok") -> None:
        self._sent += sent
        self._received += received
        self._result = result
