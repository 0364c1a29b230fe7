"""`rig verify BUNDLE`: is it whole, unchanged, and does all in it follow from its records?"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand
from commands.sign import ROLES
from rig.errors import EvidenceError

if TYPE_CHECKING:
    from reports.evidence.findings import Findings


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the file that `rig bundle` wrote")
    parser.add_argument("--trust", type=Path, metavar="FILE", help="whose keys are trusted, in which roles")
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        choices=ROLES,
        help="fail unless somebody trusted has signed it as this, with all its notes; may be said again",
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def _run(options: argparse.Namespace) -> int:
    from reports.evidence.growing import Demands
    from reports.evidence.statements import Role
    from reports.evidence.trust import load_trust
    from reports.evidence.verify import verify_bundle

    if options.role and options.trust is None:
        raise EvidenceError("--role asks who is trusted to sign as this: name them with --trust FILE")
    trust = load_trust(options.trust) if options.trust is not None else None
    findings = verify_bundle(options.bundle, Demands(trust, tuple(map(Role, options.role))))
    if options.json:
        print(json.dumps(_as_json(options.bundle, findings), indent=2, ensure_ascii=False))
    else:
        _print(options.bundle, findings)
    return 0 if findings.held else EXIT_FOUND_PROBLEMS


def _print(bundle: Path, findings: Findings) -> None:
    for one in findings.in_order:
        print(f"{one.found:<12} {one.what}: {one.said}")
    failed = sum(one.found == "FAILED" for one in findings.made)
    left = sum(one.found == "not checked" for one in findings.made)
    print(f"{bundle}: {len(findings.made)} checks, {failed} failed, {left} not made")


def _as_json(bundle: Path, findings: Findings) -> dict[str, object]:
    from rig.record.bodies.codec import to_body

    checks = [{"what": one.what, "found": one.found, "said": one.said, "entry": one.seq} for one in findings.in_order]
    return {
        "bundle": bundle.name,
        "held": findings.held,
        "checks": checks,
        "signatures": list(map(to_body, findings.signed)),
    }


COMMAND = RigCommand(
    "verify", "check a bundle: files, chains, verdicts, reports, notes and signatures", _arguments, _run
)
