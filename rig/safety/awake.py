"""Keeps the machine from going to sleep while real instruments are in use, where its system offers that.

A machine that sleeps reads nothing, and stops nothing: the supervisor ends delivery only when it wakes again.
"""

import contextlib
import ctypes
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

_WHO = "rig"
_WHY = "instruments are in use"
_HELD = b"held"
_ANSWER_S = 3.0
# The word says that the lock is held; what waits then ends with the pipe to this process, however that ends.
_WAIT = f"echo {_HELD.decode()}; cat"
_INHIBIT = ("systemd-inhibit", "--what=sleep:idle", f"--who={_WHO}", f"--why={_WHY}", "--mode=block")
_CAFFEINATE = ("caffeinate", "-i", "-s")
# SetThreadExecutionState: until it is said otherwise; the system must not sleep.
_CONTINUOUS, _SYSTEM_REQUIRED = 0x80000000, 0x00000001


@dataclass(frozen=True, slots=True)
class Awake:
    """What keeps the machine awake, or why nothing does; one of the two is empty."""

    by: str = ""
    why_not: str = ""


@contextlib.contextmanager
def kept_awake(search: str | None = None) -> Iterator[Awake]:
    """Keep the machine awake until the end of the block, and tell by what; that nothing does is no error.

    `search` is where programs are looked for, None means the PATH.
    """
    if os.name == "nt":
        with _windows() as said:
            yield said
        return
    words = _CAFFEINATE if sys.platform == "darwin" else _INHIBIT
    program = shutil.which(words[0], path=search)
    if program is None:
        yield Awake(why_not=f"this system has no {words[0]}")
        return
    holder = subprocess.Popen(  # noqa: S603 - the system's own program, with our own words
        [program, *words[1:], "sh", "-c", _WAIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield _said(holder, words[0])
    finally:
        for pipe in (holder.stdin, holder.stdout):
            if pipe is not None:
                pipe.close()
        try:
            holder.wait(_ANSWER_S)
        except subprocess.TimeoutExpired:
            holder.kill()
            holder.wait()


def _said(holder: "subprocess.Popen[bytes]", name: str) -> Awake:
    """Return what came of asking: the word that it is held, or what the program said instead."""
    if holder.stdout is None or not select.select([holder.stdout], [], [], _ANSWER_S)[0]:
        return Awake(why_not=f"{name} does not answer")
    said = os.read(holder.stdout.fileno(), 4096).strip()
    if said == _HELD:
        return Awake(by=name)
    return Awake(why_not=f"{name}: {said.decode(errors='backslashreplace') or 'it ended without a word'}")


@contextlib.contextmanager
def _windows() -> Iterator[Awake]:
    kernel = ctypes.CDLL("kernel32")
    held = kernel.SetThreadExecutionState(ctypes.c_uint(_CONTINUOUS | _SYSTEM_REQUIRED))
    try:
        yield Awake(by="SetThreadExecutionState") if held else Awake(why_not="SetThreadExecutionState refused")
    finally:
        kernel.SetThreadExecutionState(ctypes.c_uint(_CONTINUOUS))
