"""What an instrument said to its driver, as bytes that can be changed: its answers in order, one behind the other."""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from instruments.plant.laboratory import Laboratory, Parameters
from rig.clock import VirtualClock
from rig.driving import DriverContext
from rig.errors import RigError
from tests.fuzz.scripted import UnpluggedError, answering

EPOCH_NS = 1_767_600_000_000_000_000  # 2026-01-05T08:00:00Z
NEXT = b"<~>"  # between two answers
Frame = Callable[[bytes, bytes], bytes]


class Answers(Protocol):
    """A twin, as far as it is needed here."""

    def receive(self, data: bytes) -> bytes: ...


def laboratory() -> Laboratory:
    """Return a laboratory on a virtual clock that nothing moves."""
    return Laboratory(Parameters(pump_power="battery"), VirtualClock(EPOCH_NS), seed=7)


def context(clock: VirtualClock | None = None) -> DriverContext:
    """Return what a driver is given, with nobody to report to."""
    return DriverContext(clock or VirtualClock(EPOCH_NS), lambda _: None)


def recorded(twin: Answers, use: Callable[[str], object]) -> tuple[bytes, ...]:
    """Return what a twin answers while `use` works with it through the port that it is given."""
    said: list[bytes] = []

    def far_end(request: bytes) -> bytes:
        said.append(twin.receive(request))
        return said[-1]

    with answering("recorded", far_end) as port:
        use(port)
    return tuple(said)


def replayed(case: bytes, use: Callable[[str], object], framed: Frame = lambda _, answer: answer) -> None:
    """Let `use` work with a port that gives the answers of a case, each made a frame by `framed`; then it is dead."""
    answers = iter(case.split(NEXT))

    def far_end(request: bytes) -> bytes:
        for answer in answers:
            return framed(request, answer)
        raise UnpluggedError

    with answering("replayed", far_end) as port:
        use(port)


def each(*verbs: Callable[[], object]) -> None:
    """Call one verb after the other, whatever the rig says of those before."""
    for verb in verbs:
        with suppress(RigError):
            verb()
