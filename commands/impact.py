"""`rig impact`: which results a changed requirement, limit or plan makes stale, and which rest on an instrument."""

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_runs
from commands.dates import begin_ns
from rig.clock import iso_utc
from rig.errors import PlanError, RecordError, RecordNotFoundError

if TYPE_CHECKING:
    from reports.matrix.grounds import Grounds
    from reports.matrix.impact import InForce, Stale


def _arguments(parser: argparse.ArgumentParser) -> None:
    folder = Path("test_plans")
    parser.add_argument(
        "--on",
        action="append",
        default=[],
        metavar="KIND:NAME",
        help="the results that rest on a requirement, limit, plan, instrument, driver or calibration; may be repeated",
    )
    parser.add_argument(
        "--out-of-tolerance",
        default="",
        metavar="INSTRUMENT",
        help="the results that used an instrument since its last good calibration, as the records tell it",
    )
    parser.add_argument("--bench", default="", metavar="NAME", help="with --out-of-tolerance: on which bench")
    parser.add_argument(
        "--last-good", default="", metavar="CALIBRATION", help="with --out-of-tolerance: another than the records tell"
    )
    parser.add_argument("--since", type=begin_ns, default=0, metavar="DATE", help="only runs that began then or later")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="where plans' paths lead from")
    parser.add_argument("--limits", type=Path, default=folder / "limits.toml", metavar="FILE")
    parser.add_argument("--requirements", type=Path, default=folder / "requirements.toml", metavar="FILE")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print a JSON object")
    shown.add_argument("--csv", action="store_true", help="print a table for a spreadsheet")
    takes_runs(parser)


def _run(options: argparse.Namespace) -> int:
    from reports.matrix.kept_grounds import GroundsOfRuns

    if not options.runs.is_dir():
        raise RecordNotFoundError(f"there is no folder {options.runs}: name the folder of the records with --runs DIR")
    if (options.bench or options.last_good) and not options.out_of_tolerance:
        raise PlanError("--bench and --last-good belong to --out-of-tolerance INSTRUMENT")
    if options.out_of_tolerance and options.on:
        raise PlanError("--on and --out-of-tolerance ask for different lists: ask one after the other")
    runs: list[Grounds] = []
    unread: list[str] = []
    with GroundsOfRuns(options.runs) as grounds:
        for path in grounds.paths:
            try:
                runs.append(grounds.of(path))
            except RecordError as error:
                unread.append(f"{path.name}: none of its results was looked at: {error}")
    found = [one for one in _found(options, runs) if one.begun_utc_ns >= options.since]
    found.sort(key=lambda one: (one.begun_utc_ns, one.run, one.seq))
    _print(options, found, len(runs), unread)
    return EXIT_FOUND_PROBLEMS if found or unread else 0


def _found(options: argparse.Namespace, runs: "list[Grounds]") -> Iterator["Stale"]:
    from reports.matrix.impact import results_on, stale_results

    if options.out_of_tolerance:
        from reports.matrix.out_of_tolerance import results_since, suspect

        meant = suspect(runs, options.out_of_tolerance, bench=options.bench, last_good=options.last_good)
        yield from results_since(runs, meant)
        return
    in_force = None if options.on else _in_force(options)
    for run in runs:
        yield from results_on(run, options.on) if in_force is None else stale_results(run, in_force)


def _in_force(options: argparse.Namespace) -> "InForce":
    from reports.matrix.impact import InForce
    from rig.bench_file.limits import load_limits, load_requirements

    @cache
    def sha256_of(file: str) -> str | None:
        path = options.root / file
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None

    return InForce(load_requirements(options.requirements).requirements, load_limits(options.limits), sha256_of)


def _print(options: argparse.Namespace, found: list["Stale"], read: int, unread: list[str]) -> None:
    if options.json:
        said = {"version": 1, "runs_read": read, "not_read": unread, "results": _rows(found)}
        print(json.dumps(said, indent=2, ensure_ascii=False))
    elif options.csv:
        _print_csv(_rows(found))
    else:
        for one in found:
            print(f"{one.run}  entry {one.seq}  {one.verdict}  {one.name}  ({one.plan}, {one.kind}, DUT {one.dut})")
            for why in one.why:
                print(f"    {why}")
        what = "rest on it" if options.on or options.out_of_tolerance else "are stale"
        print(f"{len(found)} results {what}; {read} runs were read")
    for line in unread:
        print(line, file=sys.stderr)


def _rows(found: "list[Stale]") -> list[dict[str, object]]:
    return [asdict(one) | {"begun": iso_utc(one.begun_utc_ns)} for one in found]


def _print_csv(rows: list[dict[str, object]]) -> None:
    from rig.plain_text import table_cell

    columns = ("run", "begun", "kind", "bench", "dut", "plan", "seq", "name", "requirements", "verdict", "why")
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        cells = (row[name] for name in columns)
        table.writerow([table_cell("; ".join(one) if isinstance(one, tuple) else str(one)) for one in cells])


COMMAND = RigCommand("impact", "list results that a change makes stale, or that rest on something", _arguments, _run)
