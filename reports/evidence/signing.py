"""Signing a bundle: nobody signs what does not verify, and nobody approves what they wrote."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from reports.evidence.authority import Authority
from reports.evidence.certificates import Certificate
from reports.evidence.container import Content, write_container
from reports.evidence.dsse import Envelope
from reports.evidence.findings import Found
from reports.evidence.held import held
from reports.evidence.keys import Signer
from reports.evidence.layout import ATTESTATION, AUDIT, MANIFEST, record_name, signature_name, time_stamp_name
from reports.evidence.notes_of_bundle import chains_of, heads_of
from reports.evidence.signatures import line_of, not_two_persons, read_signatures
from reports.evidence.signed_pdfs import PdfWish, demand_pades, sign_reports
from reports.evidence.statements import (
    MEANINGS,
    OWN_CLOCK,
    STAMPED,
    NotesCovered,
    Role,
    SignatureSaid,
    sha256_of,
    statement_of,
)
from reports.evidence.time_stamp import Stamp
from reports.evidence.verify import Opened, opened, verify_bundle
from rig.clock import iso_utc
from rig.errors import SigningRefusedError

_LONGEST_COMMENT = 4_000


@dataclass(frozen=True, slots=True)
class Wish:
    """As what somebody wants to sign, and what they say besides.

    `authority` gives the time stamp, `certificate` signs the reports in themselves and is asked where the bundle is
    found to hold; None for none.
    """

    role: Role
    comment: str = ""
    authority: Authority | None = None
    certificate: Callable[[], Certificate] | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """What a new signature says, and its time stamp; None where none was wished for."""

    said: SignatureSaid
    stamp: Stamp | None


def sign_bundle(path: Path, signer: Callable[[], Signer], wish: Wish, now_ns: Callable[[], int]) -> Signed:
    """Add a signature to a bundle, in place, and return what it says.

    `signer` is asked once the bundle is found to hold: it asks for the passphrase. `now_ns` gives UTC ns.

    Raises SigningRefusedError for a bundle that does not verify and for a person who may not sign as this, what
    `signer` raises, TimeStampError where no time stamp comes that holds, ExportError when the file cannot be written or
    somebody else is signing it.
    """
    if len(wish.comment) > _LONGEST_COMMENT:
        raise SigningRefusedError(f"a comment of {len(wish.comment)} letters; {_LONGEST_COMMENT} are the most")
    if wish.certificate is not None:
        demand_pades()  # before anybody is asked for a passphrase
    with held(path):
        _demand_sound(path)
        with opened(path) as bundle:
            certificate = None if wish.certificate is None else wish.certificate()
            signed, contents = _signed(bundle, signer(), certificate, wish, now_ns)
            bundle.container.close()  # some systems give an open file no other content
            write_container(path, contents)
    return signed


def _demand_sound(path: Path) -> None:
    wrong = [one for one in verify_bundle(path).in_order if one.found is Found.FAILED]
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise SigningRefusedError(f"{path} does not verify, so nobody signs it: {wrong[0].what}: {wrong[0].said}{more}")


def _signed(
    bundle: Opened, signer: Signer, certificate: Certificate | None, wish: Wish, now_ns: Callable[[], int]
) -> tuple[Signed, dict[str, Content]]:
    """Return what is said now, and all that the bundle holds with it."""
    container = bundle.container
    heads = heads_of(bundle.manifest)
    notes = chains_of(container, heads)
    before = read_signatures(container, heads, notes)
    said = SignatureSaid(
        signer=signer.name,
        key=signer.public,
        role=wish.role,
        meaning=MEANINGS[wish.role],
        comment=wish.comment,
        signed_at_utc=iso_utc(now_ns()),
        time_source=OWN_CLOCK if wish.authority is None else STAMPED,
        records=heads,
        attestation=sha256_of(before.attestation.payload),
        audit=before.audit.head,
        mocked=bool(bundle.manifest["mocked"]),
        notes={run: NotesCovered(len(chain.lines), chain.head) for run, chain in notes.items()},
    )
    clash = next(not_two_persons((*before.said, said)), "")
    if clash:
        raise SigningRefusedError(f"{clash}: an approver is somebody else than the author")
    signed_pdfs: dict[str, bytes] = {}
    if certificate is not None:
        covered, signed_pdfs = sign_reports(container, before.said, said, PdfWish(certificate, wish.authority, now_ns))
        said = replace(said, pdfs=covered)
    payload = statement_of(said, container.members[MANIFEST].sha256)
    envelope = Envelope(payload).sealed_by(signer.key).as_bytes()
    token, stamp = (b"", None) if wish.authority is None else wish.authority.stamp(envelope, now_ns)
    number = len(before.said) + 1
    name = signature_name(number)
    logged = line_of(name, sha256_of(envelope), said, sha256_of(token) if token else "")
    records = {record_name(run): path for run, path in bundle.records.items()}
    contents: dict[str, Content] = {
        one: records[one] if one in records else container.read(one) for one in container.members
    }
    contents |= {
        **signed_pdfs,
        name: envelope,
        ATTESTATION: before.attestation.sealed_by(signer.key).as_bytes(),
        AUDIT: container.read(AUDIT) + before.audit.next_line(logged.as_line()),
    }
    if token:
        contents[time_stamp_name(number)] = token
    return Signed(said, stamp), contents
