"""`rig replay RUN`: every verdict once more, from raw samples."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_run
from commands.records import record_meant
from rig.errors import RecordCorruptError

if TYPE_CHECKING:
    from rig.evaluation.replay import Replayed
    from rig.record.reader import RecordReader


# Shorter ones are met by chance, or on purpose.
_LEAST_HEX = 16


def _arguments(parser: argparse.ArgumentParser) -> None:
    takes_run(parser)
    parser.add_argument(
        "--head", type=_head, metavar="HASH", help="refuse a record whose head is another than the one that was kept"
    )


def _head(text: str) -> str:
    """Return the beginning of a hash."""
    head = text.strip().lower()
    if not (_LEAST_HEX <= len(head) <= 64 and set(head) <= set("0123456789abcdef")):
        raise argparse.ArgumentTypeError(f"found {text!r}; {_LEAST_HEX} to 64 digits of 0-9 and a-f are wanted")
    return head


def _demand_head(reader: RecordReader, wanted: str) -> None:
    head = reader.head()
    if not head.startswith(wanted):
        raise RecordCorruptError(
            f"{reader.path}: its head is {head}, not {wanted}: this is not the record that was kept in mind, though "
            "its chain may hold; compare with a copy from where the head was kept"
        )


def _run(options: argparse.Namespace) -> int:
    record = record_meant(options)
    from rig.evaluation.replay import replay  # behind the look-up: a name that means no run is said at once
    from rig.record.reader import RecordReader

    identical = differing = renewed = 0
    with RecordReader(record) as reader:
        if options.head is not None:
            _demand_head(reader, options.head)
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


COMMAND = RigCommand("replay", "recompute every verdict of a run from raw samples", _arguments, _run)
