"""The reports of a run as a bundle holds them: every face that there is."""

from pathlib import Path

from reports.faces import FACES
from reports.facts.run_reading import read_run
from rig.record.folder import run_id
from rig.record.reader import RecordReader


def reports_of(record: Path) -> dict[str, bytes]:
    """Return the reports of a run by their names in a bundle; raises what `read_run` raises."""
    with RecordReader(record) as reader:
        run = read_run(reader)
    return {f"reports/{run_id(record)}.{face}": make(run) for face, make in FACES.items()}
