"""Writing a bundle: one file with everything that somebody needs who was not there."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from reports.evidence.canonical import read_canonical
from reports.evidence.container import NAME, Container, Content, write_container
from reports.evidence.dsse import Envelope
from reports.evidence.faces import reports_of
from reports.evidence.layout import (
    ATTESTATION,
    AUDIT,
    MANIFEST,
    OTHERS,
    SIGNATURES,
    SIGNED_PDFS,
    TIME_STAMPS,
    notes_name,
    others_name,
    others_run,
    record_name,
)
from reports.evidence.manifest import Hashed, hashed, manifest_bytes, statement_bytes
from reports.evidence.notes import notes_beside
from reports.evidence.notes_of_bundle import first_notes, heads_of, shown_in_reports
from reports.evidence.run_part import RunPart, run_part
from reports.evidence.written_by import written_by
from reports.facts.other_runs import kept_beside
from rig.errors import BundleError, ExportError, MockedEvidenceError, RecordBusyError
from rig.record.folder import run_id
from rig.record.lock import has_writer
from rig.record.reader import RecordReader
from rig.record.schema import journal_of


def write_bundle(
    records: Sequence[Path], out: Path, *, bench_evidence: bool = False, others: Mapping[str, bytes] | None = None
) -> None:
    """Write the bundle of one or several runs: the same bytes for the same records, other runs, notes and rig.

    `others` is what was found of other runs, by run, None for what is kept beside each record. A bundle that is there
    and signed keeps its signatures and what it says of other runs: only what was noted since is taken in.

    Raises RecordBusyError while a run goes on, RecordCorruptError for a record that does not hold,
    MockedEvidenceError when `bench_evidence` is asked of simulated data, NotesError for notes that were changed,
    BundleError when `out` is signed and holds something else, ExportError when it cannot be written.
    """
    signed = _signed_before(out)
    if signed is not None:
        others = signed.others
    elif others is None:
        others = {run_id(path): kept for path in records if (kept := kept_beside(path)) is not None}
    notes = {notes_name(run_id(path)): notes_beside(path) for path in records}
    shown = {run_id(path): notes[notes_name(run_id(path))].count(b"\n") for path in records}
    if signed is not None:
        shown |= {run: count for run, count in signed.shown.items() if run in shown}
    with _copies(records) as copies:
        parts = [run_part(path) for path in copies]
        mocked = [part.run_id for part in parts if part.mocked]
        if bench_evidence and mocked:
            raise MockedEvidenceError(
                f"{', '.join(mocked)}: measured on a mocked bench; it can never be filed as evidence of a bench. "
                "Leave --bench-evidence out to bundle it as what it is"
            )
        fixed = _fixed(copies, parts, others, _first(notes, shown))
        listed = {name: _hashed(content) for name, content in fixed.items()}
        manifest = manifest_bytes(parts, listed, written_by(), bench_evidence=bench_evidence, notes=shown)
        growing: dict[str, Content] = {
            ATTESTATION: Envelope(statement_bytes(manifest, parts, listed)).as_bytes(),
            AUDIT: b"",
        }
        growing |= _kept(out, manifest, notes)
        write_container(out, {**fixed, MANIFEST: manifest, **growing, **notes})


def _first(notes: Mapping[str, bytes], shown: Mapping[str, int]) -> dict[str, bytes]:
    """Return, by run, the notes that the reports show: of a bundle that is signed, those that they showed then."""
    try:
        return {run: first_notes(notes[notes_name(run)], count) for run, count in shown.items()}
    except BundleError as error:
        raise BundleError(f"{error}: put the file of notes back, or name another file with --out") from error


def _fixed(
    copies: Sequence[Path], parts: Sequence[RunPart], others: Mapping[str, bytes], notes: Mapping[str, bytes]
) -> dict[str, Content]:
    files: dict[str, Content] = {others_name(run): kept for run, kept in others.items()}
    for path, part in zip(copies, parts, strict=True):
        files |= {
            record_name(part.run_id): path,
            **part.files,
            **reports_of(path, others.get(part.run_id), part.entries, notes.get(part.run_id, b"")),
        }
    return files


@dataclass(frozen=True, slots=True)
class _Signed:
    """What a signed bundle says that its signatures cover: of other runs, and how many notes its reports show."""

    others: dict[str, bytes]
    shown: dict[str, int]


def _signed_before(out: Path) -> _Signed | None:
    """Return what a bundle that is there and signed keeps saying; None where there is none."""
    if not out.exists():
        return None
    with _there(out) as there:
        if not there.names(SIGNATURES):
            return None
        manifest = read_canonical(there.read(MANIFEST), MANIFEST)
        runs = set(heads_of(manifest))
        others = {others_run(name): there.read(name) for name in there.names(OTHERS)}
        return _Signed({run: kept for run, kept in others.items() if run in runs}, shown_in_reports(manifest))


def _there(out: Path) -> Container:
    try:
        return Container(out)
    except BundleError as error:
        raise ExportError(f"{out} is there and is no bundle, or a damaged one; it is not written over") from error


def _hashed(content: Content) -> Hashed:
    if isinstance(content, bytes):
        return hashed(content)
    with content.open("rb") as file:
        return Hashed(content.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _kept(out: Path, manifest: bytes, notes: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return what a signed bundle that is there already keeps: all that was signed, and by whom."""
    if not out.exists():
        return {}
    with _there(out) as there:
        signed = there.names(SIGNATURES)
        if not signed:
            return {}
        if there.read(MANIFEST) != manifest:
            raise BundleError(
                f"{out} is signed, and holds something else than what would be written now (a record that has grown, "
                "other runs, or another rig's reports); it is not written over: name another file with --out"
            )
        gone = [name for name, text in notes.items() if not text.startswith(there.read(name))]
        if gone:
            raise BundleError(
                f"{out} is signed, and holds notes ({', '.join(gone)}) that no longer stand beside the record; it is "
                "not written over: put the file of notes back"
            )
        more = (*there.names(TIME_STAMPS), *there.names(SIGNED_PDFS))
        return {name: there.read(name) for name in (*signed, *more, ATTESTATION, AUDIT)}


@contextmanager
def _copies(records: Sequence[Path]) -> Iterator[list[Path]]:
    """Give a copy of each record, from which everything is read: what is bundled is what was looked at."""
    names = [path.name for path in records]
    if len({name.casefold() for name in names}) != len(names):
        raise BundleError("two of the runs have the same name: bundle them one by one")
    with TemporaryDirectory(prefix="rig-bundle-") as folder:
        copies = []
        for path in records:
            _demand_at_rest(path)
            copies.append(Path(folder) / path.name)
            try:
                shutil.copyfile(path, copies[-1])
            except OSError as error:
                raise ExportError(f"{path} could not be copied: {error}") from error
        yield copies


def _demand_at_rest(path: Path) -> None:
    if not NAME.fullmatch(record_name(run_id(path))):
        raise BundleError(f"{path.name}: letters, digits, '.', '_' and '-' only in the name of a run that is bundled")
    with RecordReader(path) as reader:
        stopped = reader.stop() is not None
    if not stopped or has_writer(path):
        raise RecordBusyError(f"{path} has not ended: bundle it when it has")
    if journal_of(path).is_file():
        raise RecordBusyError(
            f"{path}: {journal_of(path).name} lies beside it: somebody reads the record just now, or it is the journal "
            "of another copy; bundle it when it has gone, or move it away"
        )
