"""`rig init`: what it writes, what it says, and what it will not touch."""

import json
import sys
import tomllib

import pytest

from commands.init import starter_files
from tests.docs.pages import ROOT

PROMISED = (
    "README.md",
    "pyproject.toml",
    "requirements.txt",
    ".gitignore",
    ".vscode/settings.json",
    ".ci/run",
    ".github/workflows/plans.yml",
    "benches/mocked.toml",
    "benches/physical-example.toml",
    "test_plans/test_rate.py",
    "test_plans/limits.toml",
    "test_plans/requirements.toml",
    "lab_instruments/__init__.py",
    "lab_instruments/averaging_meter/__init__.py",
    "lab_instruments/averaging_meter/driver.py",
    "lab_instruments/averaging_meter/twin.py",
)


@pytest.fixture
def lab(rig, tmp_path):
    """A new repository."""
    folder = tmp_path / "deep" / "lab"
    assert rig("init", folder).code == 0
    return folder


def test_every_file_is_written_and_no_other(lab):
    written = {path.relative_to(lab).as_posix() for path in lab.rglob("*") if path.is_file()}
    assert written == set(PROMISED)


def test_what_to_do_next_is_said(rig, tmp_path):
    said = rig("init", tmp_path / "lab")
    assert said.out.splitlines()[1] == f"  cd {tmp_path / 'lab'}"
    for words in ("rig bench check benches/mocked.toml", "python -m pytest", "rig report last"):
        assert f"  {words}" in said.out


def test_an_empty_folder_will_do(rig, tmp_path):
    assert (rig("init", tmp_path).code, (tmp_path / "README.md").is_file()) == (0, True)


def test_a_folder_that_is_not_empty_is_left_as_it_is(rig, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    said = rig("init", tmp_path)
    expected = f"rig: {tmp_path} is not empty, and nothing in it was touched: name a new folder\n"
    assert (said.code, said.out, said.err) == (2, "", expected)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_place_that_cannot_be_written_to_is_named(rig, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    folder = tmp_path / "file" / "lab"
    said = rig("init", folder)
    assert (said.code, said.err) == (
        2,
        f"rig: {folder} cannot be written: Not a directory; name a folder that is yours\n",
    )


def test_the_rig_s_version_is_pinned(lab):
    assert "\n./wheels/pump_rig-0.1.0-py3-none-any.whl\n" in (lab / "requirements.txt").read_text(encoding="utf-8")


def test_no_placeholder_is_left(lab):
    assert [path for path in lab.rglob("*") if path.is_file() and "@VERSION@" in path.read_text()] == []


def test_settings_and_tables_are_well_formed(lab):
    for path in lab.rglob("*.toml"):
        tomllib.loads(path.read_text(encoding="utf-8"))
    assert json.loads((lab / ".vscode/settings.json").read_text())["python.testing.pytestArgs"] == ["test_plans"]


@pytest.mark.parametrize("bench", ["mocked.toml", "physical-example.toml"])
def test_its_benches_have_no_mistake(lab, children, bench):
    words = [sys.executable, "-m", "commands", "bench", "check", f"benches/{bench}"]
    done = children.run(words, cwd=lab)
    assert done.returncode == 0, done.stderr


def test_the_example_of_a_physical_bench_is_the_project_s_own():
    assert (
        dict(starter_files())["benches/physical-example.toml"] == (ROOT / "benches/physical-example.toml").read_text()
    )
