"""`rig qualify`: real sessions of plans of the catalogue, on benches with seeded defects."""

import contextlib
import io
import json

import pytest

from commands.main import main
from tests.fixtures.plan_support import ROOT

STOP = "test_plans/test_programme_change.py::test_a_stop_ends_delivery_within_a_stroke"
OWN = ("--defects", "tests.qualification.examples", "--every-plan", "--workers", "2")


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    monkeypatch.chdir(ROOT)


def matrix_in(folder):
    return json.loads((folder / "matrix.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def qualified(tmp_path_factory):
    """Two defects of one's own and a healthy seed, qualified: the words, exit code and what was said, the folder."""
    folder = tmp_path_factory.mktemp("qualified")
    words = ("qualify", STOP, *OWN, "--only", "X1", "--only", "X3", "--seeds", "1", "--into", folder)
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(io.StringIO()) as said:
        code = main([str(word) for word in words])
    return words, (code, said.getvalue()), folder


def test_defects_of_ones_own_are_qualified_and_what_was_found_is_kept(rig, qualified):
    words, (code, said), folder = qualified
    assert code == 0  # 2 % are within the limits
    found = {row["key"]: row["found"] for row in matrix_in(folder)["defects"]}
    assert found == {"X1": "caught", "X3@+2": "missed", "X3@+12": "caught"}
    kept = (folder / "kept.jsonl").read_text(encoding="utf-8")
    again = rig(*words)
    assert sorted(again.out.splitlines()) == sorted(said.splitlines())  # one is done when another is, or kept
    assert (folder / "kept.jsonl").read_text(encoding="utf-8") == kept


def test_what_was_asked_stands_in_the_matrix(qualified):
    scope = matrix_in(qualified[2])["scope"]
    assert (scope["plans"], scope["bench"], scope["healthy seeds"]) == (STOP, "benches/mocked.toml", "1")
    assert scope["defects"].startswith("3 of tests.qualification.examples, of these what begins with X1 or X3; all ")


def test_a_defect_whose_own_code_raises_is_not_called_caught(rig, tmp_path):
    said = rig("qualify", STOP, *OWN, "--only", "X6", "--into", tmp_path)
    (row,) = matrix_in(tmp_path)["defects"]
    assert (said.code, row["found"]) == (1, "not shown")
    raised = "the defect's own code raised: the twin of pump failed: ZeroDivisionError: float division by zero, at "
    assert row["why_missed"].startswith(raised + "examples.py:")


@pytest.mark.parametrize(
    "words, said",
    [
        (("--only", "Z"), "no defect is called Z; there are A1@+1, "),
        (("--defects", "tests.qualification.no_defects"), "holds no defect"),
        (("--bench", "benches/physical-example.toml"), "never into a real pump"),
        (("test_plans/test_nothing.py",), "a healthy pump does not pass"),
    ],
)
def test_what_cannot_be_qualified_is_said(rig, tmp_path, words, said):
    found = rig("qualify", *words, "--into", tmp_path)
    assert found.code == 2
    assert said in found.err


def test_no_session_at_a_time_is_no_number(rig):
    assert "a whole number above zero is wanted" in rig("qualify", "--workers", "0").err
