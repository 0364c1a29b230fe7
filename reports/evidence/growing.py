"""Checks of what grows in a bundle: notes, signatures and the log of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reports.evidence.chained import Chain
from reports.evidence.container import Container
from reports.evidence.findings import Findings
from reports.evidence.growing_pdfs import check_reports
from reports.evidence.notes_of_bundle import chains_of, heads_of, open_words
from reports.evidence.signatures import not_covered, not_two_persons, read_signatures
from reports.evidence.statements import Role, SignatureSaid
from reports.evidence.time_stamp import Stamp
from reports.evidence.trust import TrustDocument, stamped_words, trusted_time, vouched
from rig.record.bodies.codec import Json


@dataclass(frozen=True, slots=True)
class Demands:
    """What signatures are held to: whose keys are trusted (None: nobody was named), and which roles must have signed.

    A role has signed when a signature in it is vouched for and covers every note.
    """

    trust: TrustDocument | None = None
    roles: tuple[Role, ...] = ()


NOTHING_DEMANDED = Demands()
_REVOCATION = "whether its certificate was revoked is not asked: say so by valid_to in the trust file"


def check_growing(container: Container, manifest: Mapping[str, Json], demands: Demands, findings: Findings) -> None:
    """Check notes, signatures and their log; without a trust file a signature is valid, and nobody vouches for it."""
    signed: list[Role] = []
    with findings.looking_at("notes"):
        heads = heads_of(manifest)
        notes = chains_of(container, heads)
        count = sum(len(chain.lines) for chain in notes.values())
        findings.ok("notes", f"{count} notes, each bound to those before it and to its record{open_words(notes)}")
        signed += _check_signatures(container, heads, notes, demands, findings)
    if demands.roles:
        lacking = [f"nobody who is trusted has signed it, with all its notes, as {role}" for role in demands.roles]
        wrong = [said for role, said in zip(demands.roles, lacking, strict=True) if role not in signed]
        findings.judged("roles", wrong, f"signed as {', '.join(demands.roles)}")


def _check_signatures(
    container: Container,
    heads: Mapping[str, str],
    notes: Mapping[str, Chain],
    demands: Demands,
    findings: Findings,
) -> list[Role]:
    """Check the signatures; return the roles in which somebody who is vouched for has signed all that there is."""
    signed: list[Role] = []
    with findings.looking_at("signatures"):
        signatures = read_signatures(container, heads, notes)
        if not signatures.said:
            findings.not_checked("signatures", "there are none: nobody has said that this is the bundle that was made")
            return signed
        findings.signed.extend(signatures.said)
        told = []
        for number, said in enumerate(signatures.said, 1):
            proven = _tell_time(number, signatures.stamps[number - 1], demands.trust, findings)
            told.append(_tell(number, said, proven, notes, demands, findings))
        check_reports(container, signatures.said, demands.trust, findings)
        findings.judged("author and approver", not_two_persons(signatures.said), "no approver is the author")
        findings.ok("log of signatures", f"{len(signatures.audit.lines)} lines, each bound to those before it")
        signed += [said.role for said, whole in zip(signatures.said, told, strict=True) if whole]
    return signed


def _tell_time(number: int, stamp: Stamp | None, trust: TrustDocument | None, findings: Findings) -> datetime | None:
    """Say what a time stamp is; return its time where a trusted authority says it, None otherwise."""
    if stamp is None:
        return None
    what, words = f"time stamp {number}", stamped_words(stamp)
    if trust is None:
        findings.ok(what, f"{words}; valid, authority not vouched for")
        return None
    found = trusted_time(trust, stamp)
    if not found.against:
        findings.ok(what, f"{words}; valid, vouched for as {found.said}; {_REVOCATION}")
        return stamp.at
    said = f"{words}; valid, but {found.against}: the time is the signer's own word"
    if trust.time_stamping_authority:
        findings.failed(what, said)
    else:
        findings.not_checked(what, said)
    return None


def _tell(
    number: int,
    said: SignatureSaid,
    proven: datetime | None,
    notes: Mapping[str, Chain],
    demands: Demands,
    findings: Findings,
) -> bool:
    """Say what a signature is; return whether it is vouched for and covers every note."""
    what = f"signature {number}"
    against, words = _trusted(said, proven, demands.trust)
    left_out = not_covered(said, notes)
    line = "; ".join(filter(None, [*_words(said), *words, left_out]))
    if against:
        findings.failed(what, line)
    else:
        findings.ok(what, line)
    return demands.trust is not None and not against and not left_out


def _trusted(said: SignatureSaid, proven: datetime | None, trust: TrustDocument | None) -> tuple[str, list[str]]:
    """Return what speaks against a signature, "" for nothing, and what a trust file says of it in words.

    Where an authority's time is proven, that one counts, whatever the signer's clock said.
    """
    if trust is None:
        return "", ["valid, signer not vouched for"]
    at = said.signed_at if proven is None else proven
    found = vouched(trust, key=said.key, name=said.signer, role=said.role, at=at, is_proven=proven is not None)
    return found.against, [f"valid, but {found.against}" if found.against else "valid, vouched for", found.said]


def _words(said: SignatureSaid) -> Iterator[str]:
    yield f"{said.signer} as {said.role}, {said.signed_at_utc} by {said.time_source}"
    if said.comment:
        yield f"comment: {said.comment}"
