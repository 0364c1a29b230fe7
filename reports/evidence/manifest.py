"""What a bundle's manifest and its attestation say, from the runs in it and the hashes of its files."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.evidence.canonical import canonical_bytes
from reports.evidence.layout import NOTES_IN_REPORTS
from reports.evidence.run_part import RunPart
from rig.errors import BundleError
from rig.record.bodies.codec import Json
from rig.record.standing import FAILED, PASSED

FORMAT = 1
STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
SIMULATED = "SIMULATED: measured on a mocked bench; this is no evidence of a physical bench or pump"


@dataclass(frozen=True, slots=True)
class Hashed:
    """How many bytes a file has, and their SHA-256 in hex."""

    size: int
    sha256: str


def hashed(data: bytes) -> Hashed:
    """Return size and hash of a file's bytes."""
    return Hashed(len(data), hashlib.sha256(data).hexdigest())


def manifest_bytes(
    parts: Sequence[RunPart],
    files: Mapping[str, Hashed],
    by: Mapping[str, Json],
    *,
    bench_evidence: bool,
    notes: Mapping[str, int],
) -> bytes:
    """Return the manifest: the runs, the hash of every file that never changes, and which rig wrote them.

    `notes` is how many notes the reports of a run show, by its run.
    """
    mocked = any(part.mocked for part in parts)
    said: dict[str, Json] = {
        "format": FORMAT,
        "bench_evidence": bench_evidence,
        "mocked": mocked,
        "runs": [_run(part, notes) for part in parts],
        "files": {name: {"bytes": one.size, "sha256": one.sha256} for name, one in files.items()},
        "written_by": dict(by),
    }
    if mocked:
        said["warning"] = SIMULATED
    return canonical_bytes(said, "the manifest")


def _run(part: RunPart, notes: Mapping[str, int]) -> dict[str, Json]:
    shown = {NOTES_IN_REPORTS: notes[part.run_id]} if part.run_id in notes else {}
    return {
        **shown,
        "run": part.run_id,
        "head": part.head,
        "entries": part.entries,
        "mocked": part.mocked,
        "bench": part.bench,
        "dut": part.dut,
        "operator": part.operator,
        "ended": part.ended,
        "outcome": part.outcome,
    }


def statement_bytes(manifest: bytes, parts: Sequence[RunPart], files: Mapping[str, Hashed]) -> bytes:
    """Return the in-toto statement of what the runs showed (predicate test-result v0.1), about the manifest's files.

    Its result is PASSED only when every run passed on a physical bench: what was simulated is WARNED at best.
    Raises BundleError where a file that says with what a run was made is not among them.
    """
    lacking = [name for part in parts for name in part.configuration if name not in files]
    if lacking:
        raise BundleError(f"{lacking[0]} is missing, which the attestation is about")
    whole = {**files, "manifest.json": hashed(manifest)}
    mocked = any(part.mocked for part in parts)
    predicate: dict[str, Json] = {
        "result": _result(parts, mocked=mocked),
        "configuration": [_described(name, files[name]) for part in parts for name in part.configuration],
        "passedTests": list(_tests((part.run_id, part.passed) for part in parts)),
        "warnedTests": list(_tests((part.run_id, part.undecided) for part in parts)),
        "failedTests": list(_tests((part.run_id, part.failed) for part in parts)),
        "mocked": mocked,
    }
    if mocked:
        predicate["warning"] = SIMULATED
    subject = [_described(name, one) for name, one in sorted(whole.items())]
    said = {"_type": STATEMENT, "predicateType": TEST_RESULT, "subject": subject, "predicate": predicate}
    return canonical_bytes(said, "the attestation")


def _result(parts: Sequence[RunPart], *, mocked: bool) -> str:
    outcomes = {part.outcome for part in parts}
    if FAILED in outcomes or any(part.failed for part in parts):
        return "FAILED"
    return "PASSED" if outcomes == {PASSED} and not mocked else "WARNED"


def _tests(plans: Iterable[tuple[str, tuple[str, ...]]]) -> Iterable[str]:
    return (f"{run}: {plan}" for run, names in plans for plan in names)


def _described(name: str, one: Hashed) -> dict[str, Json]:
    """Return an in-toto resource descriptor."""
    return {"name": name, "digest": {"sha256": one.sha256}}
