"""Signed data as time stamps are (CMS, RFC 5652): who signed what, checked with the certificate that lies in them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from reports.evidence import x509_in
from reports.evidence.der import OCTETS, SEQUENCE, SET, DerError, Value, read

SIGNED_DATA = "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
# Which certificate it was signed with (RFC 5035), by SHA-1 or by another hash.
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
SHA_256 = "2.16.840.1.101.3.4.2.1"
HASHES: dict[str, hashes.HashAlgorithm] = {
    SHA_256: hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
# Which hash each way to sign says; None: that of the signer's digest.
_RSA: dict[str, str | None] = {
    "1.2.840.113549.1.1.1": None,
    "1.2.840.113549.1.1.11": SHA_256,
    "1.2.840.113549.1.1.12": "2.16.840.1.101.3.4.2.2",
    "1.2.840.113549.1.1.13": "2.16.840.1.101.3.4.2.3",
}
_ECDSA = {
    "1.2.840.10045.4.3.2": SHA_256,
    "1.2.840.10045.4.3.3": "2.16.840.1.101.3.4.2.2",
    "1.2.840.10045.4.3.4": "2.16.840.1.101.3.4.2.3",
}
_ED25519 = "1.3.101.112"
_ZEROTH, _FIRST = 0xA0, 0xA1
_KEY_ID = 0x80


@dataclass(frozen=True, slots=True)
class SignedData:
    """What was signed and of which kind it is, by whom, and the other certificates that lie beside."""

    kind: str
    content: bytes
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]


def read_signed(data: bytes) -> SignedData:
    """Return signed data whose one signature is its signer's own.

    Raises DerError, with the reason, where it is none, where it has several signers or lacks the signer's certificate,
    where the signature is another's or on something else, or is made in a way that is not known here.
    """
    outer = read(data).within(SEQUENCE)
    if len(outer) != 2 or outer[0].name != SIGNED_DATA:
        raise DerError("no signed data")
    _, _, inner, *rest = read(outer[1].of(_ZEROTH)).within(SEQUENCE)
    kind, wrapped = _two(inner.within(SEQUENCE))
    content = read(wrapped.of(_ZEROTH)).of(OCTETS)
    signers = rest[-1].within(SET) if rest else []
    if len(signers) != 1:
        raise DerError(f"{len(signers)} signers; one is wanted")
    certificates = [_certificate(one) for part in rest if part.tag == _ZEROTH for one in part.within()]
    return _checked(signers[0].within(SEQUENCE), kind.name, content, certificates)


def _checked(parts: Sequence[Value], kind: str, content: bytes, certificates: Sequence[x509.Certificate]) -> SignedData:
    if len(parts) < 6 or parts[3].tag != _ZEROTH:
        raise DerError("a signer without signed attributes")
    _, who, digest, attributes, way, signature, *_ = parts
    signer = next((one for one in certificates if _is_meant(who, one)), None)
    if signer is None:
        raise DerError("the signer's certificate is not in it")
    hashing = digest.within(SEQUENCE)[0].name
    if hashing not in HASHES:
        raise DerError(f"hashed by {hashing}; SHA-256, SHA-384 and SHA-512 are known")
    said = _attributes(attributes)
    if said.get(CONTENT_TYPE, [Value(0, b"", b"")])[0].name != kind:
        raise DerError("what it says it signed is of another kind than what stands there")
    wanted = hashlib.new(HASHES[hashing].name, content).digest()
    if MESSAGE_DIGEST not in said or said[MESSAGE_DIGEST][0].of(OCTETS) != wanted:
        raise DerError("what was signed is not what stands there")
    if not _names(said, signer):
        raise DerError("it was signed with another certificate than the one that it names")
    _verify(signer, way.within(SEQUENCE)[0].name, hashing, signature.of(OCTETS), _as_set(attributes))
    return SignedData(kind, content, signer, tuple(one for one in certificates if one != signer))


def _attributes(attributes: Value) -> dict[str, list[Value]]:
    said: dict[str, list[Value]] = {}
    for one in attributes.within():
        name, values = _two(one.within(SEQUENCE))
        if name.name in said or not values.within(SET):
            raise DerError(f"attribute {name.name} stands there twice, or is empty")
        said[name.name] = values.within(SET)
    return said


def _as_set(attributes: Value) -> bytes:
    """Return the bytes that are signed: the attributes as the set that they are, RFC 5652, 5.4."""
    return bytes([SET]) + attributes.whole[1:]


def _names(said: dict[str, list[Value]], signer: x509.Certificate) -> bool:
    """Tell whether the signed attributes name this certificate as the signer's; RFC 3161 demands that they name one."""
    if SIGNING_CERTIFICATE_2 in said:
        first = said[SIGNING_CERTIFICATE_2][0].within(SEQUENCE)[0].within(SEQUENCE)[0].within(SEQUENCE)
        hashing = first[0].within(SEQUENCE)[0].name if first[0].tag == SEQUENCE else SHA_256
        found = first[first[0].tag == SEQUENCE].of(OCTETS)
        return hashing in HASHES and found == signer.fingerprint(HASHES[hashing])
    if SIGNING_CERTIFICATE in said:
        first = said[SIGNING_CERTIFICATE][0].within(SEQUENCE)[0].within(SEQUENCE)[0].within(SEQUENCE)
        return first[0].of(OCTETS) == signer.fingerprint(hashes.SHA1())  # noqa: S303 - RFC 2634 knows no other
    return False


def _is_meant(who: Value, one: x509.Certificate) -> bool:
    """Tell whether a signer's identifier means a certificate: by issuer and number, or by the id of its key."""
    if who.tag == _KEY_ID:
        try:
            found = one.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        except (x509.ExtensionNotFound, ValueError):
            return False
        return found == who.content
    issuer, number = _two(who.within(SEQUENCE))
    return issuer.whole == one.issuer.public_bytes() and number.number == one.serial_number


def _verify(signer: x509.Certificate, way: str, hashing: str, signature: bytes, signed: bytes) -> None:
    try:
        key = signer.public_key()
        if isinstance(key, rsa.RSAPublicKey) and way in _RSA:
            key.verify(signature, signed, padding.PKCS1v15(), HASHES[_RSA[way] or hashing])
        elif isinstance(key, ec.EllipticCurvePublicKey) and way in _ECDSA:
            key.verify(signature, signed, ec.ECDSA(HASHES[_ECDSA[way]]))
        elif isinstance(key, ed25519.Ed25519PublicKey) and way == _ED25519:
            key.verify(signature, signed)
        else:
            raise DerError(f"signed in a way that is not known here ({way})")
    except InvalidSignature as error:
        raise DerError("the signature is not that of the certificate that lies beside it") from error
    except (UnsupportedAlgorithm, ValueError) as error:
        raise DerError(f"its signature cannot be checked: {error}") from error


def _certificate(one: Value) -> x509.Certificate:
    try:
        return x509_in.from_der(one.whole)
    except ValueError as error:
        raise DerError(f"a certificate in it cannot be read: {error}") from error


def _two(values: Sequence[Value]) -> tuple[Value, Value]:
    if len(values) < 2:
        raise DerError("a part is missing")
    return values[0], values[1]
