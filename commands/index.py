"""`rig index`: the page of all runs of a folder."""

import argparse

from commands.command import RigCommand, takes_runs


def _arguments(parser: argparse.ArgumentParser) -> None:
    takes_runs(parser)


def _run(options: argparse.Namespace) -> int:
    from reports.index.page import NAME, write_index

    write_index(options.runs)
    print(options.runs / NAME)
    return 0


COMMAND = RigCommand("index", "write the page of all runs into their folder", _arguments, _run)
