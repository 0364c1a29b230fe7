"""The `rig` command: its parser, whom a command goes to, what errors look like, and exit codes.

Each command is a file beside this one, which holds a `COMMAND` and imports a room only when it is called, so that
`rig --help` is quick. A command is added by writing its file and naming it in `COMMANDS`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from commands import (
    bench,
    blanks,
    bundle,
    clear,
    compare,
    dashboards,
    duration,
    export,
    gage,
    history,
    impact,
    index,
    init,
    keys,
    note,
    notes,
    prove,
    qualify,
    replay,
    report,
    requirements,
    runs,
    salvage,
    sign,
    stream,
    sync,
    twins,
    verify,
)
from commands.command import EXIT_ERROR, EXIT_INTERRUPTED, RigCommand
from commands.plain_output import plain_output
from commands.version import SayVersion
from rig.errors import RigError

# In the order of `rig --help`.
COMMANDS: tuple[RigCommand, ...] = (
    init.COMMAND,
    bench.COMMAND,
    clear.COMMAND,
    duration.COMMAND,
    blanks.COMMAND,
    prove.COMMAND,
    gage.COMMAND,
    qualify.COMMAND,
    twins.COMMAND,
    runs.COMMAND,
    history.COMMAND,
    index.COMMAND,
    requirements.COMMAND,
    impact.COMMAND,
    replay.COMMAND,
    report.COMMAND,
    compare.COMMAND,
    note.COMMAND,
    notes.COMMAND,
    bundle.COMMAND,
    keys.COMMAND,
    sign.COMMAND,
    verify.COMMAND,
    export.COMMAND,
    salvage.COMMAND,
    sync.COMMAND,
    stream.COMMAND,
    dashboards.COMMAND,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when all is well, 1 when it found what it looks for, 2 when it could not look.

    130, as shells have it, says that Ctrl-C ended it.
    """
    # As with `python -m pytest`: drivers and firmware of one's own are found in the current folder.
    sys.path.insert(0, str(Path.cwd()))
    try:
        with plain_output():
            return _run(arguments)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe has gone; nobody is left to tell
        return EXIT_ERROR


def _run(arguments: Sequence[str] | None) -> int:
    options = parser().parse_args(arguments)
    try:
        return int(options.run_command(options))
    except RigError as error:
        print(f"rig: {error}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        print("rig: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(prog="rig", description="hardware-in-the-loop rig for implantable drug pumps")
    whole.add_argument("--version", action=SayVersion, nargs=0, help="say which rig this is")
    nouns = whole.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        own = nouns.add_parser(command.name, help=command.summary, description=command.summary)
        own.set_defaults(run_command=command.run)
        command.arguments(own)
    return whole


if __name__ == "__main__":
    sys.exit(main())
