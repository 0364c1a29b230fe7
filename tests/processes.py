"""Processes that tests start: each in a group of its own, all ended with the test, whatever happened to it.

Whatever a process starts in turn may leave its group (a streamer does, to outlive its run). It is found by a mark in
the environment that it inherits.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO
from uuid import uuid4

from rig.clock import Deadline
from tests.patience import patient
from tests.warm import WARM

MARK = "RIG_TESTS_STARTED_BY"
GRACE_S = 0.5
Stream = int | IO[bytes]
# A worker that is killed ends nothing any more: the system does, where it has util-linux. What was started in turn is
# no child of the worker, and goes by the mark alone.
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()


class Children:
    """Starts processes and ends them: `end` leaves none of them, and none of theirs."""

    def __init__(self) -> None:
        self._mark = uuid4().hex
        self._started: list[subprocess.Popen[bytes] | subprocess.Popen[str]] = []

    def start(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: Stream = subprocess.DEVNULL,
        stdout: Stream = subprocess.PIPE,
        stderr: Stream | None = None,
    ) -> subprocess.Popen[str]:
        """Start a process whose streams are text."""
        process = subprocess.Popen(
            [*DIES_WITH_US, *command],
            cwd=cwd,
            env=self._marked(env),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            text=True,
            process_group=0,
        )
        self._started.append(process)
        return process

    def start_bytes(self, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        """Start a process whose output is bytes, unbuffered."""
        process = subprocess.Popen(
            [*DIES_WITH_US, *command],
            env=self._marked(None),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            bufsize=0,
            process_group=0,
        )
        self._started.append(process)
        return process

    def run(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        idle_s: float = 60.0,
    ) -> subprocess.CompletedProcess[str]:
        """Run a process to its end and return what it said; on an idle machine it needs far less than `idle_s`."""
        process = self.start(command, cwd=cwd, env=env, stderr=subprocess.PIPE)
        output, errors = process.communicate(timeout=patient(idle_s))
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def run_warm(
        self, words: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, idle_s: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m MODULE` with these words to its end, forked from what has the libraries (see `tests.warm`)."""
        return WARM.run([str(word) for word in words], cwd=cwd, env=self._marked(env), longest_s=patient(idle_s))

    def end(self) -> None:
        """End what is left, by SIGTERM and then by SIGKILL; safe to repeat."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._send(number) == 0 or self._gone_within(patient(GRACE_S)):
                break
        for process in self._started:
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):  # words for somebody who is gone
                        stream.close()

    def _marked(self, env: Mapping[str, str] | None) -> dict[str, str]:
        environment = dict(os.environ if env is None else env)
        return with_mark(environment, self._mark)

    def _send(self, number: signal.Signals) -> int:
        """Send a signal to all that is left; return to how many."""
        living = [process.pid for process in self._started if process.poll() is None]
        others = [pid for pid in carriers(self._mark) if pid not in living]
        for pid in living:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number)
        for pid in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return len(living) + len(others)

    def _gone_within(self, seconds: float) -> bool:
        deadline = Deadline(seconds)
        while any(process.poll() is None for process in self._started) or carriers(self._mark):
            if deadline.passed():
                return False
            deadline.nap(0.01)
        return True


@contextlib.contextmanager
def children() -> Iterator[Children]:
    """Give processes that end with the block."""
    started = Children()
    try:
        yield started
    finally:
        started.end()


def with_mark(environment: Mapping[str, str], mark: str) -> dict[str, str]:
    """Return an environment with one mark more: a test within a test's process keeps the outer one."""
    return {**environment, MARK: f"{environment.get(MARK, '')} {mark}"}


def carriers(mark: str) -> list[int]:
    """Return the ids of living processes that were started with this mark; none where there is no /proc."""
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if mark in _read(folder / "environ")]


def offspring() -> list[int]:
    """Return the ids of this process's own living children, zombies left out; none where there is no /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        # The name in parentheses may hold anything; state and parent are the words behind it.
        words = _read(folder / "stat").rpartition(")")[2].split()
        if words[1:2] == [str(os.getpid())] and words[0] != "Z":
            found.append(int(folder.name))
    return found


def command_line(pid: int) -> str:
    """Return the words with which a process was started, "" once it is gone."""
    return _read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ").strip()


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:  # it ended, or is somebody else's
        return ""
