"""The `rig` command as a person meets it: words in, exit code and both outputs out."""

import shutil

import pytest

from rig.record.folder import list_runs
from tests.called import rig as rig  # the fixture of both rooms
from tests.commands.required import PLAN_OF_R1, write
from tests.commands.required import REQUIREMENTS as REQUIREMENTS_OF_LABORATORY
from tests.fixtures.plan_support import LIMITS, NOT_OF_PLANS, PLAN, QUICK, REQUIREMENTS, ROOT, environment_of_its_own
from tests.processes import children


@pytest.fixture(scope="session")
def mocked_run(tmp_path_factory):
    """The record of one plan on a mocked bench, by pytest in a process of its own."""
    folder = tmp_path_factory.mktemp("mocked")
    shutil.copy(ROOT / "conftest.py", folder)
    for name, text in {"limits.toml": LIMITS, "requirements.toml": REQUIREMENTS, "test_plan.py": PLAN}.items():
        (folder / name).write_text(text, encoding="utf-8")
    files = ["--limits", "limits.toml", "--requirements", "requirements.toml", "--bench", str(QUICK)]
    words = ["-m", "pytest", "-p", "no:cacheprovider", *NOT_OF_PLANS, *files]
    with children() as started:
        done = started.run_warm(words, cwd=folder, env=environment_of_its_own(), idle_s=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = list_runs(folder / "runs")
    return run.path


@pytest.fixture
def runs(mocked_run, tmp_path):
    """A folder of one's own with a copy of that record."""
    folder = tmp_path / "runs"
    folder.mkdir()
    shutil.copy(mocked_run, folder)
    return folder


@pytest.fixture
def laboratory(tmp_path):
    """A folder with plans and requirements: `write` adds a plan file to it."""
    (tmp_path / "plans").mkdir()
    (tmp_path / "runs").mkdir()
    (tmp_path / "requirements.toml").write_text(REQUIREMENTS_OF_LABORATORY, encoding="utf-8")
    write(tmp_path, PLAN_OF_R1)
    return tmp_path


@pytest.fixture
def asked(rig, laboratory):
    """Call the command on that laboratory."""

    def call(*words, plans=("plans",)):
        folders = [laboratory / folder for folder in plans]
        files = ["--requirements", laboratory / "requirements.toml", "--runs", laboratory / "runs"]
        return rig("requirements", "--plans", *folders, *files, *words)

    return call
