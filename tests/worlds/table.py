"""Draws every world in every decade of flow and writes the table: `make coverage`.

`python -m tests.worlds.table --runs 50 leak "daily swing"` draws some worlds, prints their rows and writes nothing.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.worlds.awaited import AWAITED
from tests.worlds.catalogue import BY_NAME, DECADES, WORLDS
from tests.worlds.study import (
    LEAST_COVERED_PERCENT,
    MOST_REFUSED_PERCENT,
    STATED_RISK_PERCENT,
    Outcome,
    Row,
    Share,
    one_run,
    row_of,
    unmet,
)

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
RUNS = 100
_COLUMNS = (
    *("world", "µL/h", "U", "holds the truth", "refused"),
    *("wrong accepts", "wrong rejects", "healthy: refused", "healthy: passed", "kept"),
)
_HEAD = ("| " + " | ".join(_COLUMNS) + " |", "|---" * len(_COLUMNS) + "|")
# A worker is handed so many runs at a time.
_CHUNK = 10


def rows(names: list[str], runs: int, workers: int) -> Iterator[Row]:
    """Yield a row for each world and decade, in order, each when it is drawn."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for name in names:
            for decade in range(len(DECADES)):
                jobs = [(name, decade, number) for number in range(runs)]
                yield row_of(BY_NAME[name], decade, list(pool.map(_outcome, jobs, chunksize=_CHUNK)))


def _outcome(job: tuple[str, int, int]) -> Outcome:
    name, decade, number = job
    return one_run(BY_NAME[name], decade, number)


def line(row: Row) -> str:
    """Return a row of the table."""
    missed = unmet(row)
    kept = "yes" if not missed else f"no: {', '.join(missed)}"
    shares = (
        row.covered,
        row.refused,
        row.wrong_accepts,
        row.wrong_rejects,
        row.healthy_refused,
        row.healthy_passed,
    )
    spread = "–" if row.covered.of == 0 else f"{row.median_expanded:.2g}"
    return "| " + " | ".join([row.world, row.flow, spread, *map(_said, shares), kept]) + " |"


def _said(share: Share) -> str:
    return f"{share.percent:.1f} ± {share.u_percent:.1f}" if share.of else "–"


def page(found: list[Row], runs: int) -> str:
    """Return docs/coverage.md."""
    worlds = "\n".join(f"| {world.name} | {world.what} | {'no' if world.sound else 'yes'} |" for world in WORLDS)
    awaited = "\n".join(f"- **{name}**: {why}." for name, why in AWAITED.items()) or "Nothing."
    return _PAGE.format(
        runs=runs,
        worlds=worlds,
        table="\n".join([*_HEAD, *map(line, found)]),
        awaited=awaited,
        accepts=sum(row.wrong_accepts.count for row in found),
        outside=sum(row.wrong_accepts.of for row in found),
        rejects=sum(row.wrong_rejects.count for row in found),
        inside=sum(row.wrong_rejects.of for row in found),
        least=LEAST_COVERED_PERCENT,
        risk=STATED_RISK_PERCENT,
        most=MOST_REFUSED_PERCENT,
    )


_PAGE = """\
# How often a result is true

Simulated runs in worlds that keep to the evaluation's assumptions and in worlds that do not. A run is a record, written
by the rig's own writer, of which the truth is known: a weighing at zero flow of 4 h, 24 h of infusion, a window of
25 h, another weighing; or boluses above a basal infusion. Balance, pump and, on half of the benches, a DAQ are read
each minute; a flow sensor where the pump has no strokes. The record is settled as any other, against limits of ±5 %.
The physics is in `tests/worlds/` and shares no formula with the evaluation.

```sh
make coverage                                               # draws all of it anew and writes this page
.venv/bin/python -m tests.worlds.table --runs 50 leak walk  # some worlds, fewer runs; writes nothing
.venv/bin/python -m tests.worlds.quantities --runs 4000     # each kind of number, verdicts on the limit; writes nothing
.venv/bin/python -m tests.worlds.quantities --world creep   # volumes and windows in a world that is not as stated
```

Half of the pumps are healthy (within ±1 %), half lie anywhere within ±7.5 %. True is what left the tip in the window,
against the programme; a stroke that the window cuts counts by its share. The stroke, the needle, the air, the balance
and the clock of each run are drawn from what its bench file states.

The third of these prints how often k = 2 holds the truth of each kind of number in each decade of flow, on benches that
are as stated, and how often 100,000 verdicts accept what lies on the limit: 2.28 % is stated. Where most of U is a
bound (the pace of a status), k is that of a rectangle. Intervals hold the truth more often than in 95.4 % where the
bench file states the worst that may be: strokes that a line smooths before a window cuts them, doses that scatter less
than the balance's noise can show.

The fourth asks an infusion for its volume and its windows in any of these worlds, and a programme that changes for its
volume. A volume of one rate is its mean flow and holds the truth as that does. A window of some hours alone cannot tell
a pump that gives less meanwhile from an open door, draughts or a tube that carries some of the gain, and beside a
programme that changes all the time no flow before it shows what a balance creeps. There the truth is held less often:
it is for what is compared without asking to find that the bench is unfit.

| world | what happens in it | a refusal is right |
|---|---|---|
{worlds}

## The table

{runs} runs in each row; shares in per cent, with their standard errors (Agresti & Coull). *U* is the median of U = k·u,
in per cent of the programme. *Holds the truth* is of the results that are not INVALID, *refused* of all; *wrong
accepts* are PASS among doses beyond the limits, *wrong rejects* FAIL among those within; *healthy* is of doses within
±1 %. A row is kept when the truth is held in at least {least} %, wrong accepts and wrong rejects are at most the
{risk} % that a guard band of k = 2 states, and, where no refusal is right, at most {most:g} % of the healthy are
refused: each but for what two standard errors leave to chance.

{table}

Over all rows: {accepts} wrong accepts among {outside} doses beyond the limits, {rejects} wrong rejects among {inside}
within.

## What is not held yet

{awaited}
"""


def main(words: list[str]) -> int:
    """Draw the table; return 0 when every row but the awaited ones is kept, 1 when not, 2 for an unknown world."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.table", description=__doc__)
    parser.add_argument("worlds", nargs="*", help="names of worlds; all are drawn when none is given")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs in each row (default {RUNS})")
    parser.add_argument("--workers", type=int, default=2, help="processes that draw (default 2)")
    asked = parser.parse_args(words)
    unknown = [name for name in asked.worlds if name not in BY_NAME]
    if unknown:
        print(f"there is no world {', '.join(unknown)}; there are {', '.join(BY_NAME)}", file=sys.stderr)
        return 2
    found = []
    print("\n".join(_HEAD), flush=True)
    for row in rows(asked.worlds or list(BY_NAME), asked.runs, asked.workers):
        found.append(row)
        print(line(row), flush=True)
    if not asked.worlds:
        PAGE.write_text(page(found, asked.runs), encoding="utf-8")
    return told(found)


def told(found: list[Row]) -> int:
    """Print what is not kept, what of it is awaited, and what is awaited no longer; return the exit code."""
    code = 0
    for row in found:
        for missed in unmet(row):
            awaited = row.world in AWAITED
            print(f"{'awaited' if awaited else 'NOT KEPT'}: {row.world}, {row.flow} µL/h: {missed}")
            code = code if awaited else 1
    drawn = {row.world for row in found}
    missing = {row.world for row in found if unmet(row)}
    for name in sorted(drawn & AWAITED.keys() - missing):
        print(f"{name} is kept in every decade: take it out of tests/worlds/awaited.py")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
