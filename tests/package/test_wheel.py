"""What the wheel brings: a pytest that knows benches in any folder, and types."""

import zipfile

import pytest

from tests.package.conftest import SOURCES


def test_pytest_knows_a_bench_in_any_folder(installed, children, tmp_path):
    (tmp_path / "test_nothing.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    done = installed.pytest(children, "--bench", "none.toml", cwd=tmp_path)
    assert "none.toml: 1 mistake" in done.stderr


@pytest.mark.parametrize("name", ["test_proof.py", "limits.toml", "requirements.toml"])
def test_the_wheel_brings_the_daily_proof(installed, name):
    assert f"qualification/proof/{name}" in zipfile.ZipFile(installed.wheel).namelist()


@pytest.mark.parametrize("package", SOURCES)
def test_the_wheel_says_that_it_is_typed(installed, package):
    assert f"{package}/py.typed" in zipfile.ZipFile(installed.wheel).namelist()


def test_the_installed_command_says_its_version_and_what_it_was_built_from(installed, children, tmp_path):
    done = installed.run(children, "rig", "--version", cwd=tmp_path)
    assert done.stdout == f"rig 0.1.0 (commit {installed.commit})\n"
