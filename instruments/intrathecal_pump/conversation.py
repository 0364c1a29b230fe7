"""The exchanges of one verb, each noted for the record."""

from dataclasses import dataclass
from enum import Enum, Flag

from instruments.intrathecal_pump.link import Link, R
from instruments.intrathecal_pump.messages import Command
from rig.driving import VerbUnderWay
from rig.errors import NOT_SEEN, SenselessReplyError

STOP_IT = "stop the pump by other means (supply, interlock) before anything else, then read its log"


@dataclass(frozen=True, slots=True)
class Shown:
    """A field of a status as the pump told it, and what it should be.

    Where that is no single value, `expected` says it in words and `holds` whether it is so.
    """

    field: str
    found: object
    expected: object
    holds: bool | None = None

    @property
    def differs(self) -> bool:
        """Tell whether the field is not what it should be."""
        return self.found != self.expected if self.holds is None else not self.holds

    @property
    def in_words(self) -> str:
        """Return what was found and what was expected."""
        return f"{self.field} {_told(self.found)}, expected {_told(self.expected)}"


class Conversation:
    """Asks on behalf of one verb; what goes wrong with it shows the last frames."""

    def __init__(self, link: Link, told: VerbUnderWay) -> None:
        self._link = link
        self._told = told
        self._last_sent = b""
        self._last_received = b""

    def ask(self, command: Command, kind: type[R]) -> R:
        """Return the pump's reply; raises what `Link.ask` raises."""
        answer = self._link.ask(command, kind)
        self._told.note(answer.sent, answer.received)
        self._last_sent, self._last_received = answer.sent, answer.received
        return answer.reply

    def note(self, **told: object) -> None:
        """Record with the verb what the pump told of it."""
        self._told.extra.update(told)

    def senseless(self, what: str) -> SenselessReplyError:
        """Return the error for a last reply that contradicts what was asked."""
        return self._link.senseless(what, self._last_sent, self._last_received)

    def check(self, wanted: str, *shown: Shown, said: str = "OK", advice: str = STOP_IT) -> None:
        """Raise RefusedError, with each field that differs, unless the status (the last reply) shows what it should.

        `said` is how the pump answered the order.
        """
        differ = "; ".join(one.in_words for one in shown if one.differs)
        if differ:
            what = f"the pump said {said}, but its status does not show {wanted}: {differ}"
            raise self._link.refused(what, NOT_SEEN, advice, self._last_sent, self._last_received)


def _told(value: object) -> str:
    if isinstance(value, Flag):
        return " and ".join(str(one.name) for one in type(value) if one in value) or "none"
    return str(value.name) if isinstance(value, Enum) else str(value)
