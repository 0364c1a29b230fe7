"""The document can be filed: archivable, with run, hash and page on every sheet, and never misled by a text."""

import os
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.document.pdf import render
from rig.record.bodies.events import OtherEvent, OutcomeWord, PlanBegins, PlanEnds, PlanOutcome
from rig.record.bodies.others import Stop
from rig.record.bodies.start import SourceFile
from tests.fixtures.plan_support import ROOT
from tests.reports.faced import faced, flat, writer
from tests.reports.records import LIMIT, NO_NUMBER, PLAN, result_body
from tests.reports.written import measured

MOCKED = "MOCKED BENCH: pump and instruments are simulated"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
# What Typst, JSON or SVG would read as something, if any of it were ever read.
COMMANDS = '#panic("read") $x$ *b* _e_ <label> @ref // c /* c */ \\u{41} = h `raw` "quoted" </svg><script>&amp;'


def finished(write, *results, outcome=None, **start):
    scribe = measured(write, *results, **start)
    if outcome is not None:
        scribe.record.event(PlanOutcome(PLAN, *outcome, ("ACC-001",)))
    scribe.record.stop(Stop("FINISHED"))
    return scribe


@pytest.fixture(scope="module", params=["mocked", "physical"])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def filed(kind, tmp_path_factory):
    scribe = finished(writer(tmp_path_factory.mktemp(kind)), result_body(), result_body(**NO_NUMBER), kind=kind)
    made = faced(scribe)
    scribe.record.close()
    return made


def test_it_says_that_it_is_archivable_and_readable_aloud(filed):
    told = {}
    for one in ET.fromstring(filed.pdf.xmp_metadata.stream.get_data().decode()).iter(f"{RDF}Description"):
        told |= {child.tag.rpartition("}")[2]: child.text for child in one}
        told |= {key.rpartition("}")[2]: value for key, value in one.attrib.items()}
    assert told.get("conformance") == "A"
    assert told.get("part") in ("1", "2")  # PDF/A-2 and PDF/UA-1 name theirs alike
    assert bool(filed.pdf.trailer["/Root"]["/MarkInfo"]["/Marked"])
    assert filed.pdf.trailer["/Root"]["/Lang"] == "en"


def test_its_date_is_the_end_of_the_run(filed):
    assert filed.pdf.metadata.creation_date.isoformat()[:10] == "2026-01-05"


def test_every_sheet_says_where_it_belongs(filed):
    head, total = filed.run.provenance.head, len(filed.sheets)
    for number, sheet in enumerate(filed.sheets, start=1):
        assert filed.run.run_id in sheet
        assert f"record {head}" in sheet
        assert f"page {number} of {total}" in sheet


def test_every_sheet_of_a_mocked_bench_says_so_and_none_of_a_physical_one(filed, kind):
    assert {MOCKED in sheet for sheet in filed.sheets} == {kind == "mocked"}


def test_its_outline_is_in_the_order_of_a_reviewer(filed):
    chapters = [flat(one.title) for one in filed.pdf.outline if not isinstance(one, list)]
    assert [chapter.partition(" ")[2] or chapter for chapter in chapters] == [
        "What was verified, and the verdict",
        "Deviations, and what did not pass",
        "Requirements, and the evidence for each",
        "Results",
        "The three truths",
        "The bench",
        "Sources",
        "Signatures",
    ]


def test_graphs_are_lines_and_not_pixels(filed):
    images = [one for page in filed.pdf.pages for one in page["/Resources"].get("/XObject", {}).values()]
    assert {one["/Subtype"] for one in images} <= {"/Form"}


def test_what_is_not_signed_says_so(filed):
    assert "Signatures Not signed when it was set." in filed.paper


def test_the_plan_stands_in_it_in_full(filed):
    assert '"""A rate that is set is kept."""' in filed.paper


def test_what_did_not_pass_comes_before_any_result(write):
    fails = result_body(verdict="FAIL", value=9.0, reasons=["it lies above the limit"])
    paper = faced(finished(write, fails, outcome=(OutcomeWord.FAILED, "AssertionError: no alarm"))).paper
    deviations = paper[
        paper.rindex("Deviations, and what did not pass") : paper.rindex("Requirements, and the evidence")
    ]
    assert "Results that are FAIL" in deviations
    assert "it lies above the limit" in deviations


@pytest.mark.parametrize(
    "serial, said",
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        (COMMANDS, COMMANDS),
        ("\u05e9\u05dc\u202e", "[U+05E9][U+05DC][U+202E]"),
        ("\U0001f489\x00泵", "[U+1F489][U+0000][U+6CF5]"),
    ],
    ids=["script", "commands", "right to left", "pictures"],
)
def test_a_serial_number_stands_there_as_text(write, serial, said):
    whole = faced(finished(write, result_body(), dut={"model": "ITP-1", "serial": serial}, kind="mocked"))
    assert "".join(said.split()) in "".join(whole.paper.split())
    assert all(MOCKED in sheet for sheet in whole.sheets)


def test_a_serial_number_of_ten_thousand_characters_is_there_to_the_last_on_sheets_that_hold_it(write):
    whole = faced(finished(write, result_body(), dut={"model": "ITP-1", "serial": "\u00df" * 10_000}))
    assert 10_000 <= whole.paper.count("\u00df") < 10_200
    assert len(whole.sheets) < 40
    assert all(_right_edge(page) < float(page.mediabox.width) for page in whole.pdf.pages)


def _right_edge(page):
    """Return where the last letter of a page begins that stands furthest to the right, in points."""
    edges = [0.0]

    def seen(text, _matrix, place, *_):
        edges.append(place[4])

    page.extract_text(visitor_text=seen)
    return max(edges)


def test_no_text_of_a_record_is_read_as_a_command(write):
    said = COMMANDS + "\u05d0"
    body = result_body(
        verdict="FAIL", limit_name=said, limit=LIMIT | {"source": said}, reasons=[said], unit="%", requirements=[said]
    )
    start = {"operator": said, "batch": said, "bench": said, "overdue": [said], "kind": "mocked"}
    start["plan_sources"] = [{"file": "test_basal.py", "sha256": "cd" * 32, "text": said * 20}]
    scribe = measured(write, body, **start)
    scribe.record.event(OtherEvent("alarm", {"said": said}))
    scribe.record.event(PlanOutcome(PLAN, OutcomeWord.ERROR, said, (said,)))
    paper = "".join(faced(scribe).paper.split())
    assert paper.count("".join(COMMANDS.split())) >= 8


@settings(max_examples=20, deadline=None)
@given(st.text(), st.text(alphabet='#$*_<>@/\\`"[]{}=- \n\t\u200b'))
def test_whatever_a_text_is_a_document_is_set(plain, said, other):
    source = SourceFile("test_basal.py", "cd" * 32, other)
    made = replace(plain.provenance, plan_sources=(source,))
    run = replace(plain, dut_serial=said, operator=other, batch=said, overdue=(other,), provenance=made)
    assert render(run).startswith(b"%PDF")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A run with nothing but its start."""
    scribe = writer(tmp_path_factory.mktemp("plain"))()
    made = faced(scribe).run
    scribe.record.close()
    return made


MAKE = """
import hashlib, sys
from pathlib import Path
from reports.faces import FACES, write_faces
outs = {face: Path(sys.argv[2]) / face for face in FACES}
write_faces(Path(sys.argv[1]), outs)
print(*(hashlib.sha256(out.read_bytes()).hexdigest() for out in outs.values()))
"""


def test_one_record_gives_the_same_bytes_wherever_it_is_made(write, tmp_path):
    path = finished(write, result_body(), kind="mocked").record.path
    made = []
    for number, (zone, lang) in enumerate((("UTC", "C"), ("Asia/Tokyo", "de_DE.UTF-8"))):
        folder = tmp_path / f"machine {number}"
        folder.mkdir()
        home = {"TZ": zone, "LANG": lang, "LC_ALL": lang, "HOME": str(folder), "PYTHONHASHSEED": str(number + 1)}
        environment = {**os.environ, **home, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": str(number)}
        words = [sys.executable, "-c", MAKE, str(path), str(folder)]
        made.append(
            subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
        )
    assert made[0] == made[1]


def test_a_plan_that_still_runs_has_its_document(write):
    scribe = write()
    scribe.plan(ends=False)
    scribe.tell_pump("run_continuous", rate_ul_h=2.0)
    whole = faced(scribe)
    assert "This plan still runs, so far without a result." in whole.paper
    assert "What the pump was told (1 commands)" in whole.paper


@pytest.mark.parametrize("name", ["", "\n", "\u200b"])
def test_what_has_no_name_is_set_without_one(write, name):
    scribe = measured(write)
    scribe.result(result_body(), name)
    run = faced(scribe).run
    assert render(run).startswith(b"%PDF")


def test_a_long_list_says_how_many_it_leaves_out_and_where_they_stand(write):
    scribe = measured(write, result_body())
    scribe.record.event(PlanBegins(f"{PLAN}2", ("ACC-001",)))
    for number in range(43):
        scribe.tell_pump("give_bolus", volume_ul=1000.0 + number)
    scribe.result(result_body() | {"plan": f"{PLAN}2"})
    scribe.record.event(PlanEnds(f"{PLAN}2"))
    paper = faced(scribe).paper
    short, _, full = paper.partition("3 more are left out here: section Lists in full has all of them")
    assert short.rstrip().endswith("The first 40 of 43;")
    assert "volume_ul = 1042.0" not in short
    assert full.count("volume_ul = 1042.0") == 1


def test_the_list_in_full_ends_where_no_reviewer_reads_on_and_says_where_the_rest_is(write):
    scribe = measured(write, result_body())
    for number in range(503):
        scribe.record.event(OtherEvent("alarm", {"said": 1000 + number}))
    paper = faced(scribe).paper
    assert "The first 500 of 503; 3 more are left out here: the report as JSON has all of them (events)" in paper
    assert "said: 1499" in paper
    assert "said: 1502" not in paper
