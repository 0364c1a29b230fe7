"""What every driver says about its instrument: who was met, what was done, what went wrong."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rig.driving.context import DriverContext
from rig.errors import (
    ConnectionFailedError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    OutOfRangeError,
    RefusedError,
    SenselessReplyError,
)
from rig.exchange import Exchange

T = TypeVar("T")
E = TypeVar("E", ConnectionFailedError, SenselessReplyError, GarbledReplyError, NoReplyError, OutOfRangeError)
OTHER_INSTRUMENT = "plug in the instrument that the bench file names, or correct its table there (and its calibration)"


class VerbUnderWay:
    """The bytes of one verb so far, in the order in which they went, and what came of it when it did not fail.

    What goes into `extra` is recorded with the verb: what the instrument told that the arguments cannot say.
    """

    def __init__(self) -> None:
        self.result = "ok"
        self.sent = b""
        self.received = b""
        self.extra: dict[str, object] = {}

    def note(self, sent: bytes | None, received: bytes | None) -> None:
        """Add bytes that went out and those that came back."""
        self.sent += sent or b""
        self.received += received or b""

    def note_failure(self, error: InstrumentError) -> None:
        """Add the bytes of a failed exchange, unless they were noted before the reply was looked at."""
        sent, received = error.sent or b"", error.received or b""
        if not (self.sent.endswith(sent) and self.received.endswith(received)):
            self.note(sent, received)


class Reporter:
    """One driver's way to the record and to the operator: knows the instrument's name, its port and the clock.

    `last_exchange` is for makers' libraries that keep the bytes to themselves: it returns what was sent and received
    last, and is asked at the end of each verb.
    """

    def __init__(
        self,
        name: str,
        port: str,
        context: DriverContext,
        last_exchange: Callable[[], tuple[bytes, bytes]] | None = None,
    ) -> None:
        self.name = name
        self.port = port
        self._context = context
        self._last_exchange = last_exchange

    @contextmanager
    def opening(self, close: Callable[[], object]) -> Iterator[None]:
        """Close the port again when anything fails inside: for opening a driver."""
        try:
            yield
        except BaseException:
            close()
            raise

    @contextmanager
    def meeting(
        self,
        close: Callable[[], object],
        stranger: str,
        advice: str,
        kinds: tuple[type[InstrumentError], ...] = (GarbledReplyError, RefusedError),
    ) -> Iterator[None]:
        """Do the same where the instrument is asked who it is.

        A failure of one of `kinds` becomes a ConnectionFailedError that begins with `stranger`, with its bytes.
        """
        with self.opening(close):
            try:
                yield
            except kinds as error:
                what = f"{stranger}: {error.what}"
                raise self.error(ConnectionFailedError, what, advice, error.sent, error.received) from error

    def demand(self, what: str, found: str, wanted: str, advice: str = OTHER_INSTRUMENT) -> None:
        """Raise ConnectionFailedError unless `found` is `wanted`; "" wants nothing in particular."""
        if wanted not in ("", found):
            said = f"the {what} of what answers is {found!r}, the bench file demands {wanted!r}"
            raise self.error(ConnectionFailedError, said, advice)

    def unchecked(self, why: str) -> None:
        """Tell the record, once a port is open, why nobody checks the parity of what comes; nothing where "" is why."""
        if why:
            with self.verb("open") as told:
                told.result = why

    @contextmanager
    def verb(self, verb: str, /, **arguments: object) -> Iterator[VerbUnderWay]:
        """Report what changes something to the record, with its bytes and both times, whether it succeeds or not."""
        told = VerbUnderWay()
        sent_ns = self._context.clock.now_ns()
        try:
            yield told
        except BaseException as error:
            told.result = f"{type(error).__name__}: {error.what if isinstance(error, InstrumentError) else error}"
            if isinstance(error, InstrumentError) and self._last_exchange is None:
                told.note_failure(error)
            raise
        finally:
            if self._last_exchange is not None:
                told.note(*self._last_exchange())
            now_ns = self._context.clock.now_ns()
            self._context.journal(
                Exchange(self.name, verb, arguments, told.sent, told.received, sent_ns, now_ns, told.result, told.extra)
            )

    def timed(self, ask: Callable[[], T]) -> tuple[int, T]:
        """Return the middle of an exchange (UTC ns) and what it brought."""
        before_ns = self._context.clock.now_ns()
        found = ask()
        return (before_ns + self._context.clock.now_ns()) // 2, found

    def check_range(self, what: str, value: float, least: float, most: float, unit: str, advice: str) -> None:
        """Raise OutOfRangeError, before anything is sent, unless `value` is a number from `least` to `most`."""
        if not (math.isfinite(value) and least <= value <= most):
            said = f"{what} of {value!r} is outside {least:g} to {most:g} {unit}; nothing was sent"
            raise self.error(OutOfRangeError, said, advice)

    def out_of_range(self, what: str, advice: str) -> OutOfRangeError:
        """Return the error for a value that was refused before anything was sent."""
        return self.error(OutOfRangeError, f"{what} was refused before anything was sent", advice)

    def error(
        self, kind: type[E], what: str, advice: str, sent: bytes | None = None, received: bytes | None = None
    ) -> E:
        """Return an error of this instrument."""
        return kind(self.name, what, port=self.port, sent=sent, received=received, advice=advice)

    def refused(
        self, what: str, code: str, advice: str, sent: bytes | None = None, received: bytes | None = None
    ) -> RefusedError:
        """Return the error for an instrument that understood and said no; `code` is its own word for why."""
        return RefusedError(self.name, what, code=code, port=self.port, sent=sent, received=received, advice=advice)

    def not_sampling(self, what: str) -> RefusedError:
        """Return the error for samples that were asked for before `what` was started."""
        said = f"samples were asked for before the {what} was started"
        return self.refused(said, "not sampling", "call start_sampling() first")
