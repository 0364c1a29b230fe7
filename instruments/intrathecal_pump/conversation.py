"""The exchanges of one verb, each noted for the record."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum

from instruments.intrathecal_pump.link import Link, R
from instruments.intrathecal_pump.messages import Command
from rig.driving import VerbUnderWay
from rig.errors import GarbledReplyError, RefusedError

STOP_IT = "stop the pump by other means (supply, interlock) before anything else, then read its log"


class Conversation:
    """Asks on behalf of one verb; what goes wrong with it shows the last frames."""

    def __init__(self, link: Link, told: VerbUnderWay) -> None:
        self._link = link
        self._told = told
        self._last_sent = b""
        self._last_received = b""
        self._last_reply: object = None

    def ask(self, command: Command, kind: type[R]) -> R:
        """Return the pump's reply; raises what `Link.ask` raises."""
        answer = self._link.ask(command, kind)
        self._told.note(answer.sent, answer.received)
        self._last_sent, self._last_received, self._last_reply = answer.sent, answer.received, answer.reply
        return answer.reply

    def note(self, **told: object) -> None:
        """Record with the verb what the pump told of it."""
        self._told.extra.update(told)

    def garbled(self, what: str) -> GarbledReplyError:
        """Return the error for a last reply that contradicts what was asked."""
        return self._link.garbled(what, self._last_sent, self._last_received)

    def not_seen(self, wanted: str, advice: str = STOP_IT) -> RefusedError:
        """Return the error for a status (the last reply) that does not show what the pump said it would do."""
        shown = ", ".join(_fields(self._last_reply))
        what = f"the pump said OK, but its status does not show {wanted}; it shows {shown}"
        return self._link.refused(what, "NOT_SEEN_IN_STATUS", advice, self._last_sent, self._last_received)


def _fields(reply: object) -> Iterator[str]:
    """Yield what a reply holds, field by field; zeros, which say nothing, only where they are a state."""
    for field in fields(reply) if is_dataclass(reply) else ():
        value = getattr(reply, field.name)
        if is_dataclass(value):
            yield from _fields(value)
        elif value or field.name == "state":
            yield f"{field.name} {value.name if isinstance(value, Enum) else value}"
