"""Runs `python -m MODULE` in a process that was forked from one which has loaded the libraries already.

Most of what a short session of pytest costs is loading numpy, pydantic, scipy, grpc and the rig's plugins. One process
loads them, once for each worker of the tests, and forks for each session. What is forked has its own folder,
environment, arguments and process group, registers the plugins itself, and ends as any other interpreter does. A test
of how a process starts, of its signals or of its imports starts a real one (`tests.processes`).
"""

import contextlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
# Its plug-in would load all of Hypothesis at each session's end, only to say that nothing used it.
_WITHOUT = ("-p", "no:hypothesispytest")


class Warm:
    """The process that has loaded everything, started with the first session that needs it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(
        self, words: Sequence[str], *, cwd: Path, env: Mapping[str, str], longest_s: float
    ) -> subprocess.CompletedProcess[str]:
        """Run `python` with these words, which are `-W ACTION` any number of times, `-m MODULE` and what follows.

        Raises TimeoutExpired when it is not over within `longest_s`; then it and its group are ended.
        """
        with TemporaryDirectory() as folder:
            out, err = (Path(folder) / name for name in ("out", "err"))
            order = {"words": list(words), "cwd": str(cwd), "env": dict(env), "out": str(out), "err": str(err)}
            code = self._ask(order, words, longest_s)
            return subprocess.CompletedProcess(words, code, _text(out), _text(err))

    def end(self) -> None:
        """End the process, where there is one: it ends when nothing more can be asked of it."""
        if self._process is not None:
            self._process.communicate(timeout=60)
            self._process = None

    def _ask(self, order: dict[str, Any], words: Sequence[str], longest_s: float) -> int:
        if self._process is None:
            self._process = _started()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        pid = int(self._process.stdout.readline())
        over, _, _ = select.select([self._process.stdout], [], [], longest_s)
        if not over:
            os.killpg(pid, signal.SIGKILL)
        code = int(self._process.stdout.readline())
        if not over:
            raise subprocess.TimeoutExpired(list(words), longest_s)
        return code


WARM = Warm()


def _started() -> subprocess.Popen[bytes]:
    # Nothing of the tests' own settings of Python is in force in there: each session brings its own.
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [sys.executable, "-m", "tests.warm"]
    # Without a buffer: of a session that is over at once, both lines would be in it, and nothing left to wait for.
    return subprocess.Popen(
        command, cwd=ROOT, env=bare, bufsize=0, process_group=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def _text(path: Path) -> str:
    return path.read_bytes().decode().replace("\r\n", "\n")


def _serve() -> dict[str, Any]:
    """Fork for each order that comes, tell its process id and then its exit code; return the order in the child.

    Ends this process when no more can come, and a session that runs then with it.
    """
    orders, told = os.dup(0), os.dup(1)
    os.set_inheritable(orders, False)
    with open(orders, "rb", buffering=0, closefd=False) as lines:
        while line := lines.readline():
            pid = os.fork()
            if not pid:
                os.close(orders)
                os.close(told)
                return json.loads(line)
            with contextlib.suppress(OSError):  # it is over
                os.setpgid(pid, pid)  # the child does it too: whoever comes first, the group is there to be ended
            os.write(told, f"{pid}\n".encode())
            os.write(told, f"{_code_of(pid, orders)}\n".encode())
    os._exit(0)


def _code_of(pid: int, orders: int) -> int:
    """Wait for a session; end it when whoever asked for it is gone."""
    over = os.pidfd_open(pid)
    ready, _, _ = select.select([over, orders], [], [])
    if over not in ready:
        os.kill(pid, signal.SIGKILL)
    os.close(over)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _become(order: dict[str, Any]) -> str:
    """Turn this process into the one that was asked for; return the module that it is to run."""
    os.setpgid(0, 0)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    os.environ["PYTEST_ADDOPTS"] = " ".join([*_WITHOUT, order["env"].get("PYTEST_ADDOPTS", "")]).rstrip()
    time.tzset()
    _take_streams(order["out"], order["err"])
    words = list(order["words"])
    while words[0] == "-W":
        sys.warnoptions.append(words[1])
        warnings.simplefilter(words[1])
        del words[:2]
    assert words[0] == "-m"
    places = [place for place in order["env"].get("PYTHONPATH", "").split(os.pathsep) if place]
    sys.path[:] = [order["cwd"], *places, *sys.path[1:]]
    sys.dont_write_bytecode = bool(order["env"].get("PYTHONDONTWRITEBYTECODE"))
    sys.argv = words[1:]
    sys.orig_argv[:] = [sys.executable, *order["words"]]
    return words[1]


def _take_streams(out: str, err: str) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, out), (2, err)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr


def _load() -> None:
    """Load what sessions need: what those of a qualification do, and what these have beside it."""
    from fixtures.running import load_plugins
    from qualification.sessions import preload
    from reports.history import other_runs as other_runs
    from reports.index.page import render

    render((), (), written_ns=0)  # each session writes such a page: its template is compiled here
    load_plugins(_WITHOUT)
    preload()


def main() -> None:
    """Load everything, then fork for each session."""
    _load()
    module = _become(_serve())
    # The project's own packages of tests and this one are not what a session finds there.
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
