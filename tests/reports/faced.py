"""One run in all of its faces, and what each says of a result."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pypdf

from reports.data.face import render as render_json
from reports.document.pdf import render as render_pdf
from reports.facts.run_facts import Run
from reports.facts.run_reading import read_run
from reports.page.html import render as render_html
from rig.clock import VirtualClock
from rig.record.bodies.codec import from_body
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.reports.pages import read_page
from tests.reports.records import EPOCH_NS, Scribe, start_body

_MARGIN = re.compile(r"^page \d+ of|^record [0-9a-f]{64}|^MOCKED BENCH:|times are UTC")


@dataclass(frozen=True)
class Faced:
    """A run as page, document and data."""

    run: Run

    @cached_property
    def data(self) -> dict[str, Any]:
        return json.loads(render_json(self.run))

    @cached_property
    def html(self) -> str:
        return render_html(self.run)

    @cached_property
    def pdf(self) -> pypdf.PdfReader:
        return pypdf.PdfReader(io.BytesIO(render_pdf(self.run)))

    @cached_property
    def _extracted(self) -> list[str]:
        return [page.extract_text() for page in self.pdf.pages]

    @cached_property
    def sheets(self) -> list[str]:
        """The text of each page of the document."""
        return [flat(text) for text in self._extracted]

    @cached_property
    def paper(self) -> str:
        """The text of the document without what stands on every page."""
        return flat(" ".join(_without_margins(text) for text in self._extracted))

    def results(self) -> list[dict[str, Any]]:
        return [result for plan in self.data["plans"] for result in plan["results"]]

    def page_of(self, result: dict[str, Any]) -> str:
        """Return what the page says of a result: where it stands, and its budget."""
        seq = result["seq"]
        article = re.search(rf'<article[^>]* id="result-{seq}">.*?</article>', self.html, re.DOTALL)
        budgets = re.findall(r'<details class="budget".*?</details>', self.html, re.DOTALL)
        own = [one for one in budgets if f"entry {seq} of the record" in one]
        assert article is not None
        return flat(" ".join(read_page(part).text for part in (article[0], *own)))

    def paper_of(self, result: dict[str, Any]) -> str:
        """Return what the document says of a result, from its heading to the next one's."""
        begins = [self.paper.index(f"entry {one['seq']} of the record") for one in self.results()]
        place = begins.index(self.paper.index(f"entry {result['seq']} of the record"))
        ends = begins[place + 1] if place + 1 < len(begins) else self.paper.index("The three truths", begins[place])
        heading = self.paper.rindex(flat(result["name"]), 0, begins[place])
        return self.paper[heading:ends]


def writer(folder: Path) -> Callable[..., Scribe]:
    """Return what begins a record in a folder of its own; who calls it closes it."""

    def begin(**changes: Any) -> Scribe:
        clock = VirtualClock(EPOCH_NS)
        start = from_body(Start, start_body(**changes))
        return Scribe(RunRecord.create(folder, "run-1", start, EPOCH_NS, clock), clock)

    return begin


def faced(scribe: Scribe) -> Faced:
    """Return the faces of a record."""
    with scribe.reader as reader:
        return Faced(read_run(reader))


def flat(text: str) -> str:
    """Return a text in one line, without the places at which a line may end."""
    return " ".join(text.replace("\N{ZERO WIDTH SPACE}", "").replace("\N{WORD JOINER}", "").split())


def says(text: str, what: str) -> bool:
    """Tell whether a text holds these words, with no digit before or behind them that would make them others."""
    return re.search(rf"(?<![\d.]){re.escape(flat(what))}(?!\d)", text) is not None


def _without_margins(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        line for line in lines if not re.search(r"^page \d+ of|^record [0-9a-f]{64}|^MOCKED BENCH:|times are UTC", line)
    )
