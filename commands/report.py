"""`rig report RUN`: what a person reads about a run."""

import argparse
from pathlib import Path

from commands.command import RigCommand, takes_run
from commands.records import record_meant


def _arguments(parser: argparse.ArgumentParser) -> None:
    takes_run(parser)
    parser.add_argument("--out", type=Path, help="the file to write (default: beside the record)")


def _run(options: argparse.Namespace) -> int:
    path = record_meant(options)
    from reports.page.html import write_report  # behind the look-up: a name that means no run is said at once

    out = options.out or path.with_name(path.name.replace(".rig.db", ".html"))
    write_report(path, out)
    print(out)
    return 0


COMMAND = RigCommand("report", "write a run's report as one HTML file", _arguments, _run)
