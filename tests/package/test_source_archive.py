"""What is built from a source archive, where there is no git any more, is the same rig and knows its commit."""

import sys
import zipfile

import pytest

from tests.package.conftest import environment
from tests.processes import children

BUILD = "from setuptools import build_meta; print(build_meta.build_sdist('archives'))"


@pytest.fixture(scope="module")
def from_archive(installed, tmp_path_factory):
    """The wheel that is built from the source archive of the same commit."""
    folder = tmp_path_factory.mktemp("archive")
    source = installed.folder.parent / "source"
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input")
    with children() as started:
        done = started.run([sys.executable, "-c", BUILD], cwd=source, env=environment())
        assert done.returncode == 0, done.stdout + done.stderr
        archive = source / "archives" / done.stdout.splitlines()[-1]
        words = ("wheel", archive, "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder)
        done = started.run([*pip, *words], cwd=folder, env=environment())
        assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    return zipfile.ZipFile(wheel)


def test_it_holds_the_same_files(installed, from_archive):
    assert set(from_archive.namelist()) == set(zipfile.ZipFile(installed.wheel).namelist())


def test_it_knows_its_commit(installed, from_archive):
    assert from_archive.read("rig/built_from.txt").decode() == f"{installed.commit}\n"
