"""`rig report RUN …`: what a person reads about a run, or about several as one."""

import argparse
from pathlib import Path

from commands.command import RigCommand, takes_runs
from commands.records import record_meant
from rig.record.schema import SUFFIX


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run",
        nargs="+",
        metavar="RUN",
        help="a run's name, the beginning of one, a record's path, or 'last'; several are joined on one page",
    )
    takes_runs(parser)
    parser.add_argument("--out", type=Path, help="the file to write (default: beside the first record)")


def _run(options: argparse.Namespace) -> int:
    paths = _records_meant(options)
    # Behind the look-up: a name that means no run is said at once.
    from reports.page.html import write_joined_report, write_report

    name = paths[0].name.removesuffix(SUFFIX)
    if len(paths) == 1:
        out = options.out or paths[0].with_name(f"{name}.html")
        write_report(paths[0], out)
    else:
        out = options.out or paths[0].with_name(f"{name}-and-{len(paths) - 1}-joined.html")
        write_joined_report(paths, out)
    print(out)
    return 0


def _records_meant(options: argparse.Namespace) -> list[Path]:
    """Return the records that are meant, each once."""
    found = (record_meant(argparse.Namespace(runs=options.runs, run=run)) for run in options.run)
    return list({path.resolve(): path for path in found}.values())


COMMAND = RigCommand("report", "write the report of a run, or of several as one, as an HTML file", _arguments, _run)
