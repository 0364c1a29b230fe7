"""Looking for what other runs say beside a run: those of its pump, and those with results of the same kind."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reports.facts.other_runs import (
    AmongKind,
    OtherRun,
    OtherRuns,
    as_kept,
    found_before,
    kept_beside,
    kept_path,
)
from reports.history.among import Among, among
from reports.history.chosen import Chosen, Wanted, choose
from reports.history.copies import is_copy_of_any
from reports.history.statistics import FEWEST_OF_CHART, Index, Lacking, index_of
from rig.clock import iso_utc
from rig.errors import RecordNotFoundError
from rig.record.export import written_whole
from rig.record.reader import RecordReader
from rig.record.run_line import RunLine, run_line


def keep_other_runs(record: Path, folders: Sequence[Path], now_ns: int) -> OtherRuns:
    """Look for other runs as in `look_again`, keep what they say beside the record and return it.

    Raises ExportError when the file cannot be written.
    """
    found = look_again(record, folders, now_ns)
    keep(record, found)
    return found


def keep(record: Path, found: OtherRuns) -> None:
    """Keep what was found beside the record; raises ExportError when it cannot be written."""
    if as_kept(found) == kept_beside(record):
        return
    with written_whole(kept_path(record)) as temporary:
        temporary.write_bytes(as_kept(found))


def look_again(record: Path, folders: Sequence[Path], now_ns: int, most: int | None = None) -> OtherRuns:
    """Look for other runs beside a record, in these folders and in those of an earlier look.

    A run that was found once stays: where a look at all records does not find it any more it is `gone`. A look that
    finds what the one before did is that one. `now_ns` is UTC by the machine's clock, `most` how many records of a
    folder may be read for it.

    Raises RecordNotFoundError for one of these folders that is not there, ExportError for what is kept and is not what
    was kept.
    """
    with RecordReader(record) as reader:
        head = reader.head()
    before = found_before(kept_beside(record), head, kept_path(record).name)
    known = () if before is None else before.looked_in
    for folder in folders:
        if not folder.exists():
            raise RecordNotFoundError(f"there is no folder {folder} to look for other runs in")
    wanted = dict.fromkeys([*known, *(_named(folder) for folder in folders)])
    wanted.pop(_named(record.parent), None)
    readable = [Path(name) for name in wanted if _is_readable(Path(name))]
    found = _look(record, readable, now_ns, most)
    found = replace(
        found,
        looked_in=tuple(wanted),
        unread_folders=tuple(name for name in wanted if Path(name) not in readable),
    )
    if before is None:
        return found
    found = replace(found, of_pump=_with_those_that_are_gone(found, before))
    is_same = as_kept(replace(found, looked_utc=before.looked_utc)) == as_kept(before)
    return before if is_same else found


def look_for_other_runs(record: Path, folders: Sequence[Path], now_ns: int) -> OtherRuns:
    """Return what other runs on the same kind of bench say, beside a record and in these folders."""
    return _look(record, folders, now_ns, None)


def _named(folder: Path) -> str:
    return _written(folder.resolve().as_posix())


def _is_readable(folder: Path) -> bool:
    try:
        with os.scandir(folder):
            return True
    except OSError:
        return False


def _written(text: str) -> str:
    """Return a name or a text as a file can hold it: what is no Unicode, as in names of files, by its code."""
    return text.encode("utf-8", "backslashreplace").decode()


def _look(record: Path, folders: Sequence[Path], now_ns: int, most: int | None) -> OtherRuns:
    own = run_line(record)
    with RecordReader(record) as reader:
        head = reader.head()
    chosen = choose([record.resolve().parent, *folders], Wanted(kind=own.kind), own.results, most=most)
    others = [run for run in chosen.runs if not is_copy_of_any(own, [run])]
    # What begins like this record and goes on differently is none of its copies.
    unlike = [run for run in others if run.start_digest == own.start_digest]
    others = [run for run in others if run.start_digest != own.start_digest]
    bad = [line for line in (*chosen.unreadable, *chosen.altered) if line.run_id != own.run_id]
    unreadable = [_written(line.run_id) for line in (*bad, *unlike)]
    return OtherRuns(
        head,
        iso_utc(now_ns),
        looked_at=len(others),
        of_pump=tuple(_of_pump(own, run) for run in others if _is_of_same_pump(own, run)),
        unreadable=tuple(sorted(unreadable)),
        numbers=tuple(_numbers(chosen, own)),
        looked_in=tuple(_named(folder) for folder in folders),
        unread=chosen.unread,
    )


def _with_those_that_are_gone(found: OtherRuns, before: OtherRuns) -> tuple[OtherRun, ...]:
    there = {(one.run_id, one.begun_utc) for one in found.of_pump}
    # One that is not found may be among those that were not read.
    gone = [
        replace(one, gone=one.gone or not found.unread)
        for one in before.of_pump
        if (one.run_id, one.begun_utc) not in there
    ]
    return tuple(sorted([*found.of_pump, *gone], key=lambda one: (one.begun_utc, one.run_id)))


def _is_of_same_pump(own: RunLine, run: RunLine) -> bool:
    """Tell whether a run is of the same pump: those without a serial number cannot be told apart."""
    return own.dut != "" and (run.model, run.dut) == (own.model, own.dut)


def _of_pump(own: RunLine, run: RunLine) -> OtherRun:
    repeated = {_written(plan): _written(standing) for plan, standing in run.standings.items() if plan in own.standings}
    return OtherRun(
        _written(run.run_id),
        iso_utc(run.begun_utc_ns),
        _written(run.ended),
        _written(run.outcome),
        _written(run.bench),
        repeated,
    )


def _numbers(chosen: Chosen, own: RunLine) -> Iterator[AmongKind]:
    """Yield where each decided number of the run stands: by the same statistics as `rig history` shows."""
    run = next((one for one in chosen.runs if is_copy_of_any(own, [one])), None)
    if run is None:
        return
    indices: dict[int, Index | Lacking] = {}
    for one in among(chosen, run):
        kind = id(one.series)
        if kind not in indices:
            indices[kind] = index_of(one.series)
        yield _number(one, indices[kind], len(one.series.of_pumps))


def _number(one: Among, index: Index | Lacking, pumps: int) -> AmongKind:
    others = one.others
    found = AmongKind(one.point.result.seq, one.n, one.place, beyond=one.is_beyond, pumps=pumps)
    if isinstance(others, Lacking):
        found = replace(found, why=others.why)
    else:
        found = replace(found, mean=others.mean, s=others.s, lower=others.lower, upper=others.upper)
    if isinstance(index, Lacking):
        return replace(found, why_no_ppk=index.why)
    if pumps < FEWEST_OF_CHART:
        return replace(found, why_no_ppk=f"{pumps} pumps; it is told from {FEWEST_OF_CHART} on")
    return replace(found, ppk=index.performance.ppk, ppk_lower=index.lower, ppk_upper=index.upper)
