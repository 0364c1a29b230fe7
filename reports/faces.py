"""The faces of a run's report: a page, a document and data, all made from the same facts."""

from collections.abc import Callable, Mapping
from pathlib import Path

from reports.evidence.notes import notes_beside
from reports.facts.other_runs import kept_beside
from reports.facts.run_facts import Run
from reports.facts.run_reading import read_run
from rig.record.export import written_whole
from rig.record.nonsense import nonsense_told
from rig.record.reader import RecordReader


def _html(run: Run) -> bytes:
    from reports.page.html import render

    return render(run).encode()


def _pdf(run: Run) -> bytes:
    from reports.document.pdf import render

    return render(run)


def _json(run: Run) -> bytes:
    from reports.data.face import render

    return render(run)


# Each imports its own library when it is wanted: who asks for data waits for no typesetter.
FACES: dict[str, Callable[[Run], bytes]] = {"html": _html, "pdf": _pdf, "json": _json}
"""What makes the bytes of each face, by its format: the same for the same run on any machine."""


def _results(run: Run) -> bytes:
    from reports.data.result_list import render

    return render(run)


EXTRACTS: dict[str, Callable[[Run], bytes]] = {"results": _results}
"""What is written on request only, by its format: part of what each face says, for programs."""


def write_faces(record_path: Path, outs: Mapping[str, Path]) -> None:
    """Write these faces of a run, each to its file, by their formats; the record is read once, each file is whole.

    What is kept of other runs beside the record, and what QA noted, is told with it.

    Raises what `RecordReader` raises for a record that cannot be opened, RecordCorruptError for one that does not hold
    together, and ExportError for a face that cannot be made (then none is written) or a file that cannot be written,
    NotesError for notes that do not hold.
    """
    with RecordReader(record_path) as reader:
        run = read_run(reader, kept_beside(record_path), notes=notes_beside(record_path))
    with nonsense_told(record_path, "nothing can be told of what the record says"):
        made = {out: (FACES | EXTRACTS)[face](run) for face, out in outs.items()}
    for out, content in made.items():
        with written_whole(out) as temporary:
            temporary.write_bytes(content)
