"""DSSE envelopes (https://github.com/secure-systems-lab/dsse, v1): what exactly is signed, and by which key."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reports.evidence.canonical import canonical_bytes, read_canonical
from rig.errors import BundleError, KeyFileError

PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True)
class Seal:
    """One signature (64 bytes of Ed25519) and the id of the key that made it."""

    keyid: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload and the signatures on it."""

    payload: bytes
    seals: tuple[Seal, ...] = ()

    def sealed_by(self, key: Ed25519PrivateKey) -> "Envelope":
        """Return the envelope with one more signature."""
        seal = Seal(key_id(key.public_key()), key.sign(pre_authentication(self.payload)))
        return Envelope(self.payload, (*self.seals, seal))

    def as_bytes(self) -> bytes:
        """Return the envelope as a file has it."""
        seals = [{"keyid": seal.keyid, "sig": _text(seal.signature)} for seal in self.seals]
        said = {"payload": _text(self.payload), "payloadType": PAYLOAD_TYPE, "signatures": seals}
        return canonical_bytes(said, "an envelope")


def pre_authentication(payload: bytes) -> bytes:
    """Return the bytes that are signed for a payload (PAE of DSSE v1)."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def is_sealed(payload: bytes, seal: Seal, key: Ed25519PublicKey) -> bool:
    """Tell whether a signature on a payload is this key's own."""
    if seal.keyid != key_id(key):
        return False
    try:
        key.verify(seal.signature, pre_authentication(payload))
    except InvalidSignature:
        return False
    return True


def read_envelope(data: bytes, what: str) -> Envelope:
    """Return the envelope that a file holds; raises BundleError where it is none, or not in its one form."""
    said = read_canonical(data, what)
    try:
        seals = [Seal(str(one["keyid"]), _bytes(one["sig"])) for one in said["signatures"]]
        envelope = Envelope(_bytes(said["payload"]), tuple(seals))
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(f"{what} is no DSSE envelope: {error!r}") from error
    if envelope.as_bytes() != data:
        raise BundleError(f"{what} says what it says in another form than the one it is written in")
    return envelope


def key_id(key: Ed25519PublicKey) -> str:
    """Return a public key's id: SHA-256 of its 32 bytes, in hex."""
    return hashlib.sha256(raw_key(key)).hexdigest()


def raw_key(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_text(key: Ed25519PublicKey) -> str:
    """Return a public key as it stands in trust files and signatures: "ed25519:" and base64."""
    return f"ed25519:{_text(raw_key(key))}"


def key_from_text(text: str) -> Ed25519PublicKey:
    """Return the public key that a text stands for; raises KeyFileError where it stands for none."""
    kind, _, encoded = text.partition(":")
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes(encoded))
    except ValueError as error:
        raise KeyFileError(f"found {text[:60]!r}; a public key is ed25519: and the base64 of 32 bytes") from error
    if kind != "ed25519" or key_text(key) != text:
        raise KeyFileError(f"found {text[:60]!r}; a public key is ed25519: and the base64 of 32 bytes")
    return key


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("no text")  # noqa: TRY004 - whoever reads an envelope asks for one kind of error
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"no base64: {error}") from error
