"""Runs as a table for people, and as JSON for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rig.record.overview import RunLine

HEADER = ("run", "begun (UTC)", "bench", "DUT", "operator", "outcome", "ended", "duration", "record", "verdicts")


def lines(runs: Sequence[RunLine], streaming: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield a header and a line for each run, below it what became of its streaming; nothing for no runs."""
    if not runs:
        return
    rows = [HEADER, *(_cells(run) for run in runs)]
    # The last column is as wide as it likes.
    columns = zip(*(row for row in rows if len(row) == len(HEADER)), strict=True)
    widths = [max(map(len, column)) for column in columns][:-1]
    yield _joined(HEADER, widths)
    for run, row in zip(runs, rows[1:], strict=True):
        yield _joined(row, widths)
        if not run.problem:
            yield from (f"  {line}" for line in streaming.get(run.run_id, ()))


def as_json(run: RunLine, streaming: Sequence[str]) -> dict[str, object]:
    """Return all that is known of a run, in words and SI units; times are ISO 8601 in UTC."""
    from rig.clock import iso_utc

    return {
        "run": run.run_id,
        "record": str(run.path),
        "begun_utc": iso_utc(run.begun_utc_ns) if run.begun_utc_ns else None,
        "bench": run.bench,
        "mocked": run.kind == "mocked",
        "dut": run.dut,
        "batch": run.batch,
        "operator": run.operator,
        "outcome": run.outcome,
        "ended": run.ended,
        "duration_s": run.duration_s,
        "verdicts": run.verdicts,
        "plans": run.plans,
        "plans_without_verdict": run.without_verdict,
        "failures": list(run.failures),
        "checked": run.checked.value,
        "problem": run.problem,
        "streaming": list(streaming),
    }


def _joined(cells: Sequence[str], widths: Sequence[int]) -> str:
    if len(cells) != len(HEADER):
        return "  ".join(cells)
    return "  ".join([*map(str.ljust, cells, widths), cells[-1]])


def _cells(run: RunLine) -> tuple[str, ...]:
    from rig.clock import iso_utc

    if not run.begun_utc_ns:
        return (run.run_id, run.ended, run.problem)
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in run.verdicts.items()) or "no verdicts"
    # What must be seen first: plans that broke, were left out or verified nothing. Verdicts alone would look green.
    other = [f"{count} {outcome}" for outcome, count in sorted(run.plans.items()) if outcome != "passed"]
    if run.without_verdict:
        other.append(f"{run.without_verdict} without a verdict")
    plans = f"plans: {', '.join(other)}; " if other else ""
    return (
        run.run_id,
        iso_utc(run.begun_utc_ns)[:19],
        f"{run.bench} (mocked)" if run.kind == "mocked" else run.bench,
        run.dut,
        run.operator,
        run.outcome or "-",
        run.ended,
        _span(run.duration_s),
        run.checked.value,
        f"{plans}{verdicts}",
    )


def _span(seconds: float) -> str:
    """Return a duration as a person says it, in its two largest units."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {whole % 60:02d} s" if minutes else f"{whole} s"
