"""What the Makefile offers: every target says what it is for, and the hook it installs keeps unfit code out."""

import re
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, re.MULTILINE))


def test_make_help_names_every_target(children):
    said = children.run(["make", "help"], cwd=ROOT).stdout
    assert set(re.findall(r"^make (\S+) +\w", said, re.MULTILINE)) == TARGETS


def test_every_target_is_made_whether_or_not_a_file_has_its_name():
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert set(phony.split()) == TARGETS


def test_what_the_quick_tests_leave_out_exists():
    words = re.findall(r"\btests/\S+", MAKEFILE)
    assert words
    assert [word for word in words if not (ROOT / word).exists()] == []


@pytest.fixture
def repository(children, tmp_path):
    """A repository with the hook, the project's settings and packages; returns a way to commit a file."""
    for name in ("pyproject.toml", "test_plans", ".ci"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    (tmp_path / "Makefile").write_text(re.sub(r"^hooks:.* ##", "hooks: ##", MAKEFILE, flags=re.MULTILINE))
    assert children.run(["git", "init", "-q"], cwd=tmp_path).returncode == 0
    assert children.run(["make", "hooks"], cwd=tmp_path).returncode == 0

    def commit(text, then=None):
        (tmp_path / "module.py").write_text(text)
        children.run(["git", "add", "module.py"], cwd=tmp_path)
        if then is not None:
            (tmp_path / "module.py").write_text(then)
        me = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
        return children.run(["git", *me, "commit", "-qm", "Add a module"], cwd=tmp_path)

    return commit


FIT = '"""A module."""\n'


def test_the_hook_lets_fit_code_in(repository):
    done = repository(FIT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "text, complaint", [(FIT + "import os\n", "module.py: ruff check"), (FIT + "a = 'b'\n", "module.py: ruff format")]
)
def test_the_hook_keeps_unfit_code_out_whatever_lies_in_the_working_tree(repository, text, complaint):
    done = repository(text, then=FIT)
    assert (done.returncode, complaint in done.stdout + done.stderr) == (1, True)
