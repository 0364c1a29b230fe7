"""What bundles beside the records say of who signed: read, not checked. Checking is what `rig verify` does."""

import base64
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rig.errors import RecordError
from rig.record.reader import RecordReader
from rig.record.run_line import RunLine

SUFFIX = ".zip"
# A session waits for its page less than a second.
MOST_AFTER_A_SESSION = 300
_MANIFEST, _SIGNATURES, _KIND = "manifest.json", "signatures/", "urn:pump-rig:signature:1"
_ROLES = ("author", "reviewer", "approver")
# A signature has some kilobytes, with a long comment and many runs; what is larger is none.
_MOST_BYTES = 1024 * 1024
_MOST_SIGNATURES = 100
# What is no zip, or packed or hidden in a way that is not ours, or says something else than a signature does.
_NO_BUNDLE = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Claim:
    """That somebody signed a run as something: a bundle says so. All are its words, and nothing of it is checked."""

    bundle: str
    signer: str
    role: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What bundles claim, by the run; `left` is how many of them were not read (then nothing is known of any run)."""

    by_run: Mapping[str, tuple[Claim, ...]] = field(default_factory=dict)
    left: int = 0


NO_CLAIMS = Claims()


def claims_of(folder: Path, names: Iterable[str], lines: Iterable[RunLine], *, most: int | None = None) -> Claims:
    """Return what the bundles among a folder's files claim of its runs.

    A claim is about the record with the same end as the one that lies there, not about another of the same name.
    `most` is how many bundles are read (None: all): of more of them, none is.
    """
    bundles = sorted(name for name in names if name.endswith(SUFFIX))
    if most is not None and len(bundles) > most:
        return Claims(left=len(bundles))
    records = {line.run_id: line.path for line in lines}
    heads: dict[str, str] = {}
    found: dict[str, list[Claim]] = {}
    for name in bundles:
        for run, head, claim in _claims_in(folder / name):
            if run in records and run not in heads:
                heads[run] = _head(records[run])
            if run in heads and heads[run] == head:
                found.setdefault(run, []).append(claim)
    return Claims({run: tuple(claims) for run, claims in found.items()})


def _claims_in(path: Path) -> Iterator[tuple[str, str, Claim]]:
    """Yield run, end of its record and claim for each signature in a bundle; nothing for a file that is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.startswith(_SIGNATURES)]
            if _MANIFEST not in archive.namelist() or len(names) > _MOST_SIGNATURES:
                return
            claims = [one for name in sorted(names) for one in _claim(path.name, _payload(archive, name))]
    except _NO_BUNDLE:
        return
    yield from claims


def _payload(archive: zipfile.ZipFile, name: str) -> Mapping[str, Any]:
    info = archive.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED or info.file_size > _MOST_BYTES:
        raise ValueError("no file that a bundle holds")
    payload: Mapping[str, Any] = json.loads(base64.b64decode(json.loads(archive.read(info))["payload"], validate=True))
    return payload


def _claim(bundle: str, payload: Mapping[str, Any]) -> Iterator[tuple[str, str, Claim]]:
    said = payload["predicate"]
    if payload["predicateType"] == _KIND and said["role"] in _ROLES and isinstance(said["signer"], str):
        for run, head in said["records"].items():
            yield str(run), str(head), Claim(bundle, said["signer"], said["role"])


def _head(record: Path) -> str:
    """Return the end of a record's chain, "" of one that cannot be read."""
    try:
        with RecordReader(record) as reader:
            return reader.head()
    except (RecordError, OSError):
        return ""
