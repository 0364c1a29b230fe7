"""Signers' keys in files: the private one for its owner alone, the public one beside it, ready to be trusted."""

import os
import re
import stat
import sys
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tomli_w
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reports.evidence.dsse import key_text
from reports.evidence.key_encryption import COST, decrypted, encrypted_pem
from rig.clock import iso_utc, machine_utc_ns
from rig.errors import KeyFileError, PassphraseError

LEAST_PASSPHRASE = 12
LONGEST_NAME = 200
SUFFIX, PUBLIC_SUFFIX, LOG_SUFFIX = ".key", ".pub.toml", ".log"
_WRONG = "wrong passphrase"
_USED = "opened"
_OWNER_ONLY = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_KEY_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who can sign now: the name that the key was made for, and the key. Its text shows no secret."""

    name: str
    key: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """Return the public key as text."""
        return key_text(self.key.public_key())


def new_key(name: str, passphrase: str, path: Path, *, cost: int = COST) -> Path:
    """Make a key for a person, at `path` for its owner alone, and return the path of its public part.

    Raises PassphraseError for a passphrase that is too short, KeyFileError when the name is none, when a file is there
    already, or when it cannot be written.
    """
    name = plain_name(name)
    public = public_path(path)
    if public.exists():
        raise KeyFileError(f"{public} is there already; a key is never written over")
    key, pem = encrypted_key(passphrase, cost)
    written_closed(path, pem)
    write_public(public, name, key)
    return public


def encrypted_key(passphrase: str, cost: int) -> tuple[Ed25519PrivateKey, bytes]:
    """Return a new key, and the same as PEM under a passphrase; raises PassphraseError for one that is too short."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise PassphraseError(f"a passphrase of at least {LEAST_PASSPHRASE} letters is wanted: several words, say")
    key = Ed25519PrivateKey.generate()
    return key, encrypted_pem(key, passphrase, cost)


def write_public(public: Path, name: str, key: Ed25519PrivateKey) -> None:
    """Write the public part of a person's key, as a file of trusted keys has it; raises KeyFileError."""
    entry = {"name": name, "key": key_text(key.public_key()), "roles": [], "valid_from": _now()}
    try:
        public.parent.mkdir(parents=True, exist_ok=True)
        public.write_text(tomli_w.dumps({"signer": [entry]}), encoding="utf-8")
    except OSError as error:
        raise KeyFileError(f"{public} cannot be written: {error}") from error


def written_closed(path: Path, secret: bytes) -> None:
    """Write a new file for its owner alone; raises KeyFileError where one is there, or none can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _OWNER_ONLY)
        with os.fdopen(opened, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise KeyFileError(f"{path} is there already; a key is never written over") from error
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error}") from error


def open_key(path: Path, ask: Callable[[], str]) -> Signer:
    """Return who can sign with a key, after asking for its passphrase; a wrong one is counted in a log beside the key.

    Raises KeyFileError where the file is missing, open to others, or not the one that the public part beside it
    belongs to; PassphraseError for a wrong passphrase.
    """
    pem = read_closed(path)[:_MOST_KEY_BYTES]
    try:
        key = decrypted(pem, ask(), str(path))
    except PassphraseError:
        _log(path, _WRONG)
        raise
    signer = Signer(_name_beside(path, key), key)
    _log(path, _USED)
    return signer


def read_closed(path: Path) -> bytes:
    """Return what a file holds that is closed to others; raises KeyFileError where it is not, or cannot be read."""
    demand_closed(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error}") from error


def failed_before(path: Path) -> int:
    """Return how many wrong passphrases there were since the key was opened last."""
    try:
        lines = log_path(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return 0
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"{log_path(path)} cannot be read: {error}") from error
    count = 0
    for line in lines:
        count = 0 if line.endswith(_USED) else count + line.endswith(_WRONG)
    return count


def plain_name(name: str) -> str:
    """Return a person's name as it is compared and signed; raises KeyFileError where it is none."""
    whole = " ".join(unicodedata.normalize("NFC", name).split())
    if not whole or len(whole) > LONGEST_NAME or not whole.isprintable():
        raise KeyFileError(f"found {name[:60]!r}; the name of a person is wanted, at most {LONGEST_NAME} letters")
    return whole


def key_path(name: str, folder: Path) -> Path:
    """Return where a person's key stands by default."""
    letters = re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower())
    return folder / f"{letters.strip('-') or 'signer'}{SUFFIX}"


def public_path(path: Path) -> Path:
    """Return where the public part of a key stands."""
    return path.with_name(path.name.removesuffix(SUFFIX) + PUBLIC_SUFFIX)


def log_path(path: Path) -> Path:
    """Return where it is written when a key was opened, and when somebody failed to."""
    return path.with_name(path.name + LOG_SUFFIX)


def keeps_modes() -> bool:
    """Tell whether this system has modes of files that shut out others; on Windows the folder's rights do it."""
    return sys.platform != "win32"


def demand_closed(path: Path) -> None:
    """Raise KeyFileError where there is no such file, or where others may read or change it."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise KeyFileError(f"{path} cannot be opened: {error}") from error
    if keeps_modes() and mode & _OTHERS:
        raise KeyFileError(
            f"{path} has mode {stat.S_IMODE(mode):o}: others may read or change it; `chmod 600` it, and make a new key "
            "if anybody could have copied it"
        )


def _name_beside(path: Path, key: Ed25519PrivateKey) -> str:
    public = public_path(path)
    try:
        (entry,) = tomllib.loads(public.read_text(encoding="utf-8"))["signer"]
        name, text = str(entry["name"]), entry["key"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyFileError(f"{public} cannot be read, which says whose key this is: {error}") from error
    if text != key_text(key.public_key()):
        raise KeyFileError(f"{public} is not the public part of {path}")
    return plain_name(name)


def _log(path: Path, what: str) -> None:
    try:
        with log_path(path).open("a", encoding="utf-8") as file:
            file.write(f"{iso_utc(machine_utc_ns())} {what}\n")
    except OSError as error:
        raise KeyFileError(
            f"{log_path(path)} cannot be written, in which each use of a key is kept: {error}"
        ) from error


def _now() -> object:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(machine_utc_ns() // 1_000_000_000, UTC)
