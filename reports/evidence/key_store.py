"""Signers' keys in the system's key store (extra `keyring`) instead of files; still under a passphrase, as there."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from reports.evidence.canonical import canonical_bytes, read_canonical
from reports.evidence.dsse import key_text
from reports.evidence.key_encryption import COST, decrypted
from reports.evidence.keys import SUFFIX, Signer, encrypted_key, plain_name, public_path, write_public
from rig.clock import iso_utc, machine_utc_ns
from rig.errors import BundleError, KeyFileError, PassphraseError, RecordError
from rig.plain_text import plain_text
from rig.record.bodies.codec import from_body, to_body

PREFIX = "keyring:"
"""What stands before a key's name where a file's path could stand."""
SERVICE = "pump-rig signing keys"
# Windows keeps 1280 letters; a key has 500, and a name at most 200.


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as the store has it: whose it is, and under its passphrase; when it was opened last, and failed to be."""

    name: str
    public: str
    pem: str = field(repr=False)
    failed: int = 0
    opened_at_utc: str = ""
    failed_at_utc: str = ""


def stored_as(path: Path) -> str:
    """Return what a key is called in the store that would stand in this file."""
    return path.name.removesuffix(SUFFIX)


def new_stored_key(name: str, passphrase: str, path: Path, *, cost: int = COST) -> Path:
    """Make a key for a person in the system's key store, and return the path of its public part.

    It is called there as the file would be that stands at `path`. Raises PassphraseError for a passphrase that is too
    short, KeyFileError when the name is none, when there is such a key already, or when there is no store.
    """
    public, called = public_path(path), stored_as(path)
    if public.exists():
        raise KeyFileError(f"{public} is there already; a key is never written over")
    if _got(called) is not None:
        raise KeyFileError(f"{PREFIX}{called} is there already; a key is never written over")
    key, pem = encrypted_key(passphrase, cost)
    whole = StoredKey(plain_name(name), key_text(key.public_key()), pem.decode("ascii"))
    _put(called, whole)
    write_public(public, whole.name, key)
    return public


def open_stored_key(called: str, ask: Callable[[], str]) -> Signer:
    """Return who can sign with a key of the store, after asking for its passphrase; a wrong one is counted there.

    Raises KeyFileError where there is no store, no such key, or one that belongs to another public part;
    PassphraseError for a wrong passphrase.
    """
    stored = _demanded(called)
    try:
        key = decrypted(stored.pem.encode(), ask(), f"{PREFIX}{called}")
    except PassphraseError:
        _put(called, replace(stored, failed=stored.failed + 1, failed_at_utc=iso_utc(machine_utc_ns())))
        raise
    if key_text(key.public_key()) != stored.public:
        raise KeyFileError(f"{PREFIX}{called} holds another key than it says")
    _put(called, replace(stored, failed=0, opened_at_utc=iso_utc(machine_utc_ns())))
    return Signer(plain_name(stored.name), key)


def failed_in_store(called: str) -> int:
    """Return how many wrong passphrases there were since a key of the store was opened last."""
    return _demanded(called).failed


def _demanded(called: str) -> StoredKey:
    stored = _got(called)
    if stored is None:
        raise KeyFileError(f"the system's key store has no {called}: make it with `rig keys new NAME --store keyring`")
    return stored


def _got(called: str) -> StoredKey | None:
    """Return what the store has of this name, None where it has nothing."""
    text = _asked("get_password", called)
    if text is None:
        return None
    try:
        return from_body(StoredKey, read_canonical(str(text).encode(), "it"))
    except (BundleError, RecordError) as error:
        raise KeyFileError(f"what the system's key store has as {called} is no signer's key: {error}") from error


def _put(called: str, whole: StoredKey) -> None:
    text = canonical_bytes(to_body(whole), "a key").decode()
    _asked("set_password", called, text)
    if _asked("get_password", called) != text:
        raise KeyFileError("the system's key store did not keep what was written into it: keep the key in a file")


def _asked(what: str, *words: str) -> Any:
    """Return what the key store answers."""
    try:
        keyring = import_module("keyring")
    except ImportError as error:
        raise KeyFileError("the key store needs the extra: pip install 'pump-rig[keyring]'") from error
    try:
        return getattr(keyring, what)(SERVICE, *words)
    except keyring.errors.NoKeyringError as error:
        raise KeyFileError(
            "this system has no key store that can be used (a desktop's, macOS Keychain, Windows Credential Manager): "
            "leave --store out, and the key is kept in a file"
        ) from error
    except keyring.errors.KeyringError as error:
        raise KeyFileError(f"the system's key store refuses: {plain_text(str(error))[:200]}") from error
