"""A loop that looks for bytes which break something: those that reach a line not reached before are changed further.

What a case reaches is asked of the interpreter (`sys.settrace`); nothing is installed and nothing is compiled anew.
"""

import random
import re
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType

from tests.fuzz.mutation import mutated
from tests.fuzz.target import Target
from tests.patience import patient

ALL_LOOKED_AT, ONE_IN = 20_000, 10
# Linux tells the most memory that a process held, and forgets it when told to (proc(5), VmHWM and clear_refs).
_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_NOT_OURS = ("site-packages", "/lib/python", "tests/fuzz/")


@dataclass(frozen=True)
class Bounds:
    """What one case may take: s of time on an idle machine, kB of memory beyond what was in use."""

    longest_s: float = 2.0
    most_kb: int = 256 * 1024


class TooLongError(Exception):
    """A case did not come to an end."""


class TooMuchError(Exception):
    """A case took more memory than its size can excuse."""


@dataclass(frozen=True)
class Finding:
    """A case that brought something else than an answer or one of the rig's errors, and where that was."""

    target: str
    case: bytes
    error: str
    place: str

    def __str__(self) -> str:
        return f"{self.target}: {self.error} at {self.place}\n  case {self.case!r}"


@dataclass
class Outcome:
    """What came of many cases; `findings` holds one for each error and place."""

    cases: int = 0
    corpus: list[bytes] = field(default_factory=list)
    lines: set[tuple[CodeType, int]] = field(default_factory=set)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)


def explore(target: Target, cases: int, seed: int, bounds: Bounds = Bounds()) -> Outcome:
    """Feed a target its seeds and then `cases` changed ones, drawn by `seed`."""
    draw = random.Random(seed)
    outcome = Outcome(corpus=list(target.seeds))
    reached = _Reached(target.traced)
    _memory_kb()  # what was held before the first case is not its affair
    grown_kb = _memory_kb()
    for number in range(len(target.seeds) + cases):
        fresh = number >= len(target.seeds)
        case = _parent(outcome.corpus, draw) if fresh else target.seeds[number]
        case = mutated(case, draw, outcome.corpus, target.words) if fresh else case
        # To ask what a case reaches takes most of its time, and what is easy to reach has been reached by then.
        looking = number < ALL_LOOKED_AT or number % ONE_IN == 0
        finding = attempt(target, case, bounds, reached if looking else None)
        now_kb = _memory_kb()
        if now_kb - grown_kb > bounds.most_kb:
            finding = Finding(target.name, case, f"{TooMuchError.__name__}: {now_kb - grown_kb} kB", "a case")
        grown_kb = now_kb
        outcome.cases += 1
        if finding is not None:
            outcome.findings.setdefault((finding.error.partition(":")[0], finding.place), finding)
        if reached.take_new() and fresh:
            outcome.corpus.append(case)
    outcome.lines = reached.lines
    return outcome


def attempt(target: Target, case: bytes, bounds: Bounds, reached: "_Reached | None") -> Finding | None:
    """Feed one case; return what is wrong with what came of it."""
    try:
        with _in_time(patient(bounds.longest_s)):
            sys.settrace(None if reached is None else reached.called)
            try:
                target.feed(case)
            finally:
                sys.settrace(None)
    except target.allowed:
        return None
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if not any(part in frame.filename for part in _NOT_OURS)]
        last = (own or frames)[-1]
        said = f"{type(error).__name__}: {error}"
        return Finding(target.name, case, said[:300], f"{last.filename}:{last.lineno}")
    return None


def _parent(corpus: list[bytes], draw: random.Random) -> bytes:
    """Return a case to change; those found last are drawn more often."""
    return corpus[-1 - min(int(draw.expovariate(4.0) * len(corpus)), len(corpus) - 1)]


def _memory_kb() -> int:
    """Return the most memory that this process has held since it was last asked."""
    if not _STATUS.exists():  # not Linux: the most that it ever held
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak_kb = int(re.findall(r"VmHWM:\s*(\d+)", _STATUS.read_text(encoding="ascii"))[0])
    with suppress(OSError):  # where that is not allowed, it is the most that it ever held
        _FORGET.write_text("5", encoding="ascii")
    return peak_kb


@contextmanager
def _in_time(longest_s: float) -> Iterator[None]:
    def over(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError(f"no end within {longest_s:g} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, longest_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Reached:
    """Which lines of the source were reached, and whether a case has reached a new one."""

    def __init__(self, traced: tuple[str, ...]) -> None:
        self.lines: set[tuple[CodeType, int]] = set()
        self._traced = traced
        self._wanted: dict[CodeType, bool] = {}
        self._new = False

    def take_new(self) -> bool:
        new, self._new = self._new, False
        return new

    def called(self, frame: FrameType, _event: str, _: object) -> "object":
        code = frame.f_code
        wanted = self._wanted.get(code)
        if wanted is None:
            wanted = self._wanted[code] = any(part in code.co_filename for part in self._traced)
        if not wanted:
            return None
        lines, before = self.lines, 0

        def stepped(frame: FrameType, event: str, _: object) -> object:
            # Which line came after which: the same lines in another order are another way through.
            nonlocal before
            if event == "line":
                step = (code, before << 16 | frame.f_lineno)
                before = frame.f_lineno
                if step not in lines:
                    lines.add(step)
                    self._new = True
            return stepped

        return stepped
