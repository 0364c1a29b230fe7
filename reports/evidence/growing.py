"""Checks of what grows in a bundle: notes, signatures and the log of them."""

from collections.abc import Mapping

from reports.evidence.chained import Chain
from reports.evidence.container import Container
from reports.evidence.findings import Findings
from reports.evidence.notes_of_bundle import chains_of, heads_of
from reports.evidence.signatures import not_covered, not_two_persons, read_signatures
from reports.evidence.statements import SignatureSaid
from reports.evidence.trust import TrustDocument, vouched
from rig.record.bodies.codec import Json


def check_growing(
    container: Container, manifest: Mapping[str, Json], trust: TrustDocument | None, findings: Findings
) -> None:
    """Check notes, signatures and their log; without a trust file a signature is valid, and nobody vouches for it."""
    with findings.looking_at("notes"):
        heads = heads_of(manifest)
        notes = chains_of(container, heads)
        count = sum(len(chain.lines) for chain in notes.values())
        findings.ok("notes", f"{count} notes, each bound to those before it and to its record")
        _check_signatures(container, heads, notes, trust, findings)


def _check_signatures(
    container: Container,
    heads: Mapping[str, str],
    notes: Mapping[str, Chain],
    trust: TrustDocument | None,
    findings: Findings,
) -> None:
    with findings.looking_at("signatures"):
        signatures = read_signatures(container, heads, notes)
        if not signatures.said:
            findings.not_checked("signatures", "there are none: nobody has said that this is the bundle that was made")
            return
        for number, said in enumerate(signatures.said, 1):
            _tell(number, said, notes, trust, findings)
        findings.judged(
            "author and approver",
            not_two_persons(signatures.said),
            "no approver is the author",
        )
        findings.ok("log of signatures", f"{len(signatures.audit.lines)} lines, each bound to those before it")


def _tell(
    number: int, said: SignatureSaid, notes: Mapping[str, Chain], trust: TrustDocument | None, findings: Findings
) -> None:
    what = f"signature {number}"
    with findings.looking_at(what):
        words = [f"{said.signer} as {said.role}, {said.signed_at_utc} by {said.time_source}"]
        against = ""
        if trust is None:
            words.append("valid, signer not vouched for")
        else:
            found = vouched(trust, key=said.key, name=said.signer, role=said.role, at=said.signed_at)
            against = found.against
            words += [f"valid, but {against}" if against else "valid, vouched for", found.said]
        words += [not_covered(said, notes), f"comment: {said.comment}" if said.comment else ""]
        line = "; ".join(filter(None, words))
        if against:
            findings.failed(what, line)
        else:
            findings.ok(what, line)
