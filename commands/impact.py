"""`rig impact`: which results a changed requirement, limit or plan makes stale, and which rest on an instrument."""

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_runs
from commands.dates import begin_ns
from rig.clock import iso_utc
from rig.errors import RecordError, RecordNotFoundError

if TYPE_CHECKING:
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
    parser.add_argument("--since", type=begin_ns, default=0, metavar="DATE", help="only runs that began then or later")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="where plans' paths lead from")
    parser.add_argument("--limits", type=Path, default=folder / "limits.toml", metavar="FILE")
    parser.add_argument("--requirements", type=Path, default=folder / "requirements.toml", metavar="FILE")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print a JSON object")
    shown.add_argument("--csv", action="store_true", help="print a table for a spreadsheet")
    takes_runs(parser)


def _run(options: argparse.Namespace) -> int:
    from rig.record.folder import record_paths

    if not options.runs.is_dir():
        raise RecordNotFoundError(f"there is no folder {options.runs}: name the folder of the records with --runs DIR")
    found: list[Stale] = []
    unread: list[str] = []
    paths = record_paths(options.runs)
    in_force = None if options.on else _in_force(options)
    for path in paths:
        try:
            found += [one for one in _of(path, options.on, in_force) if one.begun_utc_ns >= options.since]
        except RecordError as error:
            unread.append(f"{path.name}: none of its results was looked at: {error}")
    found.sort(key=lambda one: (one.begun_utc_ns, one.run, one.seq))
    _print(options, found, len(paths) - len(unread), unread)
    return EXIT_FOUND_PROBLEMS if found or unread else 0


def _in_force(options: argparse.Namespace) -> "InForce":
    from reports.matrix.impact import InForce
    from rig.bench_file.limits import load_limits, load_requirements

    def sha256_of(file: str) -> str | None:
        path = options.root / file
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None

    return InForce(load_requirements(options.requirements).requirements, load_limits(options.limits), sha256_of)


def _of(path: Path, on: Iterable[str], in_force: "InForce | None") -> Iterator["Stale"]:
    from reports.matrix.impact import results_on, stale_results
    from rig.record.reader import RecordReader

    with RecordReader(path) as reader:
        if in_force is not None:
            yield from stale_results(reader, in_force)
        for what in on:
            yield from results_on(reader, what)


def _print(options: argparse.Namespace, found: list["Stale"], read: int, unread: list[str]) -> None:
    rows = [asdict(one) | {"begun": iso_utc(one.begun_utc_ns)} for one in found]
    if options.json:
        said = {"version": 1, "runs_read": read, "not_read": unread, "results": rows}
        print(json.dumps(said, indent=2, ensure_ascii=False))
    elif options.csv:
        _print_csv(rows)
    else:
        for one in found:
            print(f"{one.run}  entry {one.seq}  {one.verdict}  {one.name}  ({one.plan}, {one.kind}, DUT {one.dut})")
            for why in one.why:
                print(f"    {why}")
        what = "rest on it" if options.on else "are stale"
        print(f"{len(found)} results {what}; {read} runs were read")
    for line in unread:
        print(line, file=sys.stderr)


def _print_csv(rows: list[dict[str, object]]) -> None:
    from rig.plain_text import table_cell

    columns = ("run", "begun", "kind", "bench", "dut", "plan", "seq", "name", "requirements", "verdict", "why")
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        cells = (row[name] for name in columns)
        table.writerow([table_cell("; ".join(one) if isinstance(one, tuple) else str(one)) for one in cells])


COMMAND = RigCommand("impact", "list results that a change makes stale, or that rest on something", _arguments, _run)
