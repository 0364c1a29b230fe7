"""`rig sync [RUN…]`: past runs into InfluxDB."""

import argparse

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_runs
from commands.records import close_killed


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs_meant", metavar="RUN", nargs="*", help="names of runs, or 'last' (default: all)")
    takes_runs(parser)


def _run(options: argparse.Namespace) -> int:
    from rig.record.folder import find_run, list_runs

    named = [find_run(options.runs, name) for name in options.runs_meant]
    paths = named or [summary.path for summary in list_runs(options.runs) if not summary.problem]
    for path in paths:
        close_killed(path)
    if not paths:
        return 0
    from rig.streaming.sync import sync  # behind the look-up: a name that means no run is said at once

    return 0 if sync(paths, print) else EXIT_FOUND_PROBLEMS


COMMAND = RigCommand("sync", "send what is pending of past runs to InfluxDB and compare the counts", _arguments, _run)
