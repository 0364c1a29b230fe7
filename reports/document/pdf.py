"""The report as a PDF: archivable (PDF/A-2a), readable aloud (PDF/UA-1), the same bytes for the same run anywhere.

Typst sets it, with nothing but the fonts that it brings, and with the end of the run as its date. What a record says
goes to Typst as data: no text of it is ever read as a command.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import typst

from reports.data.document import document_of
from reports.document.lettering import lettered
from reports.document.pictures import pictures_of
from reports.facts.run_facts import Run
from reports.words.numbers import sign_of
from rig.clock import NS_PER_S, iso_utc
from rig.errors import ExportError
from rig.record.standing import VERDICTS

STANDARDS: tuple[Literal["a-2a"], Literal["ua-1"]] = ("a-2a", "ua-1")
_TEMPLATES = ("setting", "pictures", "results", "plans", "bench", "report")
# A title names the run, it does not tell its life: a serial number may be of any length.
_LONGEST_TITLE = 60


def render(run: Run) -> bytes:
    """Return the document of a run: the same bytes for the same run.

    Raises ExportError when it cannot be set, with what Typst says of it.
    """
    said = json.dumps(_said(run), ensure_ascii=False, allow_nan=False)
    compiler = typst.Compiler(_source(), ignore_system_fonts=True, sys_inputs={"said": said})
    try:
        made = compiler.compile(format="pdf", pdf_standards=list(STANDARDS), timestamp=run.end_ns // NS_PER_S)
    except typst.TypstError as error:
        raise ExportError(
            f"the document of {run.run_id} could not be set: {error}; the page (--format html) says the same"
        ) from error
    if not isinstance(made, bytes):
        raise ExportError(f"the document of {run.run_id} could not be set: Typst returned no document")
    return made


def _said(run: Run) -> dict[str, Any]:
    title = f"{run.dut_model} {run.dut_serial}"
    if len(title) > _LONGEST_TITLE:
        title = f"{title[:_LONGEST_TITLE]}… ({len(title)} characters in all)"
    date = [int(part) for part in iso_utc(run.end_ns)[:10].split("-")]
    pictures = [pictures_of(plan) for plan in run.plans]
    told: dict[str, Any] = {"document": document_of(run), "title": title, "date": date, "pictures": pictures}
    told = {name: lettered(one) for name, one in told.items()}
    return told | {"signs": {verdict: sign_of(verdict) for verdict in VERDICTS}}


@cache
def _source() -> bytes:
    folder = files("reports.document") / "templates"
    return "\n".join((folder / f"{name}.typ").read_text(encoding="utf-8") for name in _TEMPLATES).encode()
