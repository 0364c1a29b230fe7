"""`rig init DIR`: a laboratory's own repository, which runs at once on the mocked bench."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from commands.command import RigCommand
from rig.errors import StarterError

STARTER = Path(__file__).parent / "starter"
# Files whose names begin with a dot are packed without it.
_DOT = "dot_"
_VERSION = "@VERSION@"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", type=Path, metavar="DIR", help="the folder to write: a new one, or one that is empty")


def _run(options: argparse.Namespace) -> int:
    from commands.version import version

    folder: Path = options.dir
    write_starter(folder, version())
    print(f"{folder} holds plans, limits, requirements, benches and an instrument. Next:")
    print(f"  cd {folder}")
    print("  rig bench check benches/mocked.toml    # what stands on the bench without hardware")
    print("  python -m pytest                       # run its plans there")
    print("  rig report last                        # read what came of it")
    print("README.md says how to go on to instruments of your own, and how to install the rig beside the plans.")
    return 0


def write_starter(folder: Path, version: str) -> None:
    """Write the repository into a folder; raise StarterError when something is there already, or it cannot be."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StarterError(f"{folder} is not empty, and nothing in it was touched: name a new folder")
        for name, text in starter_files():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace(_VERSION, version), encoding="utf-8", newline="\n")
        (folder / "wheels").mkdir()
    except OSError as error:
        raise StarterError(f"{folder} cannot be written: {error.strerror}; name a folder that is yours") from error


def starter_files() -> Iterator[tuple[str, str]]:
    """Yield path and text of every file that a new repository holds, in the order of their names."""
    for path in sorted(STARTER.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            parts = path.relative_to(STARTER).parts
            name = "/".join(f".{part.removeprefix(_DOT)}" if part.startswith(_DOT) else part for part in parts)
            yield name, path.read_text(encoding="utf-8")


COMMAND = RigCommand("init", "write a laboratory's own repository that runs at once", _arguments, _run)
