"""Bundles that somebody made by hand, and trust files, fed to what checks them."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from reports.evidence.bundle import write_bundle
from reports.evidence.container import Container, write_container
from reports.evidence.findings import Findings
from reports.evidence.growing import NOTHING_DEMANDED, check_growing
from reports.evidence.keys import new_key, open_key
from reports.evidence.notes import NoteKind, add_note, note_now
from reports.evidence.signing import Wish, sign_bundle
from reports.evidence.statements import Role
from reports.evidence.time_stamp import read_stamp, request_for, token_of
from reports.evidence.trust import load_trust
from reports.evidence.verify import check_files, opened
from rig.errors import TimeStampError
from tests.commands.records import infused
from tests.evidence.authorities import Certified, granting
from tests.fuzz.dialogues import EPOCH_NS, NEXT
from tests.fuzz.files import JSON, TOML
from tests.fuzz.records import patched
from tests.fuzz.target import Target

_WORDS = ("manifest.json", "attestation.dsse.json", "audit.jsonl", "notes/synthetic.jsonl", "signatures/001.dsse.json")
_PASSPHRASE = "a passphrase of a test"
_INSTRUMENTS = {name: {"capability": name, "sample_every_s": 60.0} for name in ("balance", "pump")}
_TRUST = b'[[signer]]\nname = "A"\nkey = "ed25519:%s="\nroles = ["author"]\nvalid_from = 2026-01-01T00:00:00Z\n' % (
    b"A" * 43
)


def signed_bundle(folder: Path) -> Path:
    """Write a bundle with a note and a signature."""
    record = infused(folder, instruments=_INSTRUMENTS)
    add_note(record, note_now(NoteKind.COMMENT, "Q", "a note", 0, EPOCH_NS))
    bundle, key = folder / "b.zip", folder / "a.key"
    write_bundle([record], bundle)
    new_key("A", _PASSPHRASE, key, cost=2)
    sign_bundle(bundle, lambda: open_key(key, lambda: _PASSPHRASE), Wish(Role.AUTHOR), lambda: EPOCH_NS)
    return bundle


def checked(path: Path) -> None:
    """Check a bundle in every way that takes its words."""
    findings = Findings()
    with opened(path) as bundle:
        check_files(bundle, findings)
        check_growing(bundle.container, bundle.manifest, NOTHING_DEMANDED, findings)


def as_file(path: Path, whole: bytes) -> Callable[[bytes], None]:
    """Return what damages a bundle's file and has it checked."""

    def feed(case: bytes) -> None:
        path.write_bytes(patched(whole, case))
        checked(path)

    return feed


def as_words(path: Path, contents: dict[str, bytes]) -> Callable[[bytes], None]:
    """Return what puts a case's pieces in the place of a bundle's own words and has them checked."""

    def feed(case: bytes) -> None:
        pieces = dict(zip(_WORDS, case.split(NEXT), strict=False))
        write_container(path, {**contents, **pieces})
        checked(path)

    return feed


def as_trust(path: Path) -> Callable[[bytes], None]:
    """Return what reads a trust file."""

    def feed(case: bytes) -> None:
        path.write_bytes(case)
        load_trust(path)

    return feed


def as_time_stamp(case: bytes) -> None:
    """Read a time stamp, and an authority's answer."""
    for take in (read_stamp, token_of):
        with suppress(TimeStampError):
            take(case)


def targets(folder: Path, _: ExitStack) -> tuple[Target, ...]:
    """Return what takes bundles and trust files."""
    source = folder / "bundled"
    source.mkdir(exist_ok=True)
    bundle = signed_bundle(source)
    with Container(bundle) as container:
        contents = {name: container.read(name) for name in container.members}
    words = NEXT.join(contents[name] for name in _WORDS)
    answer = granting(Certified("A Time Authority"))(request_for(b"signed", 7))
    patches = (b"\0\0\x10\xff", b"\0\x10\0\xff" + NEXT + b"\0\x20\0cut", b"\0\0\x0e\xff\xff\xff\xff")
    traced = ("reports/evidence/",)
    return (
        Target("bundle's file", as_file(folder / "file.zip", bundle.read_bytes()), patches, traced, (NEXT, b"PK\3\4")),
        Target("bundle's words", as_words(folder / "words.zip", contents), (words,), traced, (NEXT, *JSON)),
        Target("time stamp", as_time_stamp, (answer, token_of(answer)), traced, (b"\x30\x80", b"\xa0\x82\xff\xff")),
        Target("trust file", as_trust(folder / "trusted.toml"), (_TRUST,), traced, TOML),
    )
