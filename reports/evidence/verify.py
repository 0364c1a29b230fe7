"""Checking a bundle: nothing but the file is asked, and everything in it that can be derived is derived once more."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from reports.evidence.canonical import read_canonical
from reports.evidence.container import Container
from reports.evidence.dsse import read_envelope
from reports.evidence.faces import reports_of
from reports.evidence.findings import Findings
from reports.evidence.growing import NOTHING_DEMANDED, Demands, check_growing
from reports.evidence.layout import ATTESTATION, MANIFEST, is_listed, notes_name, others_name, record_name
from reports.evidence.manifest import FORMAT, Hashed, hashed, manifest_bytes, statement_bytes
from reports.evidence.notes_of_bundle import first_notes, shown_in_reports
from reports.evidence.others_check import check_others
from reports.evidence.run_part import RunPart, run_part
from reports.evidence.verdicts import Pending, verdicts_beside
from reports.evidence.written_by import written_by
from rig.errors import BundleError
from rig.record.bodies.codec import Json

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle in its one form, its manifest as read, and its records where they can be opened, by their runs."""

    container: Container
    manifest: Mapping[str, Json]
    records: Mapping[str, Path]

    @property
    def listed(self) -> dict[str, Hashed]:
        """Return size and hash, as they are now, of every file that never changes."""
        members = self.container.members.values()
        return {one.name: Hashed(one.size, one.sha256) for one in members if is_listed(one.name)}

    @property
    def shown(self) -> dict[str, int]:
        """Return how many notes the reports of each run show; raises BundleError where that is no count."""
        return shown_in_reports(self.manifest)

    @property
    def others(self) -> dict[str, bytes | None]:
        """Return what it says of other runs beside each of its runs, None where nobody looked for them."""
        names = {run: others_name(run) for run in self.records}
        there = self.container.members
        return {run: self.container.read(name) if name in there else None for run, name in names.items()}


def verify_bundle(path: Path, demands: Demands = NOTHING_DEMANDED) -> Findings:
    """Return what checking a bundle found, its signatures held to what is demanded of them.

    Raises BundleError only where there is no file to look at.
    """
    if not path.is_file():
        raise BundleError(f"there is no file {path}")
    findings = Findings()
    with findings.looking_at("file"), opened(path) as bundle:
        unsound = [f"{name} is not what was bundled: its checksum differs" for name in bundle.container.unsound]
        findings.judged("file", unsound, "every byte is where the one form of a bundle has it")
        check_files(bundle, findings)
        parts = _check_runs(bundle, findings)
        _check_derived(bundle, parts, findings)
        check_others(bundle.others, {run: part for run, part in parts.items() if part is not None}, findings)
        check_growing(bundle.container, bundle.manifest, demands, findings)
    return findings


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a bundle, its records copied to where SQLite can read them; raises BundleError where that cannot be."""
    with Container(path) as container, TemporaryDirectory(prefix="rig-verify-") as folder:
        manifest = read_canonical(container.read(MANIFEST), MANIFEST)
        if manifest.get("format") != FORMAT:
            raise BundleError(
                f"{path} is a bundle of format {manifest.get('format')!r}, this rig reads {FORMAT}: use the rig that "
                "wrote it"
            )
        records = {}
        for run in runs_of(manifest):
            records[run] = Path(folder) / record_name(run).rpartition("/")[2]
            container.copy_to(record_name(run), records[run])
        yield Opened(container, manifest, records)


def runs_of(manifest: Mapping[str, Json]) -> list[str]:
    """Return the runs that a manifest names; raises BundleError where it names none, or one twice."""
    try:
        runs = [str(one["run"]) for one in manifest["runs"]]
    except (KeyError, TypeError) as error:
        raise BundleError(f"{MANIFEST} does not say which runs are bundled") from error
    if not runs or len(set(runs)) != len(runs):
        raise BundleError(f"{MANIFEST} names {len(runs)} runs, not each of them once")
    return runs


def check_files(bundle: Opened, findings: Findings) -> None:
    """Hold every file to the manifest, both ways."""
    said = bundle.manifest.get("files")
    if not isinstance(said, dict):
        findings.failed("manifest", "it lists no files")
        return
    there = bundle.listed
    wrong = [f"{name} is missing" for name in said if name not in there]
    wrong += [f"{name} is not listed" for name in there if name not in said]
    wrong += [
        f"{name} is not the file that was bundled"
        for name, one in there.items()
        if name in said and said[name] != {"bytes": one.size, "sha256": one.sha256}
    ]
    findings.judged("manifest", wrong, f"{len(there)} files, each with the SHA-256 that is listed, none besides")


def _check_runs(bundle: Opened, findings: Findings) -> dict[str, RunPart | None]:
    """Check each run; return what its record says, None for one that does not hold."""
    parts: dict[str, RunPart | None] = {}
    for run, path in bundle.records.items():
        part = parts[run] = _part(run, path, findings)
        if part is not None:
            with verdicts_beside(path) as pending:
                _check_reports(part, path, bundle, findings)
                _check_verdicts(run, pending, findings)
        else:
            findings.not_checked(f"verdicts of {run}", "its record does not hold")
            findings.not_checked(f"reports of {run}", "its record does not hold")
    return parts


def _part(run: str, path: Path, findings: Findings) -> RunPart | None:
    part: RunPart | None = None
    with findings.deriving(f"record of {run}"):
        part = run_part(path)
        findings.ok(f"record of {run}", f"{part.entries} entries, the chain holds to its end {part.head}")
    return part


def _check_verdicts(run: str, pending: Pending, findings: Findings) -> None:
    what = f"verdicts of {run}"
    with findings.deriving(what):
        again = pending.result()
        differing = [one for one in again if one.differences]
        wrong = [one for one in differing if not one.excused]
        for one in wrong:
            said = f"{one.name}: {', '.join(one.differences)} come out otherwise than recorded"
            findings.failed(what, f"entry {one.seq}: {said}", one.seq)
        if not differing:
            findings.ok(what, f"{len(again)} recomputed from samples, identical in every digit")
        elif not wrong:
            findings.not_checked(
                what,
                f"{len(differing)} of {len(again)} have the same verdict by other rules than they were settled by",
            )


def _check_reports(part: RunPart, path: Path, bundle: Opened, findings: Findings) -> None:
    """Hold the reports to those that this rig writes of the record."""
    what = f"reports of {part.run_id}"
    with findings.deriving(what):
        members = bundle.container.members
        notes, shown = bundle.container.read(notes_name(part.run_id)), bundle.shown.get(part.run_id, 0)
        again = reports_of(path, bundle.others[part.run_id], part.entries, first_notes(notes, shown))
        wrong = [f"{name} is missing" for name in again if name not in members]
        wrong += [
            f"{name} is not what the record's report is"
            for name, text in again.items()
            if name in members and members[name].sha256 != hashed(text).sha256
        ]
        other = bundle.manifest.get("written_by") != written_by()
        if wrong and other:
            findings.not_checked(what, f"written by another rig than this one ({_told(bundle.manifest)})")
        else:
            findings.judged(
                what, wrong, f"{len(again)} written anew from the record, the same bytes{_later(notes, shown)}"
            )


def _later(notes: bytes, shown: int) -> str:
    later = notes.count(b"\n") - shown
    return f"; {later} note{'s were' if later > 1 else ' was'} added since and not in them" if later else ""


def _told(manifest: Mapping[str, Json]) -> str:
    by = manifest.get("written_by")
    said = by if isinstance(by, dict) else {}
    return f"{said.get('rig')}, code {str(said.get('code_sha256'))[:12]}, Python {said.get('python')}"


def _check_derived(bundle: Opened, found: Mapping[str, RunPart | None], findings: Findings) -> None:
    """Hold sources, manifest and attestation to what the records say."""
    parts = [part for part in found.values() if part is not None]
    if len(parts) < len(found):
        for what in ("sources", "manifest's words", "attestation"):
            findings.not_checked(what, "a record does not hold")
        return
    container = bundle.container
    wrong = [f"{name} is not what the record holds" for name in _unlike(container, parts)]
    findings.judged("sources", wrong, "bench files, plans, limits and environments are those of the records")
    with findings.looking_at("manifest's words"):
        findings.judged("manifest's words", _wrong_words(bundle, parts), _standing(parts))
    with findings.looking_at("attestation"):
        envelope = read_envelope(container.read(ATTESTATION), ATTESTATION)
        wanted = statement_bytes(container.read(MANIFEST), parts, bundle.listed)
        unlike = [] if envelope.payload == wanted else [f"{ATTESTATION} says something else than the records"]
        findings.judged("attestation", unlike, "says what the records say, of exactly these files")


def _unlike(container: Container, parts: Sequence[RunPart]) -> Iterator[str]:
    wanted = {name: text for part in parts for name, text in part.files.items()}
    there = {name for folder in ("sources", "environment") for name in container.names(folder)}
    for name in sorted(wanted.keys() | there):
        if name not in there or name not in wanted or container.read(name) != wanted[name]:
            yield name


def _wrong_words(bundle: Opened, parts: Sequence[RunPart]) -> Iterator[str]:
    evidence, by = bundle.manifest.get("bench_evidence"), bundle.manifest.get("written_by")
    if not isinstance(evidence, bool) or not isinstance(by, dict):
        yield "it does not say whether this is evidence of a bench, or who wrote it"
        return
    if evidence and any(part.mocked for part in parts):
        yield "simulated data are filed as evidence of a bench"
    wanted = manifest_bytes(parts, bundle.listed, by, bench_evidence=evidence, notes=bundle.shown)
    if wanted != bundle.container.read(MANIFEST):
        yield "it says something else of the runs than their records"


def _standing(parts: Sequence[RunPart]) -> str:
    told = [f"{part.run_id} {part.outcome or 'without a verdict'}{', SIMULATED' * part.mocked}" for part in parts]
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return "; ".join(told[:_SHOWN]) + more
