"""A laboratory's own repository: written by the installed rig, run without a checkout, read from its record."""

import shutil
import sys

import pytest

from rig.record.folder import list_runs
from rig.record.reader import RecordReader
from tests.fixtures.plan_support import claimed
from tests.package.conftest import environment
from tests.processes import children as started_children


@pytest.fixture(scope="module")
def lab(installed, tmp_path_factory):
    """What `rig init` of the wheel writes."""
    folder = tmp_path_factory.mktemp("own")
    with started_children() as started:
        done = installed.run(started, "rig", "init", "lab", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "lab"


@pytest.fixture(scope="module")
def session(installed, lab):
    """Its plan, started in the plans' folder as an editor does: pytest's exit code, output and the record."""
    with started_children() as started:
        done = installed.pytest(started, "-k", "1000", "-p", "no:cacheprovider", cwd=lab / "test_plans")
    (run,) = list_runs(lab / "runs")
    with RecordReader(run.path) as reader:
        yield done, reader


def test_its_plan_passes_on_its_mocked_bench(session):
    done, reader = session
    assert done.returncode == 0, done.stdout + done.stderr
    assert [(result.verdict, result.plan) for result in claimed(reader)] == [
        ("PASS", "test_plans/test_rate.py::test_a_rate_is_kept[1000.0]")
    ]


def test_its_own_instrument_stood_on_the_bench(session):
    _, reader = session
    assert reader.start().instruments["meter"].driver == "lab_instruments.averaging_meter.driver:Driver"


def test_the_installed_rig_draws_the_report(session, installed, children, lab):
    done = installed.run(children, "rig", "report", "last", cwd=lab)
    assert done.returncode == 0, done.stderr
    assert "test_a_rate_is_kept" in (lab / done.stdout.strip()).read_text(encoding="utf-8")


def test_the_command_line_wins_over_the_settings(installed, lab, children):
    done = installed.pytest(children, "--bench", "nowhere.toml", cwd=lab)
    assert "nowhere.toml: 1 mistake" in done.stderr


def test_an_editor_discovers_its_plans_where_they_lie(installed, lab, children):
    done = installed.pytest(children, "--collect-only", "-q", "-p", "no:cacheprovider", cwd=lab / "test_plans")
    assert (done.returncode, done.stdout.count("::test_a_rate_is_kept[")) == (0, 2), done.stdout + done.stderr


def test_its_requirements_name_the_wheel_where_the_readme_wants_it(installed, lab, children):
    shutil.copy(installed.wheel, lab / "wheels")
    words = ["--python", installed.bin / "python", "install", "--dry-run", "--no-deps", "--no-index"]
    done = children.run([sys.executable, "-m", "pip", *words, "-r", "requirements.txt"], cwd=lab, env=environment())
    assert done.returncode == 0, done.stderr
