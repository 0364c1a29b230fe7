"""Targets by their names, for processes that share the work."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.guided import Finding, explore
from tests.fuzz.rooms import targets_of
from tests.fuzz.target import Target


@contextmanager
def opened(room: str) -> Iterator[tuple[Target, ...]]:
    """Give the targets of a room, which are gone afterwards."""
    with TemporaryDirectory() as folder, ExitStack() as closing:
        yield targets_of(room, Path(folder), closing)


def explored(room: str, name: str, cases: int, seed: int) -> tuple[str, list[Finding]]:
    """Explore one target in this process; return what to say of it, and what was found."""
    logging.disable(logging.CRITICAL)  # makers' libraries tell each refusal
    with opened(room) as targets:
        (target,) = (one for one in targets if one.name == name)
        begun_s = time.process_time()
        outcome = explore(target, cases, seed)
        took_s = time.process_time() - begun_s
    came = f"{outcome.cases} cases, {len(outcome.corpus)} kept, {len(outcome.lines)} steps, {took_s:.0f} s"
    return f"{room}: {name}: {came}", list(outcome.findings.values())
