"""The exchanges of one verb, each noted for the record."""

from instruments.intrathecal_pump.link import Link, R
from instruments.intrathecal_pump.messages import Command
from rig.driving import VerbUnderWay
from rig.errors import GarbledReplyError, RefusedError


class Conversation:
    """Asks on behalf of one verb; what goes wrong with it shows the last frames."""

    def __init__(self, link: Link, told: VerbUnderWay) -> None:
        self._link = link
        self._told = told
        self._last_sent = b""
        self._last_received = b""
        self._last_reply = ""

    def ask(self, command: Command, kind: type[R]) -> R:
        """Return the pump's reply; raises what `Link.ask` raises."""
        answer = self._link.ask(command, kind)
        self._told.note(answer.sent, answer.received)
        self._last_sent, self._last_received, self._last_reply = answer.sent, answer.received, str(answer.reply)
        return answer.reply

    def note(self, **told: object) -> None:
        """Record with the verb what the pump told of it."""
        self._told.extra.update(told)

    def garbled(self, what: str) -> GarbledReplyError:
        """Return the error for a last reply that contradicts what was asked."""
        return self._link.garbled(what, self._last_sent, self._last_received)

    def not_seen(self, wanted: str) -> RefusedError:
        """Return the error for a status (the last reply) that does not show what the pump said it would do."""
        what = f"the pump said OK, but its status does not show {wanted}: {self._last_reply}"
        advice = "stop the pump by other means (supply, interlock) before anything else, then read its log"
        return self._link.refused(what, "NOT_SEEN_IN_STATUS", advice, self._last_sent, self._last_received)
