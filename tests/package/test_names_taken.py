"""Somebody else's package of the same name: noticed, and named with who brought it, by command and pytest alike."""

import shutil

import pytest

from tests.package.conftest import Installed, environment


@pytest.fixture
def own(installed, tmp_path):
    """A copy of the environment that may be spoiled."""
    shutil.copytree(installed.folder, tmp_path / "env", symlinks=True)
    made = Installed(tmp_path / "env", installed.wheel, installed.commit)
    script = made.bin / "rig"
    script.write_text(script.read_text().replace(str(installed.bin), str(made.bin)))
    return made


def stranger(folder, name, *, distribution="other-fixtures"):
    """Install another distribution that brings a package of this name, as pip would: over what is there."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "__init__.py").write_text('"""Another one."""\n', encoding="utf-8")
    info = folder / f"{distribution.replace('-', '_')}-4.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 4.2\n", encoding="utf-8")
    (info / "RECORD").write_text(f"{name}/__init__.py,,\n", encoding="utf-8")


OTHERS = (pytest.param(name, marks=pytest.mark.nightly) for name in ("instruments", "reports", "qualification"))


@pytest.mark.parametrize("name", ["rig", "fixtures", "commands", *OTHERS])
def test_the_command_names_who_wrote_over_a_package(own, children, tmp_path, name):
    stranger(own.site_packages, name)
    done = own.run(children, "rig", "--help", cwd=tmp_path)
    place = own.site_packages / name
    assert (done.returncode, done.stdout) == (2, "")
    assert f"\n  {name} in {place} is mixed with that of other-fixtures 4.2\n" in done.stderr


def test_pytest_names_who_wrote_over_a_package(own, children, tmp_path):
    stranger(own.site_packages, "fixtures")
    done = own.pytest(children, "--help", cwd=tmp_path)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "is mixed with that of other-fixtures 4.2" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_tests_run_beside_it_all_the_same(own, children, tmp_path):
    stranger(own.site_packages, "fixtures")
    (tmp_path / "test_nothing.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    done = own.pytest(children, "-p", "no:pump_rig", "test_nothing.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_comes_first_on_the_path_is_named(installed, children, tmp_path):
    stranger(tmp_path / "first", "reports")
    env = {**environment(), "PYTHONPATH": str(tmp_path / "first")}
    done = children.run([installed.bin / "rig", "--help"], cwd=tmp_path, env=env)
    assert f"reports is found in {tmp_path / 'first/reports'}, which other-fixtures 4.2 brought" in done.stderr


def test_a_folder_of_one_s_own_with_such_a_name_is_named(installed, children, tmp_path):
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments" / "__init__.py").write_text("", encoding="utf-8")
    words = [installed.bin / "python", "-m", "pytest", "--collect-only"]
    done = children.run(words, cwd=tmp_path, env=environment())
    assert f"instruments is found in {tmp_path / 'instruments'}, which no installed package brought" in done.stderr


def test_a_folder_that_is_no_package_is_nobody_s(installed, children, tmp_path):
    (tmp_path / "instruments").mkdir()
    words = [installed.bin / "python", "-m", "pytest", "--version"]
    done = children.run(words, cwd=tmp_path, env=environment())
    assert (done.returncode, "somebody else" in done.stderr) == (0, False)
