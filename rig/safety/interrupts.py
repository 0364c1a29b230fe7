"""Signals that end a run: delivery ends first, then what is under way is let finish, then the run ends in order.

A reply that was interrupted half-way would be read as the answer to the next command, which may be the one that stops
the pump. Every verb and every clean-up step has a deadline of its own, so waiting for them is bounded. The first signal
ends the run; those behind it find it ending, and must not cut that short.
"""

import _thread
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

# Ctrl-C, the service manager's stop, and a terminal or connection that goes away.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class _Deferral:
    """How deep the main thread is in work that must not be cut, and what waits for its end."""

    depth = 0
    pending: BaseException | None = None
    arrived = ""
    first: tuple[Callable[[str], object], ...] = ()
    raising: BaseException | None = None


def install() -> None:
    """Let every signal that ends a run end it the way Ctrl-C does, with the pump stopped. Main thread only.

    A signal that whoever started the run has had ignored, as `nohup` does, stays so.
    """
    _Deferral.arrived = ""
    for name in _NAMES:
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, name), _arrived)


def arrived() -> str:
    """Return the name of the signal that is ending the run; empty when there was none."""
    return _Deferral.arrived


@contextlib.contextmanager
def doing_first(act: Callable[[str], object]) -> Iterator[None]:
    """Have `act` called with a signal's name, or what else ends the run, ahead of all else; it must not wait."""
    _Deferral.first = (*_Deferral.first, act)
    try:
        yield
    finally:
        _Deferral.first = tuple(one for one in _Deferral.first if one is not act)


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
            pending, _Deferral.pending = _Deferral.pending, None
            raise pending


def raise_in_main(error: BaseException) -> None:
    """Raise `error` in the main thread, from another one, when nothing there must be let finish first.

    Needs `install`; without it the main thread meets a KeyboardInterrupt.
    """
    for act in _Deferral.first:
        act(str(error))
    raise_again_in_main(error)


def raise_again_in_main(error: BaseException) -> None:
    """Do the same to a main thread that has been told before, and went on."""
    _Deferral.raising = error
    _thread.interrupt_main(signal.SIGINT)


def _arrived(number: int, _frame: FrameType | None) -> None:
    raising, _Deferral.raising = _Deferral.raising, None
    if raising is None:
        if _Deferral.arrived:
            return  # the run is ending already
        _Deferral.arrived = signal.Signals(number).name
        for act in _Deferral.first:
            act(_Deferral.arrived)
        raising = KeyboardInterrupt(_Deferral.arrived)
    if _Deferral.depth:
        _Deferral.pending = _Deferral.pending or raising
        return
    raise raising
