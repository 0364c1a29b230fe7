"""The page of all runs as text: what it says, what it never says, and how large it grows."""

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from reports.index.page import render, write_index
from reports.index.rows import MOST_LETTERS, MOST_ROWS, index_of
from rig.errors import ExportError, RecordNotFoundError
from rig.record.bodies.others import Stop
from rig.record.spot_check import Checked
from tests.history.lines import run
from tests.streaming.records import begin, everything

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)",
    "x" * 10_000,
    "\u202eevil",
    "\x1b[31mred",
    "a\"b'&c",
)


def page(lines, names=()):
    return render(lines, names, written_ns=0)


def data_of(text):
    (said,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(said)


class Tags(HTMLParser):
    """Counts the elements of a page, and gathers the texts of the table's cells."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.cells, self._in_cell = 0, [], False
        self.feed(text)

    def handle_starttag(self, tag, _):
        self.scripts += tag == "script"
        if tag in ("td", "th"):
            self._in_cell = True
            self.cells.append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data):
        if self._in_cell:
            self.cells[-1] += data


def test_the_newest_run_stands_first():
    index = index_of([run(1), run(3), run(2)], ())
    assert [row.run for row in index.rows] == ["run-003", "run-002", "run-001"]


def test_a_row_says_of_a_run_what_its_line_says():
    line = run(
        1,
        kind="mocked",
        outcome="FAIL",
        requirements=("ACC-001", "ACC-002"),
        verdicts={"FAIL": 1, "PASS": 2},
        plans={"passed": 1, "failed": 1},
        duration_s=3725.0,
    )
    (row,) = index_of([line], ["run-001.html", "run-001.json", "run-002.pdf"]).rows
    assert (row.run, row.begun, row.mocked, row.pump) == ("run-001", "2026-01-06 08:00:00", True, "pump P-1")
    assert (row.outcome, row.ended, row.lasted) == ("FAIL", "FINISHED", "1 h 2 min")
    assert row.said == "1 FAIL, 2 PASS; plans: 1 failed"
    assert [(file.face, file.address) for file in row.files] == [("HTML", "run-001.html"), ("JSON", "run-001.json")]


def test_physical_and_mocked_runs_are_counted_apart_the_worst_first():
    lines = [run(1), run(2, outcome="FAIL"), run(3, kind="mocked"), run(4, outcome=""), run(5, outcome="ALTERED")]
    assert [(one.kind, one.total, one.outcomes) for one in index_of(lines, ()).tallies] == [
        ("physical", 4, (("ALTERED", 1), ("FAIL", 1), ("–", 1), ("PASS", 1))),
        ("mocked", 1, (("PASS", 1),)),
    ]


def test_a_file_that_tells_nothing_is_named_before_all_runs():
    broken = replace(run(2, problem="no record", ended="UNREADABLE", checked=Checked.NOTHING), begun_utc_ns=0)
    text = page([run(1), broken])
    assert "1 file tells nothing" in text
    assert text.index("no record") < text.index("run-001")


def test_an_altered_record_says_so_and_no_verdicts():
    line = run(1, outcome="ALTERED", problem="entry 2: it is not what was recorded", verdicts={"PASS": 3})
    (row,) = index_of([line], ()).rows
    assert (row.outcome, row.said) == ("ALTERED", "entry 2: it is not what was recorded")


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_nothing_of_a_record_is_markup_or_hidden(text):
    honest = Tags(page([run(1)]))
    line = run(1, dut=text, model=text, bench=text, operator=text, outcome=text, requirements=(text,))
    made = page([line], [f"{text[:100]}.html"])
    assert Tags(made).scripts == honest.scripts
    assert len(Tags(made).cells) == len(honest.cells)
    assert [hidden for hidden in ("\x1b", "\u202e", "\u202c") if hidden in made] == []
    assert max(map(len, Tags(made).cells)) < 3 * MOST_LETTERS


def test_a_long_name_is_cut_and_its_length_said():
    (row,) = index_of([run(1, model="", dut="x" * 10_000)], ()).rows
    assert row.pump == f"{'x' * MOST_LETTERS}… (10000 characters)"


def test_a_link_leads_to_the_file_and_nowhere_else():
    line = run(1)
    (row,) = index_of([line], ["run-001.html"]).rows
    assert row.files[0].address == "run-001.html"
    hostile = "javascript:alert(1)//.html"
    (row,) = index_of([replace(line, run_id="javascript:alert(1)//")], [hostile]).rows
    assert row.files[0].address == "javascript%3Aalert%281%29//.html"


def test_the_policy_allows_the_pages_own_script_alone():
    text = unescape(page([run(1)]))
    assert "default-src 'none'; script-src 'sha256-" in text
    assert "unsafe-eval" not in text
    assert not re.search(r"""(?:src|href)=["']https?:""", text)


def test_the_newest_hundred_stand_in_the_table_itself_and_all_in_the_data():
    text = page([run(number) for number in range(150)])
    assert text.count('<th scope="row">') == 100
    assert len(data_of(text)["rows"]) == 150


def test_a_page_holds_so_many_runs_and_says_that_there_are_more():
    text = page([run(number, day=number / 100) for number in range(MOST_ROWS + 5)])
    assert len(data_of(text)["rows"]) == MOST_ROWS
    assert f"The newest {MOST_ROWS} of {MOST_ROWS + 5} runs are on this page" in text
    assert len(text.encode()) < 3_000_000


def test_the_same_runs_are_the_same_page():
    lines = [run(number) for number in range(20)]
    assert page(lines) == page(list(reversed(lines)))


def test_a_folder_without_runs_has_a_page_that_says_so(tmp_path):
    write_index(tmp_path)
    assert "This folder holds no run." in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_gets_none(tmp_path):
    with pytest.raises(RecordNotFoundError):
        write_index(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_page_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path):
    (tmp_path / "index.html").mkdir()
    with pytest.raises(ExportError):
        write_index(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_records_are_on_the_page_with_their_reports(tmp_path):
    everything(tmp_path, "run-1")
    (tmp_path / "run-1.html").write_text("a report", encoding="utf-8")
    with begin(tmp_path, "run-2") as record:
        write_index(tmp_path)
        text = (tmp_path / "index.html").read_text(encoding="utf-8")
        record.stop(Stop("FINISHED"))
    assert 'href="run-1.html"' in text
    assert "RUNNING" in text


def test_no_page_is_written_where_too_many_records_are_not_known(tmp_path):
    everything(tmp_path, "run-1")
    everything(tmp_path, "run-2")
    assert write_index(tmp_path, most=1) == 1
    assert not (tmp_path / "index.html").exists()
