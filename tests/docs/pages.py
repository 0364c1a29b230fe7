"""The project's pages as tests see them: files written out in full, commands, links and tables."""

import os
import re
from pathlib import Path

from tests.fixtures.plan_support import NOT_OF_PLANS
from tests.processes import children

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
# ```python instruments/x/driver.py begins a block that is a whole file of that name.
_FILE = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^(\s*)```.*?^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def pages() -> list[Path]:
    """Return the README and every page below docs/."""
    return [README, *sorted(DOCS.rglob("*.md"))]


def files_in(page: Path) -> dict[str, str]:
    """Return the files that a page holds in full, by path."""
    return dict(_FILE.findall(page.read_text(encoding="utf-8")))


def write_files(files: dict[str, str], folder: Path) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def commands_in(page: Path) -> list[str]:
    """Return the commands of a page: the lines of its shell blocks without comments, and those within its text."""
    text = page.read_text(encoding="utf-8")
    lines = "\n".join(_SHELL.findall(text)).replace("\\\n", " ").splitlines()
    inline = re.findall(r"`(\.venv/bin/[^`]+)`", text)
    return [command for line in lines if (command := line.partition(" #")[0].strip())] + inline


def links_in(page: Path) -> list[str]:
    """Return the targets of a page's links that lead to files."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [target for target in _LINK.findall(text) if not re.match(r"[a-z]+:", target)]


def run_pytest(folder: Path, *words: str, path: tuple[Path, ...] = ()) -> tuple[int, str]:
    """Run `python -m pytest` from a folder, the project and `path` on Python's path; return exit code and output."""
    places = os.pathsep.join(map(str, (ROOT, *path)))
    command = ["-W", "error", "-m", "pytest", "-p", "no:cacheprovider", *words]
    with children() as started:
        done = started.run_warm(command, cwd=folder, env={**os.environ, "PYTHONPATH": places}, idle_s=120)
    return done.returncode, done.stdout + done.stderr


def run_plans(folder: Path, *words: str, path: tuple[Path, ...] = ()) -> tuple[int, str]:
    """Run plans as `run_pytest` does, without what only the tests of this project bring along."""
    return run_pytest(folder, *NOT_OF_PLANS, *words, path=path)
