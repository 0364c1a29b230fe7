"""Which record a command is about; one whose run was killed is closed before anything is read from it."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.history.copies import Apart
    from rig.record.overview import RunLine
    from rig.record.reader import RecordReader


def record_meant(options: argparse.Namespace) -> Path:
    """Return the record that RUN means; one that was killed is closed first, and stderr says so, or that it goes on.

    Raises RecordNotFoundError when there is none, RecordError when the file is no record.
    """
    from rig.record.folder import find_run

    path = find_run(options.runs, options.run)
    if close_killed(path):
        print(f"{path.name}: the run was killed; closed now as INTERRUPTED", file=sys.stderr)
    elif _is_under_way(path):
        print(f"{path.name}: the run is under way; this is what it has recorded until now", file=sys.stderr)
    return path


def _is_under_way(path: Path) -> bool:
    from rig.record.reader import RecordReader

    with RecordReader(path) as reader:
        return reader.stop() is None and reader.is_live()


def close_killed(path: Path) -> bool:
    """Close a record whose writer was killed as INTERRUPTED; return whether there was something to close."""
    from rig.record.folder import close_interrupted

    return close_interrupted(path, _delivered)


def closed(run: "RunLine") -> "RunLine":
    """Close a run that was killed, and say so; one that cannot be closed hides no other."""
    from rig.record.folder import RunState
    from rig.record.overview import run_line

    if run.ended != RunState.INTERRUPTED or run.stopped:
        return run
    try:
        close_killed(run.path)
    except RigError as error:
        print(f"{run.run_id}: was killed, and cannot be closed now: {error}", file=sys.stderr)
    else:
        print(f"{run.run_id}: was killed; closed now as INTERRUPTED", file=sys.stderr)
    return run_line(run.path)


def tell_apart(apart: "Iterable[Apart]") -> None:
    """Say on stderr which records begin as one run and contradict each other."""
    for two in apart:
        print(f"{two.one.path} and {two.other.path} {two.said}", file=sys.stderr)


def _delivered(reader: "RecordReader") -> dict[str, Any]:
    """Say what was delivered; imported only for a run that was killed, because it brings all of metrology."""
    from rig.evaluation.delivered import delivered

    return delivered(reader)
