"""The streamer as a process of its own: started beside a run, it outlives it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rig.errors import RigError
from rig.record.folder import run_id
from rig.record.reader import RecordReader
from rig.streaming.target import find_target

# Held so that nobody waits for these processes and nobody is told that they still run.
_started: list[subprocess.Popen[bytes]] = []


def start_streamer(record: Path, environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Start streaming a run in the background when its bench file or the environment asks for it.

    Returns lines for a person, () when nobody asks. Never raises for what is wrong with the streaming: a run does not
    depend on it. What the process has to say goes to `<run>.stream.log` beside the record.
    """
    try:
        with RecordReader(record) as reader:
            target = find_target(reader.start(), environment)
        if target is None:
            return ()
        with log_path(record).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, a path as one argument
                [sys.executable, "-m", "rig.streaming", str(record.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(environment),
                start_new_session=True,
            )
    except (RigError, OSError) as error:
        return (f"not streaming: {error}",)
    _started.append(process)
    lines = [f"streaming to {target.label}"]
    if target.warning:
        lines.append(f"warning: {target.warning}")
    return tuple(lines)


def log_path(record: Path) -> Path:
    """Return where a run's streamer writes what it has to say."""
    return record.with_name(f"{run_id(record)}.stream.log")
