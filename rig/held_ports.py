"""Ports that another process holds for this one, and where they are reached meanwhile."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """Where a port is reached that another process holds for this one; `token` shows whose word it may take."""

    url: str
    token: str


_held: dict[str, Held] = {}


@contextlib.contextmanager
def held_by_another(port: str, held: Held) -> Iterator[None]:
    """Let streams of this process that open `port` reach it through who holds it, until the end of the block."""
    _held[port] = held
    try:
        yield
    finally:
        _held.pop(port, None)


def held_no_more(port: str) -> None:
    """Take note that who held a port is gone: streams open it themselves from now on."""
    _held.pop(port, None)


def who_holds(port: str) -> Held | None:
    """Return where a port is reached that another holds, None for one that is opened by itself."""
    return _held.get(port)
