"""`rig stream RUN`: one run into InfluxDB, in the foreground."""

import argparse

from commands.command import RigCommand, takes_run


def _run(options: argparse.Namespace) -> int:
    from rig.record.folder import find_run

    record = find_run(options.runs, options.run)
    from rig.streaming.__main__ import main as follow  # behind the look-up: a name that means no run is said at once

    return follow(record)


COMMAND = RigCommand("stream", "follow one run into InfluxDB until it ends", takes_run, _run)
