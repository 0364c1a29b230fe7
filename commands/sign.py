"""`rig sign BUNDLE`: a person's signature on a bundle."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import RigCommand
from commands.keys import takes_passphrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.evidence.certificates import Certificate
    from reports.evidence.keys import Signer

TIMESTAMP_URL = "RIG_TIMESTAMP_URL"
ROLES = ("author", "reviewer", "approver")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the file that `rig bundle` wrote")
    parser.add_argument("--key", required=True, metavar="FILE", help="the signer's key, or keyring:NAME")
    parser.add_argument("--as", dest="role", required=True, choices=ROLES, help="what the signature means")
    parser.add_argument("--comment", default="", metavar="TEXT", help="what the signer says besides")
    parser.add_argument(
        "--timestamp",
        metavar="URL",
        help=f"ask this authority for a time stamp, RFC 3161 (default: {TIMESTAMP_URL} of the environment, else none)",
    )
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="sign the reports in themselves too, with this PKCS#12 file; its passphrase is asked first",
    )
    takes_passphrase(parser)


def _run(options: argparse.Namespace) -> int:
    from reports.evidence.authority import Authority
    from reports.evidence.layout import signed_pdf_name
    from reports.evidence.signing import Wish, sign_bundle
    from reports.evidence.statements import Role
    from reports.evidence.trust import moment
    from rig.clock import machine_utc_ns

    url = os.environ.get(TIMESTAMP_URL, "") if options.timestamp is None else options.timestamp
    wish = Wish(Role(options.role), options.comment, Authority(url) if url else None, _certificate(options))
    signed = sign_bundle(options.bundle, lambda: _signer(options), wish, machine_utc_ns)
    said, stamp = signed.said, signed.stamp
    print(f"{options.bundle}: signed by {said.signer} as {said.role}, {said.signed_at_utc}")
    if stamp is not None:
        print(f"time stamp: {moment(stamp.at)} by {stamp.authority}")
    for run in said.pdfs:
        print(f"{signed_pdf_name(run)} in it: the report with the signature in its first page's margin")
    print(f"{said.role}: {said.meaning}")
    if said.mocked:
        print("it holds simulated data: no evidence of a physical bench or pump")
    return 0


def _certificate(options: argparse.Namespace) -> "Callable[[], Certificate] | None":
    from commands.passphrase import asked
    from reports.evidence.certificates import open_certificate
    from rig.clock import machine_utc_ns

    path = options.certificate
    if path is None:
        return None
    return lambda: open_certificate(
        path, lambda: asked(f"passphrase of {path}: ", options.passphrase_fd), machine_utc_ns()
    )


def _signer(options: argparse.Namespace) -> "Signer":
    from commands.passphrase import asked
    from reports.evidence.key_store import PREFIX, failed_in_store, open_stored_key
    from reports.evidence.keys import failed_before, open_key

    given = str(options.key)
    called = given.removeprefix(PREFIX)
    failed = failed_in_store(called) if called != given else failed_before(Path(given))
    if failed:
        print(f"{given}: {failed} wrong passphrase{'s' * (failed > 1)} since it was opened last", file=sys.stderr)

    def ask() -> str:
        return asked(f"passphrase of {given}: ", options.passphrase_fd)

    return open_stored_key(called, ask) if called != given else open_key(Path(given), ask)


COMMAND = RigCommand("sign", "sign a bundle as its author, reviewer or approver", _arguments, _run)
