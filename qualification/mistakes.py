"""Mistakes in the rig's own evaluation: planted one at a time, does a test or the daily proof notice it?"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fixtures.exit_codes import EXIT_CODES
from qualification.planted import Mistake
from qualification.planting import VARIABLE
from qualification.sessions import Session, run_all
from rig.errors import QualificationError

PROOF = ("test_plans/test_morning.py",)
"""The plans of a morning: what a bench proves of itself before it is believed."""

# Tests fail with 1; a session of plans says by its code whose fault it is.
_FAILED = frozenset({1, *EXIT_CODES.values()})
_LAST_OF_LOG = 300


@dataclass(frozen=True, slots=True)
class Noticed:
    """Whether a planted mistake was noticed, and what was said of it."""

    mistake: Mistake
    by_tests: bool
    by_proof: bool
    said: str = ""

    @property
    def noticed(self) -> bool:
        """Tell whether anything noticed it."""
        return self.by_tests or self.by_proof


def notice(
    mistakes: Sequence[Mistake], folder: Path, bench: Path, workers: int, say: Callable[[str], None]
) -> tuple[Noticed, ...]:
    """Plant each mistake, run the tests of its room and the morning's plans; return what noticed it.

    Raises QualificationError for a mistake whose place in the code is not found, and where the tests are not at hand.
    """
    for one in mistakes:
        _check(one)
    by_name = {one.key: one for one in mistakes}
    sessions = [session for one in mistakes for session in _sessions(one, folder, bench)]
    codes: dict[tuple[str, str], int] = {}
    said: dict[str, str] = {}
    for session, code, _ in run_all(sessions, workers, _planted):
        key, what = session.folder.parent.name, session.folder.name
        codes[key, what] = code
        if told_against(code):
            said.setdefault(key, _why(session))
        elif code != 0:
            raise QualificationError(f"with {key} planted the {what} could not run: {_end(session)}")
        if {(key, "tests"), (key, "proof")} <= set(codes):
            say(f"{key} {by_name[key].name}: " + (f"noticed: {said[key]}" if key in said else "NOT NOTICED"))
    return tuple(
        Noticed(one, bool(codes[one.key, "tests"]), bool(codes[one.key, "proof"]), said.get(one.key, ""))
        for one in mistakes
    )


def told_against(code: int) -> bool:
    """Tell whether a session ended with this exit code because a test or a plan failed, whosever fault it is."""
    return code in _FAILED


def source_of(module: str) -> Path:
    """Return the file of a module of the rig; raises QualificationError when there is none."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise QualificationError(f"there is no module {module} for a mistake to be planted in")
    return Path(spec.origin)


def _check(one: Mistake) -> None:
    try:
        one.planted(source_of(one.module).read_text(encoding="utf-8"))
    except ImportError as error:
        raise QualificationError(str(error)) from error
    missing = [place for place in one.tests if not Path(place).exists()]
    if missing:
        raise QualificationError(f"the tests {', '.join(missing)} are not here: mistakes are planted in a checkout")


def _sessions(one: Mistake, folder: Path, bench: Path) -> Iterator[Session]:
    own = folder / "mistakes" / one.key
    quiet = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist")
    yield Session(own / "tests", (*one.tests, *quiet))
    yield Session(own / "proof", (*PROOF, "--bench", str(bench), "--runs", str(own / "proof" / "runs"), *quiet))


def _planted(session: Session) -> int:
    """Become a Python that imports the rig with the mistake: this one has imported it without."""
    environment = os.environ | {VARIABLE: session.folder.parent.name}
    command = [sys.executable, "-m", "pytest", "-p", "qualification.planting", *session.arguments]
    os.execve(sys.executable, command, environment)  # noqa: S606 - the very Python that runs


def _why(session: Session) -> str:
    """Return the first line of pytest's summary that says what failed."""
    lines = (session.folder / "session.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line for line in lines if line.startswith(("FAILED", "ERROR"))), _end(session))[:_LAST_OF_LOG]


def _end(session: Session) -> str:
    return (session.folder / "session.log").read_text(encoding="utf-8", errors="replace")[-_LAST_OF_LOG:]
