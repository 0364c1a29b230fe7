"""Looking for what other runs say beside a run: those of its pump, and those with results of the same kind."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reports.facts.other_runs import AmongKind, OtherRun, OtherRuns, as_kept, kept_path
from reports.history.among import Among, among
from reports.history.chosen import Chosen, Wanted, choose
from reports.history.series import Series, series_of
from reports.history.statistics import FEWEST_OF_CHART, Lacking, statistics_of
from rig.clock import iso_utc
from rig.record.export import written_whole
from rig.record.reader import RecordReader
from rig.record.run_line import RunLine, run_line


def keep_other_runs(record: Path, folders: Sequence[Path], now_ns: int) -> OtherRuns:
    """Look for other runs beside a record and in these folders, and keep what they say beside the record.

    `now_ns` is UTC by the machine's clock. Raises RecordNotFoundError for a folder that is not there, ExportError when
    the file cannot be written.
    """
    found = look_for_other_runs(record, folders, now_ns)
    with written_whole(kept_path(record)) as temporary:
        temporary.write_bytes(as_kept(found))
    return found


def look_for_other_runs(record: Path, folders: Sequence[Path], now_ns: int) -> OtherRuns:
    """Return what other runs on the same kind of bench say, beside a record and in these folders."""
    own = run_line(record)
    with RecordReader(record) as reader:
        head = reader.head()
    chosen = choose([record.resolve().parent, *folders], Wanted(kind=own.kind), own.results)
    others = [run for run in chosen.runs if run.start_digest != own.start_digest]
    unreadable = [line.run_id for line in (*chosen.unreadable, *chosen.altered) if line.run_id != own.run_id]
    return OtherRuns(
        head,
        iso_utc(now_ns),
        looked_at=len(others),
        of_pump=tuple(_of_pump(own, run) for run in others if _is_of_same_pump(own, run)),
        unreadable=tuple(sorted(unreadable)),
        numbers=tuple(_numbers(chosen, own)),
    )


def _is_of_same_pump(own: RunLine, run: RunLine) -> bool:
    """Tell whether a run is of the same pump: those without a serial number cannot be told apart."""
    return own.dut != "" and (run.model, run.dut) == (own.model, own.dut)


def _of_pump(own: RunLine, run: RunLine) -> OtherRun:
    repeated = {plan: standing for plan, standing in run.standings.items() if plan in own.standings}
    return OtherRun(run.run_id, iso_utc(run.begun_utc_ns), run.ended, run.outcome, run.bench, repeated)


def _numbers(chosen: Chosen, own: RunLine) -> Iterator[AmongKind]:
    """Yield where each decided number of the run stands: by the same statistics as `rig history` shows."""
    run = next((one for one in chosen.runs if one.start_digest == own.start_digest), None)
    if run is None:
        return
    by_key = {(one.name, one.plan, one.unit): one for one in series_of(chosen.runs, chosen.results)}
    for one in among(chosen, run):
        result = one.point.result
        yield _number(one, by_key[result.name, result.plan, result.unit])


def _number(one: Among, series: Series) -> AmongKind:
    others, index, pumps = one.others, statistics_of(series).index, len(series.of_pumps)
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
