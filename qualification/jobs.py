"""The work of a qualification: sessions of plans on a bench with one defect, each result kept as soon as there is one.

What is kept goes by what it was found with: the sources of the rig and of the defect, the bench, the plans, the seed.
A qualification that was ended goes on where it was; one whose rig was changed begins anew.
"""

import hashlib
import json
import re
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fixtures.running import WITHOUT
from qualification.bench_tables import BenchTables
from qualification.defect import Defect
from qualification.findings import Finding, findings_in, times_in
from qualification.scaled import Trial, try_sizes
from qualification.sessions import Session, preload, run_all
from rig.errors import QualificationError, RecordError
from rig.record.bodies.codec import from_body, to_body

_ROOMS = ("rig", "instruments", "fixtures", "qualification")
_LAST_OF_LOG = 600
# What stands beside records is for people: a session's own are read once, and removed.
_WITHOUT = (*WITHOUT, "-p", "no:fixtures.beside_records")
_TRIALS = "trials.json"
# What a session says of a twin whose own code raised.
_BROKE = re.compile(r"the twin of \S+ failed: .*")


@dataclass(frozen=True, slots=True)
class Job:
    """Plans to be run once on a bench with a defect (None: a healthy pump), under a seed (None: the bench file's).

    `sizes_percent`: what else the record is tried with, see `scaled`.
    """

    plans: tuple[str, ...]
    defect: Defect | None = None
    seed: int | None = None
    sizes_percent: tuple[float, ...] = ()

    @property
    def title(self) -> str:
        """Return what a reader is told of it."""
        return self.defect.key if self.defect else "healthy" if self.seed is None else f"healthy, seed {self.seed}"


@dataclass(frozen=True, slots=True)
class Done:
    """What a job came to: a finding for each plan, the CPU it took in s, and why where it did not come to its end.

    `broke` is what a twin's own code raised: what plans found then is that, and no defect.
    """

    findings: tuple[Finding, ...]
    seconds: float
    said: str = ""
    trials: tuple[Trial, ...] = ()
    broke: str = ""

    def of(self, plan: str) -> Finding | None:
        """Return what one plan came to, None when it had no outcome."""
        return next((one for one in self.findings if one.plan == plan), None)


class Workshop:
    """Runs jobs in a folder of its own, some at a time, and keeps what they came to."""

    def __init__(self, folder: Path, bench: Path, workers: int, run: Callable[[Sequence[str]], int]) -> None:
        self._folder, self._workers, self._run = folder, workers, run
        self._tables = BenchTables.read(bench)
        folder.mkdir(parents=True, exist_ok=True)
        self._kept_in = folder / "kept.jsonl"
        self._sources = _fingerprint()
        self._kept = dict(self._read_kept())

    def done(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Done]]:
        """Yield each job with what it came to: those that are kept at once, the others as they end.

        What the caller appends to a deque of jobs meanwhile is done as well, before what waits already.
        """
        asked = jobs if isinstance(jobs, deque) else deque(jobs)
        to_run, waiting = dict[str, tuple[Job, str]](), deque[Session]()
        yield from self._sort(asked, to_run, waiting.append)
        if waiting:
            preload()
        for session, code, seconds in run_all(waiting, self._workers, self._work):
            job, key = to_run[session.folder.name]
            done = self._came_to(session, code, seconds)
            if not done.said and not done.broke:  # what did not come to its end is tried again
                self._keep(key, done)
            yield job, done
            yield from self._sort(asked, to_run, waiting.appendleft)

    def _sort(
        self, asked: deque[Job], to_run: dict[str, tuple[Job, str]], wait: Callable[[Session], None]
    ) -> Iterator[tuple[Job, Done]]:
        """Yield the jobs that are kept, and let the others wait."""
        while asked:
            job = asked.popleft()
            key = self._key(job)
            if key in self._kept:
                yield job, self._kept[key]
            else:
                to_run[key[:16]] = job, key
                wait(self._session(key[:16], job))

    def _work(self, session: Session) -> int:
        """Run the plans, then try their records with other sizes: both in the child, so that all cores have to do."""
        code = self._run(session.arguments)
        trials = [trial for record in _records(session) for trial in try_sizes(record, session.sizes_percent)]
        with (session.folder / _TRIALS).open("w", encoding="utf-8") as held:
            json.dump([to_body(one) for one in trials], held)
        return code

    def _session(self, name: str, job: Job) -> Session:
        folder = self._folder / "sessions" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        tables = BenchTables(self._tables.tables)
        if job.defect is not None:
            job.defect.seed(tables)
        tables.write(folder / "bench.toml")
        seed = () if job.seed is None else ("--seed", str(job.seed))
        own = ("--bench", str(folder / "bench.toml"), "--runs", str(folder / "runs"), *seed)
        return Session(
            folder,
            (*job.plans, *own, *_WITHOUT, "-q", "--durations=0", "--durations-min=0"),
            job.sizes_percent,
        )

    def _came_to(self, session: Session, code: int, seconds: float) -> Done:
        """Read what a session recorded, and remove it: a record of each would fill a disk."""
        times = times_in(session.folder / "session.log")
        try:
            findings = tuple(one for record in _records(session) for one in findings_in(record, times))
            trials = _trials(session) if findings else ()
        except RecordError as error:
            return Done((), seconds, f"the record cannot be read: {error}")
        log = (session.folder / "session.log").read_text(encoding="utf-8", errors="replace")
        broke = _BROKE.search(log)
        if findings and code >= 0:
            shutil.rmtree(session.folder)
            return Done(findings, seconds, trials=trials, broke=broke.group() if broke else "")
        got = "not all outcomes" if findings else "no outcome"
        return Done(findings, seconds, f"the session ended with {code} and {got}: {log[-_LAST_OF_LOG:]}", trials)

    def _key(self, job: Job) -> str:
        seeded = to_body(job.defect) | {"source": _source_of(job.defect)} if job.defect else None
        said = [self._sources, self._tables.tables, seeded, job.plans, job.seed, job.sizes_percent]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()

    def _keep(self, key: str, done: Done) -> None:
        self._kept[key] = done
        with self._kept_in.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps({"key": key, "done": to_body(done)}) + "\n")

    def _read_kept(self) -> Iterator[tuple[str, Done]]:
        if not self._kept_in.exists():
            return
        for line in self._kept_in.read_text(encoding="utf-8").splitlines():
            try:
                held = json.loads(line)
                yield held["key"], from_body(Done, held["done"])
            except (ValueError, KeyError, TypeError, RecordError):
                continue  # a line that was cut short when the process was ended: its job is run anew


def _records(session: Session) -> list[Path]:
    return sorted((session.folder / "runs").glob("*.rig.db"))


def _trials(session: Session) -> tuple[Trial, ...]:
    """Return what the child tried, nothing where it was ended before."""
    held = session.folder / _TRIALS
    return tuple(from_body(Trial, one) for one in json.loads(held.read_text(encoding="utf-8"))) if held.exists() else ()


def _fingerprint() -> str:
    """Return the hash of all that decides what a plan finds: the rig's rooms and the plans beside them."""
    found = hashlib.sha256()
    folders = [_folder_of(room) for room in _ROOMS] + [Path.cwd()]
    for folder in folders:
        pattern = "**/*.py" if folder != Path.cwd() else "test_plans/**/*"
        for path in sorted(folder.glob(pattern)):
            if path.suffix in (".py", ".toml") and "library" not in path.parts:
                found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def _folder_of(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise QualificationError(f"the package {package} cannot be found")
    return Path(next(iter(spec.submodule_search_locations)))


def _source_of(defect: Defect) -> str:
    """Return the hash of the folders that a defect's code stands in: it may rest on what stands beside it."""
    found = hashlib.sha256()
    for name in sorted({*defect.parts.values(), defect.firmware, defect.alteration} - {""}):
        spec = find_spec(name.partition(":")[0])
        if spec is not None and spec.origin is not None:
            found.update(_hash_of(Path(spec.origin).parent))
    return found.hexdigest()


@cache
def _hash_of(folder: Path) -> bytes:
    found = hashlib.sha256()
    for path in sorted([*folder.glob("*.py"), *folder.glob("*/*.py")]):
        found.update(path.read_bytes())
    return found.digest()
