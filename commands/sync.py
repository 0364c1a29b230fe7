"""`rig sync [RUN…]`: past runs into InfluxDB."""

import argparse
import sys
from pathlib import Path

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_runs
from commands.records import close_killed
from rig.errors import RecordError


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs_meant", metavar="RUN", nargs="*", help="names of runs, or 'last' (default: all)")
    takes_runs(parser)
    parser.add_argument("--again", action="store_true", help="send everything once more, what was refused included")
    parser.add_argument(
        "--refused", action="store_true", help="send nothing: list the points that were refused, and why"
    )


def _run(options: argparse.Namespace) -> int:
    from rig.record.folder import find_run, list_runs

    named = [find_run(options.runs, name) for name in options.runs_meant]
    paths = named or [summary.path for summary in list_runs(options.runs)]
    if not paths:
        return 0
    if options.refused:
        return _list_refused(paths)
    from rig.streaming.sync import sync  # behind the look-up: a name that means no run is said at once

    readable = [path for path in paths if _closed(path)]
    all_sent = sync(readable, print, again=options.again)
    return 0 if all_sent and readable == paths else EXIT_FOUND_PROBLEMS


def _list_refused(paths: list[Path]) -> int:
    """Print the points of runs that servers refused, each with its reason; return 1 when there is any."""
    from rig.record.folder import run_id
    from rig.streaming.cursor import cursor_paths, read_refused

    any_refused = False
    for path in paths:
        for cursor in cursor_paths(path.parent).get(run_id(path), ()):
            for one in read_refused(cursor):
                any_refused = True
                print(f"{run_id(path)}: {one.reason}: {one.points} × {one.what}")
    return EXIT_FOUND_PROBLEMS if any_refused else 0


def _closed(path: Path) -> bool:
    """Close a run that was killed; tell whether the record can be read, and say what to do where it cannot."""
    from rig.streaming.sync import SALVAGE_IT

    try:
        close_killed(path)
    except RecordError as error:
        print(f"{path.name}: {error}: nothing of it was sent; {SALVAGE_IT}", file=sys.stderr)
        return False
    return True


COMMAND = RigCommand("sync", "send what is pending of past runs to InfluxDB and compare the counts", _arguments, _run)
