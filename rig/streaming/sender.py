"""Delivers bodies: waits while the server is away, sets refused points aside, stops when the server refuses us."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from rig.clock import Deadline
from rig.errors import PointsRefusedError, ServerAwayError, ServerRefusedError
from rig.streaming.cursor import Refused
from rig.streaming.encoder import Body, Group, gzipped

FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 30.0
# So many single points refused, and none ever taken: it is not the points.
_HOPELESS_AFTER = 32


class Writer(Protocol):
    """What delivers one compressed body; raises the three kinds of StreamingError."""

    def write(self, gzipped: bytes) -> None:
        """Return when the server has taken the body."""


@dataclass(slots=True)
class Delivered:
    """What became of a group: lines taken by the server, and those that it refused."""

    sent: int = 0
    refused: list[Refused] = field(default_factory=list)


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
        for body in group.bodies:
            self._deliver_body(body, delivered)
        return delivered

    def _deliver_body(self, body: Body, delivered: Delivered) -> None:
        try:
            self._write(body.gzipped)
        except PointsRefusedError as refusal:
            self._deliver_halves(body.text.splitlines(keepends=True), refusal, delivered)
        else:
            self._took(body.lines, delivered)

    def _deliver_halves(self, lines: list[bytes], refusal: PointsRefusedError, delivered: Delivered) -> None:
        """Find the refused lines of a body that was refused as a whole or in part; the others get through."""
        waiting = [(lines, refusal)]
        while waiting:
            lines, refusal = waiting.pop()
            if len(lines) == 1 or refusal.dropped == len(lines):
                delivered.refused.extend(_refused(line, str(refusal)) for line in lines)
                if not self._ever_taken and len(delivered.refused) >= _HOPELESS_AFTER:
                    raise ServerRefusedError(f"the server takes no point at all: {refusal}")
                continue
            halves = []
            for half in _halves(lines):
                try:
                    self._write(gzipped(b"".join(half)))
                except PointsRefusedError as error:
                    halves.append((half, error))
                else:
                    self._took(len(half), delivered)
            waiting.extend(reversed(halves))

    def _took(self, lines: int, delivered: Delivered) -> None:
        self._ever_taken = True
        delivered.sent += lines

    def _write(self, body: bytes) -> None:
        """Write one body, waiting while the server is away."""
        patience = Deadline(self._patience_s)
        waits = _waits()
        away = False
        while True:
            try:
                self._writer.write(body)
            except ServerAwayError as error:
                wait_s = max(next(waits), error.retry_after_s)
                if wait_s > patience.left_s():
                    raise
                away = True
                self._told(str(error))
                Deadline(wait_s).nap(wait_s)
            else:
                if away:
                    self._told("")
                return


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
