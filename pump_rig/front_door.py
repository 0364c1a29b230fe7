"""The command `rig` of an installed rig: whose packages these are, and then the command itself."""

import sys

from pump_rig.owners import NamesTakenError, demand_our_own

EXIT_ERROR = 2


def main() -> int:
    """Run one command and return its exit code; 2, with a name, when packages of the rig are somebody else's."""
    try:
        demand_our_own()
    except NamesTakenError as error:
        print(f"rig: {error}", file=sys.stderr)
        return EXIT_ERROR
    from commands.main import main as command

    return command()
