"""`rig --version`: the version that is installed, and the commit it was made from when that is known."""

import argparse
from pathlib import Path

HERE = Path(__file__).parents[1]


class SayVersion(argparse.Action):
    """Prints `rig 0.1.0 (commit …)` and ends; looks nothing up before it is asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_found: object) -> None:
        """Say it; there is nothing to find behind the option."""
        made_from = commit()
        print(f"{parser.prog} {version()}" + (f" (commit {made_from})" if made_from else ""))
        parser.exit()


def version() -> str:
    """Return the version that the package's metadata says."""
    from importlib import metadata

    return metadata.version("pump-rig")


def commit() -> str:
    """Return the commit that this rig is, with "-dirty" behind it when files were changed; "" when nobody knows.

    A wheel carries what it was built from. A checkout asks git, and only for itself: a repository that happens to be
    around an installed rig is somebody else's.
    """
    written = HERE / "rig" / "built_from.txt"
    if written.is_file():
        return written.read_text(encoding="utf-8").strip()
    if not (HERE / ".git").exists():
        return ""
    from rig.bench.provenance import commit_of

    found, modified = commit_of(HERE)
    return "" if found == "unknown" else found + ("-dirty" if modified else "")
