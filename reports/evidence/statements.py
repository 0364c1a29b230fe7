"""What a signature on a bundle says: who, when, what it means, and of exactly what."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reports.evidence.canonical import canonical_bytes, read_canonical
from reports.evidence.layout import MANIFEST
from reports.evidence.manifest import STATEMENT
from rig.errors import BundleError, RecordError
from rig.record.bodies.codec import Json, from_body, to_body

SIGNATURE = "urn:pump-rig:signature:1"


# Who says when it was signed. Where a time stamp was asked for, the signature says so itself: none can be taken out.
OWN_CLOCK = "the clock of the signer's computer"
STAMPED = "the clock of the signer's computer, with a time stamp (RFC 3161)"


class Role(StrEnum):
    """What a signature means."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    APPROVER = "approver"


MEANINGS = {
    Role.AUTHOR: "I bundled these runs; they are complete and none of them is left out that belongs to them.",
    Role.REVIEWER: "I have read these records and reports, and what they say follows from what was measured.",
    Role.APPROVER: "I approve these results for the use that they were made for.",
}


@dataclass(frozen=True, slots=True)
class NotesCovered:
    """How many notes on a run there were when it was signed, and the end of their chain."""

    count: int
    head: str


@dataclass(frozen=True, slots=True)
class PdfCovered:
    """The report with this signature in it: its size and SHA-256 then, and that of the certificate it was signed with.

    Who signs later adds to the file behind these bytes.
    """

    size: int
    sha256: str
    certificate: str


@dataclass(frozen=True, slots=True)
class SignatureSaid:
    """What is signed. `audit` is the end of the chain of signatures before this one, `time_source` who says the time.

    `attestation` is the SHA-256 of the attestation's payload, `records` the end of each record's chain, `pdfs` the
    reports that were signed in themselves, by their runs.
    """

    signer: str
    key: str
    role: Role
    meaning: str
    comment: str
    signed_at_utc: str
    time_source: str
    records: dict[str, str]
    attestation: str
    audit: str
    mocked: bool
    notes: dict[str, NotesCovered] = field(default_factory=dict)
    pdfs: dict[str, PdfCovered] = field(default_factory=dict)

    @property
    def is_stamped(self) -> bool:
        """Tell whether a time stamp belongs to it; raises BundleError where its time is from elsewhere."""
        if self.time_source not in (OWN_CLOCK, STAMPED):
            raise BundleError(f"its time is that of {self.time_source[:60]!r}, which no rig signs by")
        return self.time_source == STAMPED

    @property
    def signed_at(self) -> datetime:
        """Return when it was signed; raises BundleError where that is no moment."""
        try:
            at = datetime.fromisoformat(self.signed_at_utc)
        except ValueError as error:
            raise BundleError(f"it was signed at {self.signed_at_utc!r}, which is no moment") from error
        if at.tzinfo is None:
            raise BundleError(f"it was signed at {self.signed_at_utc!r}, without a zone")
        return at


def statement_of(said: SignatureSaid, manifest_sha256: str) -> bytes:
    """Return the in-toto statement that is signed, about the manifest with this hash."""
    subject = [{"name": MANIFEST, "digest": {"sha256": manifest_sha256}}]
    # Without signed reports there is no word of them, as in what was signed before there were any.
    predicate = {key: one for key, one in to_body(said).items() if key != "pdfs" or one}
    whole = {"_type": STATEMENT, "predicateType": SIGNATURE, "subject": subject, "predicate": predicate}
    return canonical_bytes(whole, "a signature's statement")


def read_statement(payload: bytes, manifest_sha256: str, what: str) -> SignatureSaid:
    """Return what a signature says; raises BundleError where it is none of this manifest, or in another form."""
    whole: Mapping[str, Json] = read_canonical(payload, what)
    try:
        said = from_body(SignatureSaid, whole.get("predicate", {}), what)
    except RecordError as error:
        raise BundleError(str(error)) from error
    if statement_of(said, manifest_sha256) != payload:
        raise BundleError(f"{what} is about another manifest than this bundle's, or says more than a signature does")
    return said


def sha256_of(data: bytes) -> str:
    """Return the hash of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()
