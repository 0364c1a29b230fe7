"""`rig history [FOLDER…]`: runs over time, or one result over runs with what its values come to."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.command import DEFAULT_RUNS, EXIT_FOUND_PROBLEMS, RigCommand
from commands.dates import begin_ns, end_ns
from commands.records import closed, tell_apart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.history.chosen import Chosen, Wanted
    from reports.history.series import Series
    from reports.history.statistics import Statistics
    from rig.record.run_line import RunLine


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", nargs="*", type=Path, metavar="FOLDER", help="folders of records (default: runs); copies count once"
    )
    parser.add_argument("--dut", metavar="SERIAL", help="runs of this pump only")
    parser.add_argument("--bench", metavar="NAME", help="runs of this bench only")
    parser.add_argument("--plan", metavar="PART", help="plans only that have this in their name")
    parser.add_argument("--requirement", metavar="ID", help="what claims this requirement only")
    parser.add_argument("--result", metavar="NAME", help="this result's values over time, with their statistics")
    parser.add_argument("--run", metavar="RUN", help="where each number of this run stands among those of the others")
    parser.add_argument("--verdict", metavar="VERDICT", help="show only what came to this; statistics are of all")
    parser.add_argument("--since", type=begin_ns, metavar="DATE", help="runs begun then or later, in UTC")
    parser.add_argument("--until", type=end_ns, metavar="DATE", help="runs begun by the end of that day, in UTC")
    parser.add_argument("--operator", metavar="NAME", help="runs of this operator only")
    parser.add_argument("--kind", choices=("physical", "mocked"), help="runs of this kind of bench only")
    parser.add_argument("--coverage", type=_share, default=0.9, metavar="P", help="of the tolerance interval (0.9)")
    parser.add_argument("--confidence", type=_share, default=0.9, metavar="P", help="of the tolerance interval (0.9)")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0.0 < share < 1.0:
        raise argparse.ArgumentTypeError(f"found {text!r}; a number between 0 and 1 is wanted")
    return share


def _run(options: argparse.Namespace) -> int:
    from reports.history.chosen import choose

    wanted = _wanted(options)
    folders = options.folder or [DEFAULT_RUNS]
    if options.run is not None:
        return _among(options, folders, wanted)
    chosen = choose(folders, wanted, [options.result] if options.result is not None else [], closed=closed)
    series = [] if options.result is None else list(_series(chosen, options))
    shown = [run for run in chosen.runs if options.result is not None or wanted.outcome(run)]
    if options.json:
        from reports.history.as_json import history_as_json

        _print_json(history_as_json(folders, chosen, shown, series))
    else:
        for line in _lines(chosen, shown, series, options):
            print(line)
    for run in chosen.altered:
        print(f"{run.run_id}: {run.problem}: nothing in this record is to be believed", file=sys.stderr)
    tell_apart(chosen.apart)
    if not shown:
        print("no run is what was asked for", file=sys.stderr)
    return EXIT_FOUND_PROBLEMS if chosen.altered or chosen.apart else 0


def _among(options: argparse.Namespace, folders: "list[Path]", wanted: "Wanted") -> int:
    """Say where each number of a run stands among the others'; 1 for one beyond their chart, or records in conflict."""
    from commands.records import record_meant
    from rig.record.run_line import run_line

    path = record_meant(argparse.Namespace(runs=folders[0], run=options.run)).resolve()
    # Behind the look-up: a name that means no run is said at once.
    from commands.history_table import among_lines
    from reports.history.among import among
    from reports.history.as_json import among_as_json
    from reports.history.chosen import choose
    from reports.history.copies import is_copy_of_any

    own = run_line(path)
    chosen = choose([path.parent, *folders], wanted, own.results if options.result is None else [options.result])
    # Of copies of a record one counts, and need not be the one that was named.
    found = [one for run in chosen.runs if is_copy_of_any(own, [run]) for one in among(chosen, run)]
    if options.json:
        _print_json(among_as_json(options.run, found))
    else:
        for line in among_lines(found):
            print(line)
    tell_apart(chosen.apart)
    if not found:
        print(f"{options.run} has no decided number that was asked for", file=sys.stderr)
    return EXIT_FOUND_PROBLEMS if chosen.apart or any(one.is_beyond for one in found) else 0


def _print_json(said: "dict[str, Any]") -> None:
    print(json.dumps(said, indent=2, ensure_ascii=False))


def _wanted(options: argparse.Namespace) -> "Wanted":
    from reports.history.chosen import Wanted

    return Wanted(
        options.dut,
        options.bench,
        options.plan,
        options.requirement,
        options.verdict,
        options.operator,
        options.kind,
        options.since,
        options.until,
    )


def _series(chosen: "Chosen", options: argparse.Namespace) -> "Iterator[tuple[Series, Statistics]]":
    """Yield each series of the result with its statistics; raises SeriesError for a name that no run has."""
    from rig.errors import SeriesError, did_you_mean

    if chosen.runs and options.result not in chosen.names:
        known = ", ".join(map(repr, sorted(chosen.names))) or "none at all"
        hint = did_you_mean(options.result, chosen.names)
        raise SeriesError(f"no run has a result {options.result!r}{hint}; there are {known}")
    # Behind the look-up: a name that means no result is said at once.
    from reports.history.series import series_of
    from reports.history.statistics import statistics_of

    for one in series_of(chosen.runs, chosen.results):
        yield one, statistics_of(one, options.coverage, options.confidence)


def _lines(
    chosen: "Chosen",
    shown: "list[RunLine]",
    series: "list[tuple[Series, Statistics]]",
    options: argparse.Namespace,
) -> "Iterator[str]":
    from commands.history_table import joined, notes, series_lines
    from commands.run_table import lines

    if options.result is None:
        blocks = [lines([*chosen.unreadable, *chosen.altered, *shown], {})]
    else:
        blocks = [
            series_lines(one, [point for point in one.points if options.verdict in (None, point.result.verdict)], found)
            for one, found in series
        ]
    yield from joined([*blocks, notes(chosen)])


COMMAND = RigCommand("history", "runs over time, or one result over runs with its statistics", _arguments, _run)
