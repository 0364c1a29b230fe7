"""`rig runs`: a line for each run."""

import argparse
import sys
from typing import TYPE_CHECKING

from commands.command import RigCommand, takes_runs
from commands.records import close_killed
from rig.errors import RigError

if TYPE_CHECKING:
    from rig.record.folder import RunSummary


def _run(options: argparse.Namespace) -> int:
    from rig.record.folder import list_runs
    from rig.streaming.status import all_streaming_lines

    for summary in list_runs(options.runs):
        if summary.state == "INTERRUPTED" and not summary.stop_reason:
            _close(summary)
    streaming = all_streaming_lines(options.runs)
    for summary in list_runs(options.runs):
        print(_line(summary))
        for line in () if summary.problem else streaming.get(summary.run_id, ()):
            print(f"  {line}")
    return 0


def _close(summary: "RunSummary") -> None:
    """Close a run that was killed, and say so; one that cannot be closed hides no other."""
    try:
        close_killed(summary.path)
    except RigError as error:
        print(f"{summary.run_id}: was killed, and cannot be closed now: {error}", file=sys.stderr)
    else:
        print(f"{summary.run_id}: was killed; closed now as INTERRUPTED", file=sys.stderr)


def _line(summary: "RunSummary") -> str:
    from rig.clock import iso_utc

    if summary.problem:
        return f"{summary.run_id}  {summary.state}  {summary.problem}"
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in summary.verdicts) or "no verdicts"
    # A run of which plans broke or were left out says so beside the verdicts that it has.
    other = [f"{count} {outcome}" for outcome, count in summary.outcomes if outcome != "passed"]
    plans = f"; plans: {', '.join(other)}" if other else ""
    state = summary.stop_reason or summary.state
    return f"{summary.run_id}  {iso_utc(summary.started_ns)}  {state}  {verdicts}{plans}"


COMMAND = RigCommand("runs", "list the runs; those that were killed are closed as INTERRUPTED", takes_runs, _run)
