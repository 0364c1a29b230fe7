"""`rig replay RUN`: every verdict once more, from raw samples."""

import argparse

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_run
from commands.records import record_meant


def _run(options: argparse.Namespace) -> int:
    record = record_meant(options)
    from rig.evaluation.replay import replay  # behind the look-up: a name that means no run is said at once
    from rig.record.reader import RecordReader

    identical = differing = 0
    with RecordReader(record) as reader:
        for one in replay(reader):
            identical += one.identical
            differing += not one.identical
            word = "identical" if one.identical else f"DIFFERS in {', '.join(one.differences)}"
            print(f"{one.result.verdict:<12} {word}  {one.result.plan}  {one.name}")
    print(f"{identical} identical, {differing} differing" if identical + differing else "the run holds no results")
    return EXIT_FOUND_PROBLEMS if differing else 0


COMMAND = RigCommand("replay", "recompute every verdict of a run from raw samples", takes_run, _run)
