"""`rig replay RUN`: every verdict once more, from raw samples."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_run
from commands.records import record_meant

if TYPE_CHECKING:
    from rig.evaluation.replay import Replayed


def _run(options: argparse.Namespace) -> int:
    record = record_meant(options)
    from rig.evaluation.replay import replay  # behind the look-up: a name that means no run is said at once
    from rig.record.reader import RecordReader

    identical = differing = renewed = 0
    with RecordReader(record) as reader:
        for one in replay(reader):
            word = _word(one)
            identical += one.identical
            renewed += word == RENEWED
            differing += not one.identical and word != RENEWED
            print(f"{one.result.verdict:<12} {word}  {one.result.plan}  {one.name}")
    if not identical + differing + renewed:
        print("the run holds no results")
        return 0
    by_rules = f", {renewed} with the same verdict by other rules than they were settled by" if renewed else ""
    print(f"{identical} identical, {differing} differing{by_rules}")
    return EXIT_FOUND_PROBLEMS if differing else 0


RENEWED = "same verdict by other rules"


def _word(one: Replayed) -> str:
    if one.identical:
        return "identical"
    if not one.same_verdict:
        return f"VERDICT DIFFERS, recorded {one.recorded.get('verdict')}"
    return RENEWED if one.other_rules else f"DIFFERS in {', '.join(one.differences)}"


COMMAND = RigCommand("replay", "recompute every verdict of a run from raw samples", takes_run, _run)
