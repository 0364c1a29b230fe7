"""`rig stream RUN`: one run into InfluxDB, in the foreground."""

import argparse

from commands.command import RigCommand, takes_run


def _run(options: argparse.Namespace) -> int:
    from rig.record.folder import find_run

    record = find_run(options.runs, options.run)
    from rig.record.reader import RecordReader  # behind the look-up: a name that means no run is said at once
    from rig.streaming.__main__ import main as follow
    from rig.streaming.sync import demand_whole

    with RecordReader(record) as reader:
        goes_on = reader.is_live()
    if not goes_on:
        demand_whole(record)
    return follow(record)


COMMAND = RigCommand("stream", "follow one run into InfluxDB until it ends", takes_run, _run)
