"""The signatures of a bundle and the log of them, read and held to each other, to the notes and to a trust file."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from reports.evidence.chained import Chain, read_chain
from reports.evidence.container import Container
from reports.evidence.dsse import Envelope, is_sealed, key_from_text, key_id, read_envelope
from reports.evidence.layout import (
    ATTESTATION,
    AUDIT,
    MANIFEST,
    SIGNATURES,
    TIME_STAMPS,
    signature_name,
    time_stamp_name,
)
from reports.evidence.signed_pdfs import hold_pdfs
from reports.evidence.statements import MEANINGS, Role, SignatureSaid, read_statement, sha256_of
from reports.evidence.time_stamp import Stamp, demand_stamp_on, read_stamp
from rig.errors import BundleError, TimeStampError
from rig.record.bodies.codec import Json, to_body

SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the log: which signature was made, by whom, when, and what it means.

    `time_stamp` is the SHA-256 of its time stamp, "" without one.
    """

    event: str
    signature: str
    sha256: str
    signer: str
    keyid: str
    role: Role
    at_utc: str
    time_stamp: str = ""

    def as_line(self) -> dict[str, Json]:
        """Return what is written; a signature without a time stamp has no word of one."""
        return {key: said for key, said in to_body(self).items() if key != "time_stamp" or said}


@dataclass(frozen=True, slots=True)
class Signatures:
    """What a bundle's signatures say, in order, once all of them hold; their time stamps, and the log's chain.

    `stamps` has None for a signature that says itself that it has none.
    """

    said: tuple[SignatureSaid, ...]
    stamps: tuple[Stamp | None, ...]
    audit: Chain
    attestation: Envelope


def audit_about(manifest_sha256: str) -> str:
    """Return what a log of signatures is about: the manifest with this hash."""
    return f"pump rig signatures, 1, on the manifest {manifest_sha256}"


def read_signatures(container: Container, heads: Mapping[str, str], notes: Mapping[str, Chain]) -> Signatures:
    """Return the signatures of a bundle whose records end so and that has these notes.

    Raises BundleError for the first that is missing, was changed, is on something else or was made by another key.
    """
    manifest = container.members[MANIFEST].sha256
    audit = read_chain(container.read(AUDIT), audit_about(manifest), AUDIT)
    if audit.problem:
        raise BundleError(audit.problem)
    names = container.names(SIGNATURES)
    if names != [signature_name(number) for number in range(1, len(audit.lines) + 1)]:
        raise BundleError(f"{AUDIT} tells of {len(audit.lines)} signatures, and there are {', '.join(names) or 'none'}")
    attestation = read_envelope(container.read(ATTESTATION), ATTESTATION)
    if len(attestation.seals) != len(names):
        raise BundleError(f"{ATTESTATION} has {len(attestation.seals)} signatures, and {len(names)} persons signed")
    said = [_read(container, name, manifest) for name in names]
    stamps = _stamps(container, said)
    hold_pdfs(container, said)
    for number, one in enumerate(said):
        _hold(names[number], one, number, audit, attestation)
        _hold_to_contents(names[number], one, heads, notes)
        line = audit_line(container, number + 1, one)
        if audit.lines[number] | line.as_line() != audit.lines[number]:
            raise BundleError(f"{AUDIT}, line {number + 1}: it tells of another signature than {names[number]}")
    return Signatures(tuple(said), stamps, audit, attestation)


def audit_line(container: Container, number: int, said: SignatureSaid) -> AuditLine:
    """Return the line that the log has of a signature in a bundle, counted from 1."""
    name, stamp = signature_name(number), time_stamp_name(number)
    time_stamp = container.members[stamp].sha256 if said.is_stamped else ""
    return line_of(name, container.members[name].sha256, said, time_stamp)


def line_of(name: str, sha256: str, said: SignatureSaid, time_stamp: str = "") -> AuditLine:
    """Return the line that the log has of a signature with this hash, and a time stamp with that one."""
    keyid = key_id(key_from_text(said.key))
    return AuditLine(SIGNED, name, sha256, said.signer, keyid, said.role, said.signed_at_utc, time_stamp)


def not_two_persons(signed: Sequence[SignatureSaid]) -> Iterator[str]:
    """Yield where one person is author and approver: the same key, or the same name."""
    for one, other in combinations(signed, 2):
        if {one.role, other.role} == {Role.AUTHOR, Role.APPROVER}:
            if one.key == other.key:
                yield f"{one.signer} is author and approver by the same key"
            elif _same_name(one.signer, other.signer):
                yield f"author and approver have the same name, {other.signer}"


def not_covered(said: SignatureSaid, notes: Mapping[str, Chain]) -> str:
    """Return which notes were made after a signature, in words; "" for none."""
    found = []
    for run, chain in notes.items():
        first, last = said.notes[run].count + 1 if run in said.notes else 1, len(chain.lines)
        if first <= last:
            numbers = f"note {first}" if first == last else f"notes {first}-{last}"
            found.append(f"{numbers} on {run}")
    return f"does not cover {', '.join(found)}" if found else ""


def _read(container: Container, name: str, manifest: str) -> SignatureSaid:
    envelope = read_envelope(container.read(name), name)
    said = read_statement(envelope.payload, manifest, name)
    key = key_from_text(said.key)
    if len(envelope.seals) != 1 or not is_sealed(envelope.payload, envelope.seals[0], key):
        raise BundleError(f"{name}: what {said.signer} signed is not what stands there")
    if said.meaning != MEANINGS[said.role]:
        raise BundleError(f"{name}: it means something else than an {said.role}'s signature")
    return said


def _stamps(container: Container, said: Sequence[SignatureSaid]) -> tuple[Stamp | None, ...]:
    """Return the time stamp of each signature that says that it has one; None for the others."""
    wanted = [time_stamp_name(number) for number, one in enumerate(said, 1) if one.is_stamped]
    found = container.names(TIME_STAMPS)
    if found != wanted:
        raise BundleError(f"the signatures have the time stamps {wanted}, and there are {found}")
    return tuple(_stamp(container, number) if one.is_stamped else None for number, one in enumerate(said, 1))


def _stamp(container: Container, number: int) -> Stamp:
    name = time_stamp_name(number)
    try:
        stamp = read_stamp(container.read(name))
        demand_stamp_on(stamp, container.read(signature_name(number)))
    except TimeStampError as error:
        raise BundleError(f"{name}: {error}") from error
    return stamp


def _hold(name: str, said: SignatureSaid, number: int, audit: Chain, attestation: Envelope) -> None:
    key = key_from_text(said.key)
    if not is_sealed(attestation.payload, attestation.seals[number], key):
        raise BundleError(f"{ATTESTATION}: its signature {number + 1} is not {said.signer}'s on what stands there")
    if said.attestation != sha256_of(attestation.payload):
        raise BundleError(f"{name} is on another attestation")
    if said.audit != audit.head_at(number):
        raise BundleError(f"{name} does not follow the signatures that stand before it")


def _hold_to_contents(name: str, said: SignatureSaid, heads: Mapping[str, str], notes: Mapping[str, Chain]) -> None:
    if said.records != dict(heads):
        raise BundleError(f"{name} is on other records")
    for run, covered in said.notes.items():
        chain = notes.get(run)
        if chain is None or not 0 <= covered.count <= len(chain.lines) or chain.head_at(covered.count) != covered.head:
            raise BundleError(f"{name} covers {covered.count} notes on {run}, which are not those that stand there")


def _same_name(one: str, other: str) -> bool:
    plain = (" ".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in (one, other))
    return len(set(plain)) == 1
