"""`rig salvage RECORD OUT`: what can be read of a damaged record."""

import argparse
from pathlib import Path

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("record", type=Path, metavar="RECORD", help="the damaged record's path; it is not touched")
    parser.add_argument("out", type=Path, metavar="OUT", help="the new record's path, which ends with .rig.db")


def _run(options: argparse.Namespace) -> int:
    from rig.record.salvage import ranges, salvage

    found = salvage(options.record, options.out)
    print(f"{options.out}: {found.taken} entries taken over")
    print(f"missing: {ranges(found.missing)}")
    print(f"not proven by the one before: {ranges(found.unproven)}")
    if not found.has_stop:
        print("the end of the run is missing: how much was recorded behind it is not known")
    return 0 if found.is_whole else EXIT_FOUND_PROBLEMS


COMMAND = RigCommand("salvage", "write what can be read of a damaged record into a new one", _arguments, _run)
