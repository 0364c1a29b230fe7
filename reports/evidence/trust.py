"""Whose keys are trusted, in which roles and since when: the file that `rig verify --trust` is given."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field

from reports.evidence.dsse import key_from_text
from rig.bench_file.checking import Checker
from rig.bench_file.tables import TomlTable
from rig.errors import KeyFileError, TrustFileError


class SignerTable(TomlTable):
    """One key of one person: from when until when it may sign in which roles, and since when it may no longer."""

    name: str = Field(min_length=1, max_length=200)
    key: str = Field(min_length=1)
    roles: tuple[Literal["author", "reviewer", "approver"], ...] = ()
    valid_from: AwareDatetime
    valid_to: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None
    reason: str = ""
    compromised: bool = False


class TrustDocument(TomlTable):
    """A file of trusted keys."""

    signer: tuple[SignerTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a trust file says of one signature: why it is not vouched for ("" when it is), and what else to know."""

    against: str
    said: str = ""


def load_trust(path: Path) -> TrustDocument:
    """Read a trust file; raise TrustFileError with every mistake in it."""
    checker = Checker(path, TrustFileError)
    found = checker.table(TrustDocument, checker.raw)
    seen: set[str] = set()
    for number, one in enumerate(found.signer if found is not None else ()):
        try:
            key_from_text(one.key)
        except KeyFileError as error:
            checker.mistake(("signer", number, "key"), str(error))
        if one.key in seen:
            checker.mistake(("signer", number, "key"), "this key stands here twice")
        if one.valid_to is not None and one.valid_to <= one.valid_from:
            checker.mistake(("signer", number, "valid_to"), "it must be after valid_from")
        if (one.revoked_at is not None) != bool(one.reason) or (one.compromised and one.revoked_at is None):
            checker.mistake(("signer", number, "revoked_at"), "a revocation has its time and its reason")
        seen.add(one.key)
    return checker.whole(found)


def vouched(trust: TrustDocument, *, key: str, name: str, role: str, at: datetime) -> Vouched:
    """Tell whether a signature of this key, name, role and time is vouched for.

    The time is the signer's own word. A thief can say any, so nothing that a compromised key signed is vouched for.
    """
    one = next((one for one in trust.signer if one.key == key), None)
    if one is None:
        return Vouched("its key is not in the trust file")
    if one.name != name:
        return Vouched(f"its key belongs to {one.name}, not to {name}")
    if one.compromised:
        return Vouched(f"its key was compromised: {one.reason}")
    if role not in one.roles:
        return Vouched(f"{name} may sign as {', '.join(one.roles) or 'nothing'}, not as {role}")
    if at < one.valid_from:
        return Vouched(f"signed before its key was valid ({one.valid_from.isoformat()})")
    if one.valid_to is not None and at >= one.valid_to:
        return Vouched(f"signed after its key had expired ({one.valid_to.isoformat()})")
    if one.revoked_at is not None and at >= one.revoked_at:
        return Vouched(f"signed after its key was revoked ({one.revoked_at.isoformat()}: {one.reason})")
    if one.revoked_at is not None:
        return Vouched("", f"its key was revoked later, {one.revoked_at.isoformat()}: {one.reason}")
    return Vouched("")
