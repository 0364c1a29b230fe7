"""Signals that end a run: they wait for the exchange under way and for clean-up, so that neither is cut in half.

A reply that was interrupted half-way would be read as the answer to the next command, which may be the one that stops
the pump. Every verb and every clean-up step has a deadline of its own, so waiting for them is bounded.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

# Ctrl-C, the service manager's stop, and a terminal or connection that goes away.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class _Deferral:
    """How deep the main thread is in work that must not be cut, and which signal waits for its end."""

    depth = 0
    pending: signal.Signals | None = None


def install() -> None:
    """Let every signal that ends a run end it the way Ctrl-C does, with the pump stopped. Main thread only."""
    for name in _NAMES:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _arrived)


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Hold signals back until the end of the block; on other threads, which signals never reach, do nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _Deferral.depth += 1
    try:
        yield
    finally:
        _Deferral.depth -= 1
        if not _Deferral.depth and _Deferral.pending is not None:
            name, _Deferral.pending = _Deferral.pending.name, None
            raise KeyboardInterrupt(name)


def _arrived(number: int, _frame: FrameType | None) -> None:
    if _Deferral.depth:
        _Deferral.pending = signal.Signals(number)
        return
    raise KeyboardInterrupt(signal.Signals(number).name)
