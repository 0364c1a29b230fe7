"""What all tests share: no deadline where a time proves nothing, and no process that outlives its test."""

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

from tests import processes
from tests.warm import WARM

settings.register_profile("searching", deadline=None)
settings.register_profile("repeating", deadline=None, derandomize=True)
# What a search finds in the hour of somebody's change is seldom that change's: CI draws the same cases each time.
settings.load_profile("repeating" if os.environ.get("CI") else "searching")


# What takes longest begins first, so that no worker is left with one of these at the end, while the others are done.
LONGEST_FIRST = (
    "truth/",
    "commands/test_qualify",
    "metrology/test_coverage",
    "sorting/",
    "fixtures/test_whose_fault",
    "qualification/",
    "worlds/",
    "core/test_kill_the_run",
    "safety/",
)
# Rooms whose tests wait for real time more than they compute: begun beside others, they cost hardly any of it.
WAITING = ("safety", "instruments", "core", "dashboards", "docs", "history")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest in front, those that wait between those that compute: workers take them so."""
    items.sort(key=_rank)
    files = list(dict.fromkeys(item.path for item in items))
    place = {}
    for waits in (False, True):
        alike = [path for path in files if _waits(path) is waits]
        place |= {path: number / len(alike) for number, path in enumerate(alike)}
    items.sort(key=lambda item: place[item.path])


def _waits(path: Path) -> bool:
    return bool(set(path.parts) & set(WAITING))


def _rank(item: pytest.Item) -> int:
    path = item.path.as_posix()
    found = (rank for rank, name in enumerate(LONGEST_FIRST) if f"/tests/{name}" in path)
    return next(found, len(LONGEST_FIRST))


def pytest_collection() -> None:
    """Look for no garbage while ten thousand tests are made, all of which stay."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Take what is there by now out of the collector's sight: it would look through all tests again and again."""
    gc.freeze()
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """Make warnings errors, of our own tests alone: pytest's settings hold for plans as well."""
    config.addinivalue_line("filterwarnings", "error")
    # A checkout that cannot be written to keeps no list of what failed last: no reason to fail.
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestCacheWarning")
    # A shell's background job ignores Ctrl-C, nohup's a hang-up, and so would the runs that tests start.
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


@pytest.fixture
def children() -> Iterator[processes.Children]:
    """Starts processes that end with the test, and whatever they start ends too."""
    with processes.children() as started:
        yield started


@pytest.fixture(scope="session", autouse=True)
def no_process_outlives_the_tests() -> Iterator[None]:
    """Fail the last test of a session when a process that some test started is still there, and end that process."""
    before = os.environ.copy()
    mark = uuid4().hex
    os.environ.update(processes.with_mark(before, mark))
    yield
    WARM.end()
    left = {pid: processes.command_line(pid) for pid in {*processes.carriers(mark), *processes.offspring()}}
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    os.environ.pop(processes.MARK)
    os.environ.update(before)
    assert not left, f"a test left these running: {left}"
