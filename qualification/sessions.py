"""Sessions of plans in children of their own: the libraries are loaded once, and each child is forked from that.

A session of a few plans on a virtual bench is over in seconds, of which loading numpy, pydantic and grpc would be half.
"""

import contextlib
import gc
import importlib
import inspect
import os
import pkgutil
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures.running import load_plugins
from rig.bench.provenance import provenance
from rig.clock import Deadline
from rig.errors import QualificationError

LONGEST_S = 900.0
"""A session that takes so long hangs: it is ended, and that is what it came to."""

_PRELOADED = ("numpy", "pydantic", "scipy.stats", "grpc", "nidaqmx", "pyvisa", "serial", "jinja2", "rig", "instruments")
# What imports a client of a server, or belongs to a process of its own, is left to the children.
_LEFT_OUT = ("rig.streaming", "rig.safety.supervisor")
_LOOKS_EACH_S = 0.02
_LOOKS_FOR_PARENT_S = 1.0


@dataclass(frozen=True, slots=True)
class Session:
    """One session to be run: where it keeps what it makes, what pytest is told, and what its record is tried with.

    `sizes_percent` are sizes of a stroke's error (see `scaled`), none for a session that is only to be run.
    """

    folder: Path
    arguments: tuple[str, ...]
    sizes_percent: tuple[float, ...] = ()


@dataclass(slots=True)
class Running:
    """A child that runs a session."""

    pid: int
    session: Session
    deadline: Deadline


def run_all(
    sessions: Iterable[Session], workers: int, work: Callable[[Session], int], longest_s: float = LONGEST_S
) -> Iterator[tuple[Session, int, float]]:
    """Run sessions, `workers` at a time; yield each when it is over, with its exit code and its CPU in s.

    What the caller puts into a deque of sessions meanwhile is run as well, so that no worker waits for the slowest of a
    round. `work` does what there is to be done for a session, in the child, and returns its exit code. That is negative
    for a child that a signal ended, as when it took longer than `longest_s`. Raises QualificationError where processes
    cannot be forked. When the caller stops early, children that still run are ended.
    """
    if not hasattr(os, "fork"):
        raise QualificationError("defects are qualified on Linux or macOS: this system cannot fork processes")
    waiting = sessions if isinstance(sessions, deque) else deque(sessions)
    running = dict[int, Running]()
    try:
        while True:
            while waiting and len(running) < workers:
                one = waiting.popleft()
                child = Running(_fork(one, work), one, Deadline(longest_s))
                running[child.pid] = child
            if not running:
                return
            yield from _over(running)
            Deadline(_LOOKS_EACH_S).nap(_LOOKS_EACH_S)
    finally:
        for child in running.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)


def _over(running: dict[int, Running]) -> Iterator[tuple[Session, int, float]]:
    """Yield the children that are over, and end those that hang."""
    for child in list(running.values()):
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            del running[pid]
            yield child.session, os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
        elif child.deadline.passed():
            os.kill(child.pid, signal.SIGKILL)


def preload() -> None:
    """Load what sessions of plans need, so that each child has it from the beginning.

    What is there by now is taken out of the sight of the garbage collector: each child would look through all of it
    again and again, and would copy the pages that it writes to meanwhile.
    """
    for name in _PRELOADED:
        module = importlib.import_module(name)
        if name in ("rig", "instruments"):
            for found in pkgutil.walk_packages(module.__path__, f"{name}."):
                if not found.name.startswith(_LEFT_OUT):
                    importlib.import_module(found.name)
    load_plugins()
    provenance()  # asked once for all of them
    inspect.getmodule(preload.__code__)  # remembers where all modules lie, which each plan that fails would ask anew
    gc.collect()
    gc.freeze()


def _end_with(parent: int) -> None:
    """End this child when its parent is gone: whoever ended that, by whatever signal, is told nothing of children."""
    while os.getppid() == parent:
        Deadline(_LOOKS_FOR_PARENT_S).nap(_LOOKS_FOR_PARENT_S)
    os.kill(os.getpid(), signal.SIGKILL)


def _fork(session: Session, work: Callable[[Session], int]) -> int:
    """Run a session in a child; return its process id. What it prints goes to `session.log` in its folder."""
    session.folder.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 3
    try:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        log = os.open(session.folder / "session.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.stdout, sys.stderr = (os.fdopen(one, "w", encoding="utf-8", closefd=False) for one in (1, 2))
        code = work(session)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
