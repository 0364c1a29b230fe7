"""Whose keys are trusted, in which roles and when, and whose time: the file that `rig verify --trust` is given."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field

from reports.evidence import x509_in
from reports.evidence.dsse import key_from_text
from reports.evidence.time_stamp import Stamp, not_trusted
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
    compromised_from: AwareDatetime | None = None


class AuthorityTable(TomlTable):
    """A time stamping authority: its own certificate, or one from which its own are issued, as PEM or in a file.

    What it stamps from `valid_to` on is not taken.
    """

    name: str = Field(min_length=1, max_length=200)
    certificate: str = Field(default="", max_length=65_536)
    file: str = ""
    valid_to: AwareDatetime | None = None


class TrustDocument(TomlTable):
    """A file of trusted keys and authorities."""

    signer: tuple[SignerTable, ...] = ()
    time_stamping_authority: tuple[AuthorityTable, ...] = ()


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
        if one.compromised_from is not None and not one.compromised:
            checker.mistake(("signer", number, "compromised_from"), "only a key that is compromised has one")
        seen.add(one.key)
    return _with_certificates(checker.whole(found), checker)


def vouched(trust: TrustDocument, *, key: str, name: str, role: str, at: datetime, is_proven: bool = False) -> Vouched:
    """Tell whether a signature of this key, name, role and time is vouched for.

    The time is the signer's own word unless it `is_proven` by an authority. A thief can say any, so of what a
    compromised key signed only that is vouched for which is proven to be from before it was.
    """
    one = next((one for one in trust.signer if one.key == key), None)
    if one is None:
        return Vouched("its key is not in the trust file")
    if one.name != name:
        return Vouched(f"its key belongs to {one.name}, not to {name}")
    if one.compromised and not (is_proven and one.compromised_from is not None and at < one.compromised_from):
        return Vouched(f"its key was compromised: {one.reason}")
    if role not in one.roles:
        return Vouched(f"{name} may sign as {', '.join(one.roles) or 'nothing'}, not as {role}")
    if at < one.valid_from:
        return Vouched(f"signed before its key was valid ({moment(one.valid_from)})")
    if one.valid_to is not None and at >= one.valid_to:
        return Vouched(f"signed after its key had expired ({moment(one.valid_to)})")
    if one.revoked_at is not None and at >= one.revoked_at:
        return Vouched(f"signed after its key was revoked ({moment(one.revoked_at)}: {one.reason})")
    if one.revoked_at is not None:
        return Vouched("", f"its key was revoked later, {moment(one.revoked_at)}: {one.reason}")
    return Vouched("")


def trusted_time(trust: TrustDocument, stamp: Stamp) -> Vouched:
    """Tell whether a time stamp is that of an authority that the file names, and of which."""
    if not trust.time_stamping_authority:
        return Vouched("the trust file names no time stamping authority")
    against = ""
    for one in trust.time_stamping_authority:
        against = not_trusted(stamp, [x509_in.from_pem(one.certificate)])
        if not against and (one.valid_to is None or stamp.at < one.valid_to):
            return Vouched("", one.name)
        against = against or f"{one.name} is not taken from {moment(one.valid_to or stamp.at)} on"
    return Vouched(f"{stamp.authority} is none of the authorities in the trust file ({against})")


def moment(at: datetime) -> str:
    """Return a moment as it is said: in UTC, by ISO 8601."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def stamped_words(stamp: Stamp) -> str:
    """Return when an authority saw something, and how exactly it knows."""
    exactly = f", ± {stamp.within_s:g} s" if stamp.within_s else ""
    return f"{moment(stamp.at)} by {stamp.authority}{exactly}"


def _with_certificates(found: TrustDocument, checker: Checker) -> TrustDocument:
    """Return the document with each authority's certificate in it, also where it stands in a file of its own."""
    whole = []
    for number, one in enumerate(found.time_stamping_authority):
        place = ("time_stamping_authority", number, "file" if one.file else "certificate")
        if bool(one.file) == bool(one.certificate):
            checker.mistake(place, "either `certificate`, as PEM, or `file`, beside this one, is wanted")
            continue
        try:
            text = (checker.path.parent / one.file).read_text(encoding="ascii") if one.file else one.certificate
            x509_in.from_pem(text)
        except (OSError, ValueError) as error:
            checker.mistake(place, f"no certificate as PEM can be read there: {error}")
            continue
        whole.append(one.model_copy(update={"certificate": text}))
    return checker.whole(found.model_copy(update={"time_stamping_authority": tuple(whole)}))
