"""`rig runs`: a line for each run."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_runs
from commands.dates import begin_ns
from commands.records import closed, tell_apart
from commands.run_table import as_json, lines

if TYPE_CHECKING:
    from rig.record.overview import RunLine


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print a JSON array with all that is known of each run")
    parser.add_argument(
        "--since", type=begin_ns, metavar="DATE", help="runs begun then or later: 2026-01-31, or with a time, in UTC"
    )
    parser.add_argument("--bench", metavar="NAME", help="runs of this bench only")
    parser.add_argument("--dut", metavar="SERIAL", help="runs of this pump only")
    parser.add_argument("--failed", action="store_true", help="runs only that are over and did not come to PASS")
    takes_runs(parser)


def _run(options: argparse.Namespace) -> int:
    from reports.history.copies import each_once
    from rig.record.overview import overview
    from rig.record.spot_check import Checked
    from rig.streaming.status import all_streaming_lines

    found = [closed(run) for run in overview(options.runs)]
    shown = [run for run in found if _wanted(run, options)]
    streaming = all_streaming_lines(options.runs)
    if options.json:
        print(json.dumps([as_json(run, streaming.get(run.run_id, ())) for run in shown], indent=2, ensure_ascii=False))
    else:
        for line in lines(shown, streaming):
            print(line)
    altered = [run for run in shown if run.checked is Checked.ALTERED]
    for run in altered:
        print(f"{run.run_id}: {run.problem}: nothing in this record is to be believed", file=sys.stderr)
    apart = each_once(run for run in found if not run.problem).apart
    tell_apart(apart)
    return EXIT_FOUND_PROBLEMS if altered or apart else 0


def _wanted(run: "RunLine", options: argparse.Namespace) -> bool:
    """Tell whether a run was asked for; one that cannot be read may be any."""
    if run.problem:
        return True
    return (
        (options.since is None or run.begun_utc_ns >= options.since)
        and options.bench in (None, run.bench)
        and options.dut in (None, run.dut)
        and (run.failed or not options.failed)
    )


COMMAND = RigCommand("runs", "list the runs; those that were killed are closed as INTERRUPTED", _arguments, _run)
