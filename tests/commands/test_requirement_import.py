"""`rig requirements import`: what would change is said, and nothing is overwritten unasked."""

import pytest

from rig.bench_file.limits import load_requirements
from tests.matrix.reqif import document, required

TABLE = "ID,Text\nR-1,Rates are kept.\nR-2,Air is told.\n"
PRESENT = """# ours
[requirements."R-1"]
text = "Rates are kept, more or less."
source = "a label"
hazard = "over-dose"

[requirements."R-3"]
text = "Alarms sound."
source = "a label"
"""


@pytest.fixture
def take(rig, tmp_path):
    """Import a file into requirements.toml of a folder; `present` stands there already."""

    def call(text, *words, name="export.csv", present=""):
        (tmp_path / name).write_text(text, encoding="utf-8")
        out = tmp_path / "requirements.toml"
        if present:
            out.write_text(present, encoding="utf-8")
        return rig("requirements", "import", tmp_path / name, "--out", out, *words), out

    return call


@pytest.mark.parametrize(
    "name, text",
    [
        ("export.csv", TABLE),
        ("export.TSV", TABLE.replace(",", "\t")),
        ("export.reqif", document(required("R-1", "Rates are kept."), required("R-2", "Air is told."))),
    ],
)
def test_a_file_that_is_not_there_is_written(take, name, text):
    said, out = take(text, "--source", "the label", name=name)
    assert (said.code, said.out, said.err) == (0, f"2 requirements written: {out}\n", "")
    found = load_requirements(out).requirements
    assert {key: (one.text, one.source) for key, one in found.items()} == {
        "R-1": ("Rates are kept.", "the label"),
        "R-2": ("Air is told.", "the label"),
    }


def test_a_file_that_is_there_is_left_and_what_would_change_is_said(take):
    said, out = take(TABLE, present=PRESENT)
    assert said.code == 1
    assert said.out.splitlines() == [
        "new: R-2",
        "changed: R-1: text",
        "gone: R-3",
        "1 new, 1 changed, 1 gone",
        f"nothing was written: say --update to write what is new and changed into {out}",
    ]
    assert out.read_text(encoding="utf-8") == PRESENT


def test_an_update_writes_what_is_new_and_changed_and_keeps_what_is_gone(take):
    said, out = take(TABLE, "--update", present=PRESENT)
    assert (said.code, said.out.splitlines()[-1]) == (0, f"written: {out}")
    found = load_requirements(out).requirements
    assert [*found] == ["R-1", "R-3", "R-2"]
    assert (found["R-1"].text, found["R-1"].source, found["R-1"].hazard) == ("Rates are kept.", "a label", "over-dose")
    assert out.read_text(encoding="utf-8").startswith("# ours\n")


def test_what_is_gone_is_taken_out_where_that_is_said(take):
    _, out = take(TABLE, "--update", "--remove-gone", present=PRESENT)
    assert [*load_requirements(out).requirements] == ["R-1", "R-2"]


def test_an_import_that_changes_nothing_writes_nothing(take):
    take(TABLE)
    said, out = take(TABLE, "--update")
    assert (said.code, said.out.splitlines()[-1]) == (0, f"nothing to write: {out} says the same of each")


def test_mistakes_leave_the_file_as_it_was(take):
    said, out = take(TABLE + ",no id\n", "--update", present=PRESENT)
    assert (said.code, out.read_text(encoding="utf-8")) == (2, PRESENT)
    assert "export.csv: 1 mistake\n  line 4: it has no id" in said.err


@pytest.mark.parametrize(
    "words, said",
    [
        (("--column", "text"), "--column 'text': say FIELD=NAME, with a field of id, text, source"),
        (("--column", "txet=A"), "did you mean 'text'?"),
        (("--remove-gone",), "say --update with it"),
    ],
)
def test_a_word_that_means_nothing_is_refused(take, words, said):
    refused, out = take(TABLE, *words)
    assert (refused.code, out.exists()) == (2, False)
    assert said in refused.err


def test_a_file_of_another_kind_is_refused_with_advice(take):
    said, _ = take(TABLE, name="export.xlsx")
    assert (said.code, "save a spreadsheet as CSV UTF-8, or export ReqIF" in said.err) == (2, True)
