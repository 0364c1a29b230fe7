"""Delivers bodies: waits while the server is away, sets refused points aside, stops when the server refuses us."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from rig.clock import Deadline
from rig.errors import PointsRefusedError, ServerAwayError, ServerRefusedError, StreamingError
from rig.streaming.cursor import Refused
from rig.streaming.encoder import Body, Group, gzipped

# So many bodies are on their way at once: while a server chews on one, the next arrives.
CONNECTIONS = 2
FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 30.0
# So many single points refused, and none ever taken: it is not the points.
_HOPELESS_AFTER = 32
# ... but for points that are too old for the server: a run may begin before what it keeps, and end within.
_TOO_OLD = re.compile(r"retention|too old|outside.*range", re.IGNORECASE)
# So often the same body is answered by an error of the server's own, before it is looked at piece by piece.
_POISONED_AFTER = 6
_OF_ITS_OWN = 500
# For so long one who has less patience waits all the same when a server says when to come back.
_LONGEST_ASKED_S = 600.0


def is_too_old(reason: str) -> bool:
    """Tell whether a server refused a point because of its time."""
    return _TOO_OLD.search(reason) is not None


class Writer(Protocol):
    """What delivers one compressed body, from any thread; raises the three kinds of StreamingError."""

    def write(self, gzipped: bytes) -> None:
        """Return when the server has taken the body."""


@dataclass(slots=True)
class Delivered:
    """What became of a group: lines taken by the server, and those that it refused."""

    sent: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of a body's first try: taken, failed, or not tried at all."""

    taken: bool
    failure: StreamingError | None = None


class Sender:
    """Delivers groups to one writer. `told` hears when the server is away (why) and when it is back ("").

    `patience_s` is how long the server may be away in a stretch before `deliver` raises the ServerAwayError.
    """

    def __init__(self, writer: Writer, patience_s: float, told: Callable[[str], None]) -> None:
        self._writer = writer
        self._patience_s = patience_s
        self._told = told
        self._ever_taken = False

    def deliver(self, group: Group) -> Delivered:
        """Bring every line of a group to the server, or set it aside with the server's reason.

        Raises ServerAwayError after `patience_s`, ServerRefusedError at once. Repeating is harmless.
        """
        delivered = Delivered()
        first = _FirstTry(self._writer)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for body, tried in zip(group.bodies, pool.map(first.take, group.bodies), strict=True):
                if tried.taken:
                    self._took(body.lines, delivered)
                else:
                    self._deliver_body(body, tried.failure, delivered)
        return delivered

    def _deliver_body(self, body: Body, failure: StreamingError | None, delivered: Delivered) -> None:
        """Deliver a body alone and with patience; `failure` is what came of a first try, if there was one."""
        try:
            self._write(body.gzipped, suspects=True, failure=failure)
        except PointsRefusedError as refusal:
            self._deliver_pieces(body.text.splitlines(keepends=True), refusal, delivered)
        except _PoisonedError:
            if not self._deliver_suspects(body.text.splitlines(keepends=True), delivered):
                self._write(body.gzipped)  # it is the server: wait for it as for any other
                self._took(body.lines, delivered)
        else:
            self._took(body.lines, delivered)

    def _deliver_pieces(self, lines: list[bytes], refusal: PointsRefusedError, delivered: Delivered) -> None:
        """Find the refused lines of a body that was refused as a whole or in part; the others get through."""
        waiting = [(lines, refusal)]
        while waiting:
            lines, refusal = waiting.pop()
            if len(lines) == 1 or refusal.dropped == len(lines):
                self._refused(lines, [str(refusal)] * len(lines), delivered)
                continue
            if 0 < refusal.dropped < len(lines):
                self._ever_taken = True
            pieces = []
            for piece in self._pieces(lines, refusal, delivered):
                try:
                    self._write(gzipped(b"".join(piece)))
                except PointsRefusedError as error:
                    pieces.append((piece, error))
                else:
                    self._took(len(piece), delivered)
            waiting.extend(reversed(pieces))

    def _pieces(self, lines: list[bytes], refusal: PointsRefusedError, delivered: Delivered) -> Iterable[list[bytes]]:
        """Return what of a refused body is to be tried again: all but the lines that the server names, else halves."""
        named = {number - 1: why for number, why in refusal.lines.items() if number <= len(lines)}
        if not named:
            return _halves(lines)
        self._refused([lines[index] for index in sorted(named)], [named[index] for index in sorted(named)], delivered)
        rest = [line for index, line in enumerate(lines) if index not in named]
        return [rest] if rest else []

    def _deliver_suspects(self, lines: list[bytes], delivered: Delivered) -> bool:
        """Look whether a body is what the server fails on: the rest gets through, and what does not is set aside.

        Returns False when nothing gets through, or the server goes away meanwhile: then it is the server.
        """
        found = Delivered()
        bad: list[tuple[bytes, str]] = []
        waiting = [lines]
        while waiting:
            piece = waiting.pop()
            try:
                self._writer.write(gzipped(b"".join(piece)))
            except PointsRefusedError as refusal:
                self._deliver_pieces(piece, refusal, found)
            except ServerAwayError as error:
                if error.status != _OF_ITS_OWN or (not found.sent and len(bad) >= _HOPELESS_AFTER):
                    return False
                if len(piece) > 1:
                    waiting.extend(reversed(list(_halves(piece))))
                else:
                    bad.append((piece[0], str(error)))
            else:
                self._took(len(piece), found)
        if not found.sent:
            return False
        self._refused([line for line, _ in bad], [why for _, why in bad], found)
        delivered.sent += found.sent
        delivered.refused.extend(found.refused)
        return True

    def _refused(self, lines: list[bytes], reasons: list[str], delivered: Delivered) -> None:
        delivered.refused.extend(_refused(line, reason) for line, reason in zip(lines, reasons, strict=True))
        if self._ever_taken or len(delivered.refused) < _HOPELESS_AFTER:
            return
        if not any(is_too_old(reason) for reason in reasons):
            raise ServerRefusedError(f"the server takes no point at all: {reasons[0]}")

    def _took(self, lines: int, delivered: Delivered) -> None:
        self._ever_taken = True
        delivered.sent += lines

    def _write(self, body: bytes, *, suspects: bool = False, failure: StreamingError | None = None) -> None:
        """Write one body, waiting while the server is away; `failure` is what a first try has come to already.

        Raises _PoisonedError, where `suspects`, when the server answers this body again and again with an error of its
        own: that may be the body's doing.
        """
        patience = Deadline(self._patience_s)
        waits = _waits()
        failures = 0
        away = False
        while True:
            try:
                if failure is not None:
                    raise failure
                self._writer.write(body)
            except ServerAwayError as error:
                failure = None
                failures = failures + 1 if error.status == _OF_ITS_OWN else 0
                if suspects and failures >= _POISONED_AFTER:
                    raise _PoisonedError(error) from error
                wait_s = self._wait_s(next(waits), error, patience)
                away = True
                self._told(str(error))
                Deadline(wait_s).nap(wait_s)
            else:
                if away:
                    self._told("")
                return

    def _wait_s(self, wait_s: float, error: ServerAwayError, patience: Deadline) -> float:
        """Return how long to wait; raises the error when that is longer than anybody waits.

        Who is told when to come back waits for that once, beyond his patience, if it is minutes and not hours.
        """
        if error.retry_after_s > patience.left_s():
            if patience.passed() or error.retry_after_s > _LONGEST_ASKED_S:
                raise error
            return error.retry_after_s
        if wait_s > patience.left_s():
            raise error
        return max(wait_s, error.retry_after_s)


class _FirstTry:
    """Tries bodies, several at once; once the server is away or refuses us, no more of them."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._stumbled = Event()

    def take(self, body: Body) -> _Tried:
        """Try to deliver a body; return what came of it."""
        if self._stumbled.is_set():
            return _Tried(taken=False)
        try:
            self._writer.write(body.gzipped)
        except PointsRefusedError as error:
            return _Tried(taken=False, failure=error)
        except StreamingError as error:
            self._stumbled.set()
            return _Tried(taken=False, failure=error)
        return _Tried(taken=True)


class _PoisonedError(Exception):
    """A body that the server answers with an error of its own, time and again."""

    def __init__(self, error: ServerAwayError) -> None:
        self.error = error
        super().__init__(str(error))


def _waits() -> Iterator[float]:
    """Yield how long to wait before each try: doubling, with a random part so that benches do not ask in step."""
    wait_s = FIRST_WAIT_S
    while True:
        yield wait_s * random.uniform(0.75, 1.25)  # noqa: S311 - no secret hangs on it
        wait_s = min(2 * wait_s, LONGEST_WAIT_S)


def _halves(lines: list[bytes]) -> Iterator[list[bytes]]:
    middle = len(lines) // 2
    yield lines[:middle]
    yield lines[middle:]


def _refused(line: bytes, reason: str) -> Refused:
    text = line.decode(errors="replace").rstrip("\n")
    return Refused(1, text.partition(",")[0], text, reason)
