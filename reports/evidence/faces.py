"""The faces of a report that a bundle holds. Another is one more line of `FACES`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reports.facts.run_facts import Run
from reports.facts.run_reading import read_run
from reports.page.html import render
from rig.record.folder import run_id
from rig.record.reader import RecordReader


@dataclass(frozen=True, slots=True)
class Face:
    """One face: what its file's name ends in, and what makes its bytes: the same for the same run, on any machine."""

    suffix: str
    make: Callable[[Run], bytes]


FACES: tuple[Face, ...] = (Face("html", lambda run: render(run).encode()),)


def reports_of(record: Path) -> dict[str, bytes]:
    """Return the reports of a run by their names in a bundle; raises what `read_run` raises."""
    with RecordReader(record) as reader:
        run = read_run(reader)
    return {f"reports/{run_id(record)}.{face.suffix}": face.make(run) for face in FACES}
