"""The runs of a directory: which there are, which one is meant, and closing those that were killed."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from rig.clock import NS_PER_S, machine_utc_ns
from rig.errors import RecordBusyError, RecordCorruptError, RecordError, RecordNotFoundError
from rig.record.bodies.codec import to_body
from rig.record.bodies.others import Note, Stop
from rig.record.ledger import Ledger
from rig.record.lock import WriterLock, has_writer
from rig.record.reader import RecordReader
from rig.record.schema import SUFFIX, Kind, canonical_json
from rig.record.words import start_of

LAST = "last"
_NEAR_NS = 60 * NS_PER_S
INTERRUPTED_REASON = "INTERRUPTED"
_SHOWN = 10
_LEFT_BEHIND = ("-wal", "-shm", "-journal", ".lock")


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "RUNNING"  # not stopped, its writer lives
    FINISHED = "FINISHED"  # stopped by itself, whatever the reason
    INTERRUPTED = "INTERRUPTED"  # its writer died before the stop, whether closed since or not
    UNREADABLE = "UNREADABLE"  # the file is no record, or is damaged


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line about a run. `started_ns` is UTC on the run's own clock, `begun_utc_ns` on the machine's.

    `stop_reason` is "" until there is a stop entry. `verdicts` counts the results by their verdict, `outcomes` the
    plans by what became of them (empty until the stop, and in records of earlier rigs). Of an UNREADABLE record only
    `problem` is known: its times are 0.
    """

    run_id: str
    path: Path
    state: RunState
    started_ns: int = 0
    begun_utc_ns: int = 0
    stop_reason: str = ""
    verdicts: tuple[tuple[str, int], ...] = ()
    outcomes: tuple[tuple[str, int], ...] = ()
    plans: tuple[str, ...] = ()
    problem: str = ""


def list_runs(directory: Path) -> tuple[RunSummary, ...]:
    """Return the runs of a directory, the one begun last (by the machine's time) at the end; () when it has none."""
    summaries = [_summary(path) for path in record_paths(directory)]
    return tuple(sorted(summaries, key=lambda summary: (summary.begun_utc_ns, summary.run_id)))


def find_run(directory: Path, text: str) -> Path:
    """Return the record that `text` means: a path, a run id, the only beginning of one, or 'last' for the newest.

    Raises RecordNotFoundError that tells which runs there are.
    """
    if text.endswith(SUFFIX) and Path(text).is_file():
        return Path(text)
    paths = {run_id(path): path for path in record_paths(directory)}
    if text == LAST and paths:
        return _newest(directory, paths)
    if text in paths:
        return paths[text]
    meant = [one for one in paths if text and one.startswith(text)]
    if len(meant) == 1:
        return paths[meant[0]]
    if meant:
        raise RecordNotFoundError(f"{text} could be any of {len(meant)} runs: {_shown(meant)}")
    raise RecordNotFoundError(f"{directory} has no run {text}; it has {_shown(list(paths)) or 'none at all'}")


def _newest(directory: Path, paths: Mapping[str, Path]) -> Path:
    """Return the run begun last. Of ten thousand those are read that, by their names, may be it.

    A name begins with when the run did; a record under a name that does not, or says another time, is read by all.
    """
    stamps = {name: _stamp_ns(name) for name in paths}
    latest_ns = max((stamp for stamp in stamps.values() if stamp is not None), default=0)
    near = [paths[name] for name, stamp in stamps.items() if stamp is None or stamp > latest_ns - _NEAR_NS]
    newest = max((_summary(path) for path in near), key=lambda summary: (summary.begun_utc_ns, summary.run_id))
    stamp = stamps[newest.run_id]
    if stamp is not None and abs(newest.begun_utc_ns - stamp) < _NEAR_NS:
        return newest.path
    return list_runs(directory)[-1].path


def _stamp_ns(name: str) -> int | None:
    """Return when a run began by its name (`rig.bench.starting.run_id`), None where it does not tell."""
    try:
        return int(datetime.strptime(name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()) * NS_PER_S
    except ValueError:
        return None


def close_interrupted(path: Path, delivered: Callable[[RecordReader], dict[str, float]]) -> bool:
    """Close a record whose writer died: append a stop entry INTERRUPTED and return True.

    The entry holds the counts of entries and what `delivered` makes of the record, and stands at the time of the
    entry before it, which is when the run was last known to live. Returns False when there is nothing to close: the
    run was stopped, its writer lives, or somebody else is just closing it. A stopped record that somebody was reading
    just then, or whose writer died while tidying up, is made one file again.
    """
    with RecordReader(path) as reader:
        stopped = reader.stop() is not None
    if stopped:
        _tidy(path)
        return False
    try:
        with _append_rights(path) as ledger, RecordReader(path) as reader:
            if reader.stop() is not None:
                return False
            stop = Stop(
                reason=INTERRUPTED_REASON,
                selected=reader.start().selected,
                entries=reader.counts(),
                delivered=delivered(reader),
                closed_utc_ns=machine_utc_ns(),
            )
            last_ns = reader.last_ns()
            text = canonical_json(to_body(stop), f"the stop of {path}")
            reader.close()
            ledger.append(Kind.STOP.value, INTERRUPTED_REASON, text, None, lambda: last_ns)
            ledger.seal()
    except RecordBusyError:
        return False
    return True


def add_note(path: Path, note: Note, t_ns: int) -> int:
    """Append a note to a record that nobody is writing, also after its stop, and return its seq.

    Raises RecordBusyError while the run's writer lives: the writer takes notes by `RunRecord.note`.
    """
    text = canonical_json(note.said, f"note {note.topic}")
    with _append_rights(path) as ledger:
        seq = ledger.append(Kind.NOTE.value, note.topic, text, None, lambda: t_ns)
        ledger.seal()
    return seq


def run_id(path: Path) -> str:
    """Return the run id that a record's file name holds."""
    return path.name.removesuffix(SUFFIX)


def state_of(path: Path, stop: Stop | None) -> RunState:
    """Return how the run at `path` stands whose record says `stop`."""
    if stop is None:
        return RunState.RUNNING if has_writer(path) else RunState.INTERRUPTED
    return RunState.INTERRUPTED if stop.reason == INTERRUPTED_REASON else RunState.FINISHED


def _tidy(path: Path) -> None:
    if not any(path.with_name(path.name + left).exists() for left in _LEFT_BEHIND):
        return
    with suppress(RecordBusyError), _append_rights(path) as ledger:
        ledger.seal()


@contextmanager
def _append_rights(path: Path) -> Iterator[Ledger]:
    lock = WriterLock(path)
    lock.take()
    try:
        ledger = Ledger.resume(path)
        try:
            yield ledger
        finally:
            ledger.close()
    finally:
        lock.give_back()


def record_paths(directory: Path) -> list[Path]:
    """Return the records of a folder by name; none where there is no such folder."""
    if not directory.is_dir():
        return []
    # By name, which is quicker than to compare ten thousand paths.
    return [directory / name for name in sorted(os.listdir(directory)) if name.endswith(SUFFIX)]  # noqa: PTH208 - names


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(sorted(names)[-_SHOWN:]) + more


def _summary(path: Path) -> RunSummary:
    try:
        with RecordReader(path) as reader:
            return _summary_of(reader)
    except RecordError as error:
        return RunSummary(run_id(path), path, RunState.UNREADABLE, problem=str(error))


def _summary_of(reader: RecordReader) -> RunSummary:
    entry = next(reader.entries(kind=Kind.START.value), None)
    if entry is None or "begun_utc_ns" not in entry.body:
        raise RecordCorruptError(f"{reader.path} has no start entry of a run", 1)
    start = start_of(entry)
    stop = reader.stop()
    return RunSummary(
        run_id(reader.path),
        reader.path,
        state_of(reader.path, stop),
        started_ns=entry.t_ns,
        begun_utc_ns=start.begun_utc_ns,
        stop_reason="" if stop is None else stop.reason,
        verdicts=tuple(reader.verdicts().items()),
        outcomes=() if stop is None else tuple(stop.outcomes.items()),
        plans=start.plans,
    )
