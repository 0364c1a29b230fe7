"""A driver's conversation with one SCPI instrument: identity, commands, and the instrument's error queue.

SCPI replies carry no sequence number, so a reply that came twice or too late could pass for the answer to the next
query. Two habits exclude that: each query or command is followed by a reading of the error queue, whose replies never
look like a number; and after any failed exchange the session is opened anew, which leaves late bytes behind.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from instruments.scpi import dialect
from instruments.scpi.dialect import QueuedError, Special
from instruments.scpi.opening import Session, open_session
from instruments.scpi.settings import ScpiSettings
from rig.capabilities import Identity
from rig.driving import DriverContext, Reporter
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    QuantityError,
    RefusedError,
)

# No instrument's queue is longer; one that never runs empty is broken.
MAX_QUEUED_ERRORS = 64
NEXT_ERROR = "SYST:ERR?"
T = TypeVar("T")


class ScpiConversation:
    """The conversation; opening it asks `*IDN?` and empties the error queue.

    Every method raises an InstrumentError: RefusedError for an entry in the error queue and for a reading that the
    instrument could not take, GarbledReplyError for what is not SCPI, and those of VisaSession.
    """

    def __init__(self, name: str, settings: ScpiSettings, context: DriverContext) -> None:
        self._name = name
        self._settings = settings
        self._context = context
        self.reporter = Reporter(name, settings.port, context)
        self._session: Session | None = None
        self._asks_ahead = True
        self.last_line = b""  # what answered the last query
        self.identity = self._meet()

    def answer(self, query: str) -> str | None:
        """Return the text that answers `query`, None where the instrument does not know it or cannot answer it now.

        On a stream nobody waits for an answer that does not come: the error queue is asked right behind. An instrument
        that loses one of two lines is asked for one at a time from then on.
        """
        if self._asks_ahead and self._open_session().is_stream:
            try:
                return self._answer_ahead(query)
            except NoReplyError:
                self._asks_ahead = False
        try:
            _, text = self._ask(query, str)
        except NoReplyError:
            return None
        return None if self._drain()[1] or dialect.is_error(text) else text

    def _answer_ahead(self, query: str) -> str | None:
        session = self._open_session()
        lines: list[bytes] = []
        try:
            session.send(query)
            lines.append(session.exchange(NEXT_ERROR))
            text = dialect.parse_line(lines[0])
            known = not dialect.is_error(text)
            if known:
                self.last_line = lines[0]
                lines.append(session.more(NEXT_ERROR))
            queued = dialect.parse_error(dialect.parse_line(lines[-1])).code != 0
        except InstrumentError:
            self.close()
            raise
        except QuantityError as error:
            raise self._garbled(str(error), query, b"".join(lines)) from error
        if queued:
            self._drain()
        return text if known and not queued else None

    def command(self, verb: str, arguments: dict[str, float | bool], *commands: str) -> None:
        """Send commands that change something, read the error queue, and report all of it for the record."""
        with self.reporter.verb(verb, **arguments) as told:
            for command in commands:
                told.note(self._send(command), None)
            received, errors = self._drain()
            told.note(None, received)
            self._raise_queued(errors, told.sent, received)

    def expect(self, kind: str, probe: Callable[[], object]) -> None:
        """Make sure that what answered `*IDN?` is a `kind`: `probe` asks something that only such a one can answer.

        For opening a driver: raises ConnectionFailedError, and whatever else `probe` raises, with the port released.
        """
        try:
            probe()
        except (RefusedError, NoReplyError) as error:
            if isinstance(error, RefusedError) and error.code in tuple(Special):
                return  # an instrument that is overloaded now is still the right one
            self.close()
            what = f"{self.identity.maker} {self.identity.model} answers, but not as a {kind}: {error.what}"
            advice = f"check that the port in the bench file leads to the {kind} and not to another instrument"
            raise self.reporter.error(ConnectionFailedError, what, advice, error.sent, error.received) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Release the port; safe to repeat."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _meet(self) -> Identity:
        """Open the session, ask who is there, compare with the bench file, and empty the error queue."""
        s = self._settings
        timeout_s = self._context.wire_s(s.timeout_s)
        self._session = open_session(
            self._name,
            s.port,
            visa_library=s.visa_library,
            timeout_s=timeout_s,
            line=s.line,
            tap=self._context.tap(self._name),
        )
        try:
            _, identity = self._ask("*IDN?", dialect.parse_identity)
            received, errors = self._drain()
        except (ConnectionLostError, GarbledReplyError) as error:
            what = f"no SCPI instrument answers: {error.what}"
            raise self.reporter.error(ConnectionFailedError, what, error.advice, error.sent, error.received) from error
        try:
            self.reporter.demand("model", identity.model, s.model)
            self.reporter.demand("serial number", identity.serial, s.serial)
        except ConnectionFailedError:
            self.close()
            raise
        self.reporter.unchecked(self._session.unchecked)
        if errors:
            # Somebody else's: kept for the record, but no reason to refuse the instrument.
            with self.reporter.verb("read stale errors") as told:
                told.result = _listed(errors)
                told.note(NEXT_ERROR.encode("ascii"), received)
        return identity

    def _open_session(self) -> Session:
        """Return the session; after a failure a new one, with the same instrument at its end."""
        if self._session is None:
            identity = self._meet()
            if identity != self.identity:
                self.close()
                raise self.reporter.error(
                    ConnectionFailedError,
                    f"after a reconnection {identity.model} {identity.serial} answers instead of "
                    f"{self.identity.model} {self.identity.serial}",
                    "give each instrument an address of its own",
                )
        return cast("Session", self._session)

    def _send(self, command: str) -> bytes:
        try:
            return self._open_session().send(command)
        except InstrumentError:
            self.close()
            raise

    def _ask(self, query: str, parse: Callable[[str], T]) -> tuple[bytes, T]:
        """Return the line that answers and what it means."""
        try:
            line = self._open_session().exchange(query)
        except InstrumentError:
            self.close()
            raise
        if query != NEXT_ERROR:
            self.last_line = line
        try:
            return line, parse(dialect.parse_line(line))
        except QuantityError as error:
            raise self._garbled(str(error), query, line) from error

    def _check_queue(self, query: str, received: bytes) -> None:
        _, errors = self._drain()
        self._raise_queued(errors, query.encode("ascii"), received)

    def _drain(self) -> tuple[bytes, list[QueuedError]]:
        """Empty the error queue; return all bytes that came, and its entries in order."""
        received = b""
        errors: list[QueuedError] = []
        for _ in range(MAX_QUEUED_ERRORS):
            line, error = self._ask(NEXT_ERROR, dialect.parse_error)
            received += line
            if error.code == 0:
                return received, errors
            errors.append(error)
        raise self._garbled("the error queue does not run empty", NEXT_ERROR, received)

    def _raise_queued(self, errors: list[QueuedError], sent: bytes, received: bytes) -> None:
        if errors:
            raise self.reporter.refused(
                f"the instrument reports {_listed(errors)}",
                str(errors[0].code),
                "look the code up in the instrument's manual; -1xx: it does not know the command, so check that the "
                "bench file names the right driver; -2xx: it cannot do it now or with this value",
                sent,
                received,
            )

    def _garbled(self, what: str, query: str, received: bytes) -> GarbledReplyError:
        """Give up the session, whose bytes cannot be trusted any more, and return the error that says why."""
        self.close()
        return self.reporter.error(
            GarbledReplyError,
            f"the reply is not what SCPI answers here: {what}",
            "check that the port in the bench file leads to this instrument, that no other program talks to it, and "
            "the cable",
            query.encode("ascii"),
            received,
        )


def _listed(errors: list[QueuedError]) -> str:
    return "; ".join(str(error) for error in errors)
