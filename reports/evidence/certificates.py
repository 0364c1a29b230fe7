"""Certificates with which PDFs are signed: a company's own (PKCS#12), or one that a signer makes for themselves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, pkcs12
from cryptography.x509.oid import NameOID

from reports.evidence.keys import LEAST_PASSPHRASE, plain_name, read_closed, written_closed
from rig.errors import KeyFileError, PassphraseError
from rig.plain_text import plain_text

SUFFIX, PUBLIC_SUFFIX = ".p12", ".crt"
ROUNDS = 600_000
"""Rounds of PBKDF2 for each try of a passphrase; half a second."""
_YEARS = 5
_MOST_BYTES = 256 * 1024
_LONGEST_IN_X509 = 64
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Certificate:
    """What signs a PDF: a certificate, its key, and those above it. Its text shows no secret."""

    own: x509.Certificate
    key: Key = field(repr=False)
    above: tuple[x509.Certificate, ...] = ()

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the certificate, in hex."""
        return self.own.fingerprint(hashes.SHA256()).hex()


def new_certificate(name: str, passphrase: str, path: Path, now_ns: int, *, rounds: int = ROUNDS) -> Path:
    """Make a key (P-256) and a certificate that it signs itself, at `path` for its owner alone; `now_ns` is UTC ns.

    Returns the path of the certificate alone, as PEM, which others may have. Raises PassphraseError for a passphrase
    that is too short, KeyFileError when the name is none, a file is there already or cannot be written.
    """
    name = plain_name(name)
    if len(name) > _LONGEST_IN_X509:
        raise KeyFileError(f"a name of {len(name)} letters; a certificate holds {_LONGEST_IN_X509}")
    if len(passphrase) < LEAST_PASSPHRASE:
        raise PassphraseError(f"a passphrase of at least {LEAST_PASSPHRASE} letters is wanted: several words, say")
    public = path.with_name(path.name.removesuffix(SUFFIX) + PUBLIC_SUFFIX)
    if public.exists():
        raise KeyFileError(f"{public} is there already; a certificate is never written over")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_signed(name, key, datetime.fromtimestamp(now_ns // 1_000_000_000, UTC))
    way = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds)
    way = way.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    data = pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, way.build(passphrase.encode()))
    written_closed(path, data)
    try:
        public.write_bytes(certificate.public_bytes(Encoding.PEM))
    except OSError as error:
        raise KeyFileError(f"{public} cannot be written: {error}") from error
    return public


def open_certificate(path: Path, ask: Callable[[], str], now_ns: int) -> Certificate:
    """Return what signs PDFs from a PKCS#12 file, after asking for its passphrase; `now_ns` is UTC ns.

    Raises KeyFileError where the file is missing, open to others, holds no key with its certificate, or one that is not
    valid now; PassphraseError for a wrong passphrase.
    """
    data = read_closed(path)[:_MOST_BYTES]
    try:
        key, own, above = pkcs12.load_key_and_certificates(data, ask().encode())
    except ValueError:
        # What the library says of it is left out: it may have begun to read what the passphrase hides.
        raise PassphraseError(f"{path}: this is not its passphrase, or it is no PKCS#12 file") from None
    if own is None or not isinstance(key, Key):
        raise KeyFileError(f"{path} holds no certificate with its key (RSA, elliptic curve or Ed25519)")
    now = datetime.fromtimestamp(now_ns / 1e9, UTC)
    if not own.not_valid_before_utc <= now <= own.not_valid_after_utc:
        raise KeyFileError(
            f"{path}: its certificate is valid from {own.not_valid_before_utc} to {own.not_valid_after_utc}, not now"
        )
    return Certificate(own, key, tuple(above))


def common_name(certificate: x509.Certificate) -> str:
    """Return what a certificate calls its owner, as plain text."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return plain_text(str(names[0].value) if names else certificate.subject.rfc4514_string())[:200]


def _self_signed(name: str, key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now)
    builder = builder.not_valid_after(now + timedelta(days=365 * _YEARS))
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only"), False
    )
    whole = x509.KeyUsage(digital_signature=True, content_commitment=True, decipher_only=False, **usage)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return builder.add_extension(whole, critical=True).sign(key, hashes.SHA256())
