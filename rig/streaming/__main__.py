"""`python -m rig.streaming RECORD`: follow one record until its run is over. Started by `start_streamer`."""

import os
import sys
from pathlib import Path

from rig.clock import iso_utc, machine_utc_ns
from rig.errors import RigError
from rig.record import RecordReader
from rig.streaming.streamer import Status, stream
from rig.streaming.target import find_target

# The rig samples and the plant simulates on the same cores: both go before the streamer.
_NICENESS = 10


def _log(text: str) -> None:
    print(f"{iso_utc(machine_utc_ns())} {text}", file=sys.stderr, flush=True)


def main(record: Path) -> int:
    """Follow a record; return 0 when everything is sent, 1 when something is left for `rig sync`, 2 for an error."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
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
    return 0 if progress.status in (Status.SENT, Status.COMPLETE) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
