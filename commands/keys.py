"""`rig keys new NAME`: a signer's key; `rig keys certificate NAME`: one that signs PDFs."""

import argparse
from functools import partial
from pathlib import Path

from commands.command import RigCommand


def _arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    new = actions.add_parser("new", help="make a key for a person")
    new.add_argument("name", metavar="NAME", help="the person's name, as signatures will show it")
    new.add_argument("--out", type=Path, metavar="FILE", help="the key's file (default: the name, in this folder)")
    new.add_argument(
        "--store",
        choices=("file", "keyring"),
        default="file",
        help="keep it in a file (default), or in the system's key store under the name of that file",
    )
    takes_passphrase(new)
    certificate = actions.add_parser("certificate", help="make a certificate with which a person signs PDFs")
    certificate.add_argument("name", metavar="NAME", help="the person's name, as readers of PDFs will show it")
    certificate.add_argument(
        "--out", type=Path, metavar="FILE", help="the PKCS#12 file (default: the name, in this folder)"
    )
    takes_passphrase(certificate)


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
    from reports.evidence.keys import key_path, new_key

    ask = partial(asked, descriptor=options.passphrase_fd)
    passphrase = asked_twice(ask) if options.passphrase_fd is None else ask("")
    path = options.out or key_path(options.name, Path())
    if options.action == "certificate":
        return _certificate(options, passphrase)
    if options.store == "keyring":
        return _stored(options, passphrase, path)
    public = new_key(options.name, passphrase, path)
    print(path)
    _tell_public(public)
    return _told_to_close(path)


def _stored(options: argparse.Namespace, passphrase: str, path: Path) -> int:
    from reports.evidence.key_store import PREFIX, new_stored_key, stored_as

    public = new_stored_key(options.name, passphrase, path)
    print(f"{PREFIX}{stored_as(path)}")
    _tell_public(public)
    return 0


def _tell_public(public: Path) -> None:
    print(f"{public}: for the file of trusted keys, once it says as what this person may sign")


def _certificate(options: argparse.Namespace, passphrase: str) -> int:
    from reports.evidence.certificates import SUFFIX, new_certificate
    from reports.evidence.keys import key_path
    from rig.clock import machine_utc_ns

    path = options.out or key_path(options.name, Path()).with_suffix(SUFFIX)
    public = new_certificate(options.name, passphrase, path, machine_utc_ns())
    print(path)
    print(f"{public}: for those who read what is signed with it, to be trusted by their readers of PDFs")
    return _told_to_close(path)


def _told_to_close(path: Path) -> int:
    from reports.evidence.keys import keeps_modes

    if not keeps_modes():
        print(f"{path}: see to it that nobody else can read it; this system does not do that by itself")
    return 0


COMMAND = RigCommand("keys", "make a key with which a person signs bundles", _arguments, _run)
