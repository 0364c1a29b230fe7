"""A private key under a passphrase: PKCS#8, PBES2 (RFC 8018) with scrypt (RFC 7914, section 7) and AES-256-CBC.

The cryptography package reads this form and writes only one that stretches passphrases by 2048 rounds of PBKDF2, which
a graphics card tries by the million a second.
"""

import base64
import os
import textwrap

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from reports.evidence.der import integer, named, octets, sequence
from rig.errors import KeyFileError, PassphraseError

# 128 MB and half a second for each try.
COST = 2**17
_BLOCK, _PARALLEL = 8, 1
_AES_BLOCK_BITS = 128
_PBES2 = "1.2.840.113549.1.5.13"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"
_AES_256_CBC = "2.16.840.1.101.3.4.1.42"
_LABEL = "ENCRYPTED PRIVATE KEY"


def encrypted_pem(key: Ed25519PrivateKey, passphrase: str, cost: int = COST) -> bytes:
    """Return a private key as PEM that only the passphrase opens; `cost` is scrypt's N."""
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    salt, vector = os.urandom(16), os.urandom(16)
    secret = Scrypt(salt=salt, length=32, n=cost, r=_BLOCK, p=_PARALLEL).derive(passphrase.encode())
    padder = padding.PKCS7(_AES_BLOCK_BITS).padder()
    encryptor = Cipher(algorithms.AES256(secret), modes.CBC(vector)).encryptor()
    hidden = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    stretched = sequence(octets(salt), *map(integer, (cost, _BLOCK, _PARALLEL)))
    scheme = sequence(
        sequence(named(_SCRYPT), stretched),
        sequence(named(_AES_256_CBC), octets(vector)),
    )
    der = sequence(sequence(named(_PBES2), scheme), octets(hidden))
    lines = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN {_LABEL}-----\n{lines}\n-----END {_LABEL}-----\n".encode()


def decrypted(pem: bytes, passphrase: str, name: str) -> Ed25519PrivateKey:
    """Return the private key in a PEM; raises PassphraseError or KeyFileError, which name the file and no secret."""
    if _LABEL.encode() not in pem:
        raise KeyFileError(f"{name} holds no key under a passphrase: make one with `rig keys new`")
    try:
        key = load_pem_private_key(pem, passphrase.encode())
    except ValueError as error:
        # What the library says of it is left out: it may have begun to read what the passphrase hides.
        raise PassphraseError(f"{name}: this is not its passphrase, or the file is damaged") from error
    except Exception as error:
        raise KeyFileError(f"{name} cannot be read as a key: {type(error).__name__}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{name} holds a key of another kind than Ed25519")
    return key
