"""`rig bundle RUN …`: one file with everything that somebody needs who was not there."""

import argparse
import sys
from collections.abc import Sequence
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
        "--among",
        action="append",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="look for other runs of the pump in this folder too, not beside the records only; may be said again",
    )
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
    write_bundle(paths, out, bench_evidence=options.bench_evidence, others=_others(paths, options.among))
    print(out)
    return 0


def _others(paths: Sequence[Path], among: Sequence[Path]) -> dict[str, bytes]:
    """Look for other runs of each record's pump; return what was found, and keep it beside the record where one can."""
    from reports.facts.other_runs import as_kept
    from reports.history.other_runs import keep, look_again
    from rig.clock import machine_utc_ns
    from rig.errors import ExportError
    from rig.record.folder import run_id

    found = {}
    folders = [*among, *dict.fromkeys(path.parent for path in paths)]
    for path in paths:
        others = look_again(path, folders, machine_utc_ns())
        found[run_id(path)] = as_kept(others)
        try:
            keep(path, others)
        except ExportError as error:
            print(f"what was found of other runs is in the bundle only: {error}", file=sys.stderr)
    return found


COMMAND = RigCommand(
    "bundle", "write records, reports and sources of runs into one file that can be signed", _arguments, _run
)
