"""`rig bundle RUN …`: one file with everything that somebody needs who was not there."""

import argparse
from pathlib import Path

from commands.command import RigCommand, takes_runs
from commands.records import record_meant
from rig.record.schema import SUFFIX


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run", nargs="+", metavar="RUN", help="a run's name, the beginning of one, a record's path, or 'last'"
    )
    takes_runs(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="the file to write (default: beside the first record)")
    parser.add_argument(
        "--bench-evidence", action="store_true", help="file it as evidence of a bench; refused for what is simulated"
    )


def _run(options: argparse.Namespace) -> int:
    found = (record_meant(argparse.Namespace(runs=options.runs, run=run)) for run in options.run)
    paths = list({path.resolve(): path for path in found}.values())
    # Behind the look-up: a name that means no run is said at once.
    from reports.evidence.bundle import write_bundle

    name = paths[0].name.removesuffix(SUFFIX)
    more = f"-and-{len(paths) - 1}-more" if len(paths) > 1 else ""
    out = options.out or paths[0].with_name(f"{name}{more}.bundle.zip")
    write_bundle(paths, out, bench_evidence=options.bench_evidence)
    print(out)
    return 0


COMMAND = RigCommand(
    "bundle", "write records, reports and sources of runs into one file that can be signed", _arguments, _run
)
