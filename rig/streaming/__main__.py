"""`python -m rig.streaming RECORD`: follow one record until its run is over. Started by `start_streamer`."""

import os
import sys
from pathlib import Path

from rig.clock import iso_utc, machine_utc_ns
from rig.errors import RigError
from rig.plain_text import plain_text
from rig.record.reader import RecordReader
from rig.streaming.cursor import StreamStatus
from rig.streaming.streamer import stream
from rig.streaming.target import find_target

_NICENESS = 10


def _give_way() -> None:
    """Let the rig's samplers go first, always: a core that the streamer holds is theirs the moment they wake.

    Being merely nice is not enough: they would wait out the streamer's slice, some milliseconds.
    """
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    elif hasattr(os, "nice"):
        os.nice(_NICENESS)


def _log(text: str) -> None:
    print(f"{iso_utc(machine_utc_ns())} {plain_text(text)}", file=sys.stderr, flush=True)


def main(record: Path) -> int:
    """Follow a record; return 0 when everything is sent, 1 when something is left for `rig sync`, 2 for an error."""
    try:
        with RecordReader(record) as reader:
            target = find_target(reader.start(), os.environ)
        if target is None:
            _log("no InfluxDB is named in the environment or the bench file")
            return 2
        progress = stream(record, target, os.environ, _log, follow=True)
    except RigError as error:
        _log(str(error))
        return 2
    _log(f"{progress.status}: sent {progress.sent} points, refused {progress.refused}; {progress.reconciled}")
    return 0 if progress.status in (StreamStatus.SENT, StreamStatus.COMPLETE) else 1


if __name__ == "__main__":
    _give_way()
    sys.exit(main(Path(sys.argv[1])))
