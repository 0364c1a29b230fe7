"""`rig clear BENCH`: somebody has looked at a latched bench, and lets runs begin again."""

import argparse
import os
import sys

from commands.command import EXIT_ERROR, EXIT_FOUND_PROBLEMS, RigCommand


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bench", metavar="BENCH", help="the bench's name, as its bench file has it")
    parser.add_argument("--operator", default="", metavar="NAME", help="who has looked (default: RIG_OPERATOR)")
    parser.add_argument("--history", action="store_true", help="say what latched and cleared it, and change nothing")


def _run(options: argparse.Namespace) -> int:
    from rig.safety.latch import clear, history

    if options.history:
        for line in history(options.bench):
            print(f"{line.at}  {line.what} by {line.by}: {line.why}")
        return 0
    operator = options.operator or os.environ.get("RIG_OPERATOR", "")
    if not operator.strip():
        print("rig: who has looked at the bench? give --operator NAME, or set RIG_OPERATOR", file=sys.stderr)
        return EXIT_ERROR
    found = clear(options.bench, operator, "rig clear")
    if found is None:
        print(f"bench {options.bench} is not latched on this machine", file=sys.stderr)
        return EXIT_FOUND_PROBLEMS
    print(
        f"bench {options.bench} is cleared by {operator}; it was latched at {found.at} UTC by {found.by}: {found.why}"
    )
    return 0


COMMAND = RigCommand("clear", "let runs begin again on a bench that an interlock has latched", _arguments, _run)
