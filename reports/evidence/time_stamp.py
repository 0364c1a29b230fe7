"""Time stamps (RFC 3161): an authority says that these bytes were there at its time. Asked for, read, and checked."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reports.evidence.cms import HASHES, SHA_256, SignedData, read_signed
from reports.evidence.der import (
    BOOLEAN,
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    TIME,
    DerError,
    Value,
    integer,
    named,
    octets,
    read,
    sequence,
    tagged,
)
from rig.errors import TimeStampError
from rig.plain_text import plain_text

_TIME_STAMP_INFO = "1.2.840.113549.1.9.16.1.4"
_GRANTED = (0, 1)  # granted, and granted with something changed
_FAILURES = {
    0: "it does not know the hash",
    2: "it may not do this",
    5: "it found the request malformed",
    14: "its source of time is away",
    15: "it does not know the policy",
    16: "it does not know the extension",
    17: "it lacks something that it needs",
    25: "it failed itself",
}
_LONGEST_CHAIN = 6
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a time stamp says, once its signature holds: when (UTC), how exactly (s; 0: not said), and of which hash.

    `number` is the authority's own, `nonce` what was asked with (None: nothing).
    """

    at: datetime
    within_s: float
    hashed_by: str
    imprint: bytes
    number: int
    nonce: int | None
    signed: SignedData = field(repr=False)

    @property
    def authority(self) -> str:
        """Return what the authority calls itself in its certificate."""
        names = self.signed.signer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        said = str(names[0].value) if names else self.signed.signer.subject.rfc4514_string()
        return plain_text(said)[:_LONGEST_NAME] or "an authority without a name"


def request_for(data: bytes, nonce: int) -> bytes:
    """Return what an authority is asked: a stamp on these bytes, with its certificates."""
    algorithm = sequence(named(SHA_256), tagged(NULL))
    imprint = sequence(algorithm, octets(hashlib.sha256(data).digest()))
    return sequence(integer(1), imprint, integer(nonce), tagged(BOOLEAN, b"\xff"))


def token_of(answer: bytes) -> bytes:
    """Return the time stamp in an authority's answer; raises TimeStampError where it refuses, or where it is none."""
    try:
        status, *token = read(answer).within(SEQUENCE)
        code, *more = status.within(SEQUENCE)
        number = code.number
    except (DerError, ValueError) as error:
        raise TimeStampError(f"what came is no answer of a time stamping authority: {error}") from error
    if number not in _GRANTED or not token:
        raise TimeStampError(f"the authority refused (status {number}): {_why(more)}")
    return token[0].whole


def read_stamp(token: bytes) -> Stamp:
    """Return what a time stamp says; raises TimeStampError where it is none, or its signature does not hold.

    The signer's certificate must be for time stamping alone. Whether anybody trusts it is another question.
    """
    try:
        signed = read_signed(token)
        _demand_purpose(signed.signer)
        return _stamp(signed)
    except (DerError, ValueError, IndexError, OverflowError, RecursionError) as error:
        raise TimeStampError(f"the time stamp does not hold: {error}") from error


def demand_stamp_on(stamp: Stamp, data: bytes) -> None:
    """Raise TimeStampError where a stamp is on other bytes."""
    if stamp.imprint != hashlib.new(HASHES[stamp.hashed_by].name, data).digest():
        raise TimeStampError("the time stamp is on something else")


def not_trusted(stamp: Stamp, trusted: Sequence[x509.Certificate]) -> str:
    """Return why a stamp does not lead to one of these certificates, at the time that it says itself; "" when it does.

    A certificate that is trusted may be the authority's own, or one from which its own was issued.
    """
    if not trusted:
        return "no authority is trusted"
    anything = verification.ExtensionPolicy.permit_all()
    of_authority = anything.require_present(x509.ExtendedKeyUsage, verification.Criticality.CRITICAL, None)
    of_issuers = anything.require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, None)
    builder = verification.PolicyBuilder().store(verification.Store(list(trusted))).time(stamp.at.replace(tzinfo=None))
    builder = builder.max_chain_depth(_LONGEST_CHAIN).extension_policies(ca_policy=of_issuers, ee_policy=of_authority)
    try:
        builder.build_client_verifier().verify(stamp.signed.signer, list(stamp.signed.others))
    except verification.VerificationError as error:
        return plain_text(str(error))
    return ""


def _why(more: Sequence[Value]) -> str:
    words = [text.content.decode(errors="replace") for part in more if part.tag == SEQUENCE for text in part.within()]
    for part in more:
        if part.tag != SEQUENCE:
            bits = part.content[1:]
            set_ = [at for at in range(8 * len(bits)) if bits[at // 8] >> (7 - at % 8) & 1]
            words += [_FAILURES.get(bit, f"failure {bit}") for bit in set_]
    return plain_text("; ".join(words))[:_LONGEST_NAME] or "it does not say why"


def _demand_purpose(certificate: x509.Certificate) -> None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise DerError("its certificate is not one for time stamping") from None
    if not found.critical or list(found.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise DerError("its certificate is not one for time stamping alone (RFC 3161, 2.3)")


def _stamp(signed: SignedData) -> Stamp:
    if signed.kind != _TIME_STAMP_INFO:
        raise DerError("it is signed, and no time stamp")
    version, _, imprint, number, at, *more = read(signed.content).within(SEQUENCE)
    if version.number != 1:
        raise DerError(f"version {version.number} of a time stamp; 1 is known")
    hashed_by = imprint.within(SEQUENCE)[0].within(SEQUENCE)[0].name
    if hashed_by not in HASHES:
        raise DerError(f"hashed by {hashed_by}; SHA-256, SHA-384 and SHA-512 are known")
    return Stamp(
        at=_moment(at.of(TIME).decode("ascii")),
        within_s=next((_seconds(one) for one in more if one.tag == SEQUENCE), 0.0),
        hashed_by=hashed_by,
        imprint=imprint.within(SEQUENCE)[1].of(OCTETS),
        number=number.number,
        nonce=next((one.number for one in more if one.tag == INTEGER), None),
        signed=signed,
    )


def _moment(text: str) -> datetime:
    """Return a GeneralizedTime, which RFC 3161 wants in UTC with or without a fraction."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    if not text.endswith("Z") or len(whole) != len("20260105120000") or not (whole + fraction).isdecimal():
        raise DerError(f"its time, {text[:40]!r}, is none")
    at = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return at + timedelta(microseconds=int(f"{fraction:0<6}"[:6]))


def _seconds(accuracy: Value) -> float:
    """Return how exact a time is said to be, in s: seconds, and then thousandths and millionths of them."""
    shares = {INTEGER: 1.0, 0x80: 1e-3, 0x81: 1e-6}
    found = 0.0
    for part in accuracy.within():
        if part.tag not in shares:
            raise DerError("an accuracy that is none")
        found += shares[part.tag] * int.from_bytes(part.content)
    return found
