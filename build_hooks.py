"""What a build adds to what it packs: rig/built_from.txt, the commit that was built, which git alone knows."""

import subprocess
from pathlib import Path

from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = Path(__file__).parent
WRITTEN = Path("rig") / "built_from.txt"
DESCRIBE = ["git", "describe", "--always", "--dirty", "--exclude=*", "--abbrev=40"]


class BuildWithCommit(build_py):
    """Packs the Python packages, and the commit beside them where it is known."""

    def run(self) -> None:
        """Pack, then write the commit; what is installed editable asks git when it is asked itself."""
        super().run()
        if not self.editable_mode:
            _write_commit(Path(self.build_lib))


class ArchiveWithCommit(sdist):
    """Packs the sources, and the commit beside them: who builds from them has no git to ask."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Put the files into place, then write the commit."""
        super().make_release_tree(base_dir, files)
        _write_commit(Path(base_dir))


def _write_commit(folder: Path) -> None:
    """Write the commit of a checkout; what a source archive says of itself is packed as it stands."""
    if not (HERE / ".git").exists():
        return
    done = subprocess.run(DESCRIBE, cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        (folder / WRITTEN).write_text(done.stdout, encoding="utf-8")
