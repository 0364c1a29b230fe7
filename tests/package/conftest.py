"""The rig as somebody installs it: a wheel, in an environment of its own that has no checkout."""

import os
import shutil
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixtures.plan_support import ROOT
from tests.processes import Children, children
from tests.shared import made_once

SOURCES = ("rig", "commands", "instruments", "fixtures", "reports", "qualification", "pump_rig")
FILES = ("pyproject.toml", "build_hooks.py", "MANIFEST.in", "README.md", "LICENSE")


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel; `commit` is what the wheel was built from."""

    folder: Path
    wheel: Path
    commit: str

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def site_packages(self) -> Path:
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found

    def run(self, started: Children, *words: str | Path, cwd: Path):
        """Run one of the environment's own commands in a folder."""
        name, *rest = words
        return started.run([self.bin / name, *rest], cwd=cwd, env=environment(), idle_s=60)

    def pytest(self, started: Children, *words: str | Path, cwd: Path):
        """Run pytest as its own command does: the folder that it is called in is not on Python's path."""
        return self.run(started, "python", "-P", "-W", "error", "-m", "pytest", *words, cwd=cwd)


def environment() -> dict[str, str]:
    """Return the environment without what leads to the checkout or the session that these tests run in."""
    return {
        name: value for name, value in os.environ.items() if name != "PYTHONPATH" and not name.startswith("PYTEST_")
    }


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Installed:
    """The wheel of this checkout, built and installed without a network; what it depends on is lent to it."""
    folder = made_once(tmp_path_factory, "package", _install)
    (wheel,) = (folder / "wheels").glob("*.whl")
    return Installed(folder / "env", wheel, (folder / "commit").read_text(encoding="utf-8"))


def _install(folder: Path) -> None:
    with children() as started:

        def call(*words, cwd=folder):
            done = started.run(words, cwd=cwd, env=environment(), idle_s=60)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout.strip()

        commit = _checkout(folder / "source", call)
        pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input")
        call(*pip, "wheel", "./source", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", "wheels")
        (wheel,) = (folder / "wheels").glob("*.whl")
        venv.create(folder / "env", with_pip=False, symlinks=True)
        made = Installed(folder / "env", wheel, commit)
        where = ("--python", made.bin / "python")
        call(*pip, *where, "install", "--no-deps", "--no-index", "--no-compile", wheel)
        # A path alone: the checkout's own .pth in there is not obeyed.
        (made.site_packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (folder / "commit").write_text(commit, encoding="utf-8")


def _checkout(folder: Path, call) -> str:
    """Copy what a wheel is built from and commit it; return the commit."""
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    me = ("git", "-c", "user.name=me", "-c", "user.email=me@example.org")
    call("git", "init", "-q", cwd=folder)
    call("git", "add", ".", cwd=folder)
    call(*me, "commit", "-qm", "Everything", cwd=folder)
    return call("git", "rev-parse", "HEAD", cwd=folder)
