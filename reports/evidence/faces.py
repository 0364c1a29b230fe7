"""The reports of a run as a bundle holds them: every face that there is."""

from pathlib import Path

from reports.faces import FACES
from reports.facts.run_reading import read_run
from rig.record.folder import run_id
from rig.record.nonsense import nonsense_told
from rig.record.reader import RecordReader


def reports_of(
    record: Path, kept: bytes | None = None, entries: int | None = None, notes: bytes = b""
) -> dict[str, bytes]:
    """Return the reports of a run, of what is kept of others beside it and of QA's notes on it, by their names.

    `entries`, `notes` and what is raised are those of `read_run`.
    """
    with RecordReader(record) as reader:
        run = read_run(reader, kept, entries, notes)
    with nonsense_told(record, "nothing can be told of what the record says"):
        return {f"reports/{run_id(record)}.{face}": make(run) for face, make in FACES.items()}
