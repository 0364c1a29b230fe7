"""`rig keys new NAME`: a signer's key."""

import argparse
from functools import partial
from pathlib import Path

from commands.command import RigCommand


def _arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    new = actions.add_parser("new", help="make a key for a person")
    new.add_argument("name", metavar="NAME", help="the person's name, as signatures will show it")
    new.add_argument("--out", type=Path, metavar="FILE", help="the key's file (default: the name, in this folder)")
    takes_passphrase(new)


def takes_passphrase(parser: argparse.ArgumentParser) -> None:
    """Declare --passphrase-fd, which becomes `options.passphrase_fd`."""
    parser.add_argument(
        "--passphrase-fd",
        type=int,
        metavar="N",
        help="read the passphrase as a line from this file descriptor (default: ask on the terminal)",
    )


def _run(options: argparse.Namespace) -> int:
    from commands.passphrase import asked, asked_twice
    from reports.evidence.keys import keeps_modes, key_path, new_key

    path = options.out or key_path(options.name, Path())
    ask = partial(asked, descriptor=options.passphrase_fd)
    passphrase = asked_twice(ask) if options.passphrase_fd is None else ask("")
    public = new_key(options.name, passphrase, path)
    print(path)
    print(f"{public}: for the file of trusted keys, once it says as what this person may sign")
    if not keeps_modes():
        print(f"{path}: see to it that nobody else can read it; this system does not do that by itself")
    return 0


COMMAND = RigCommand("keys", "make a key with which a person signs bundles", _arguments, _run)
