"""What a build adds to what it packs: rig/built_from.txt, the commit that was built, which git alone knows."""

import subprocess
from pathlib import Path

from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
DESCRIBE = ["git", "describe", "--always", "--dirty", "--exclude=*", "--abbrev=40"]


class BuildWithCommit(build_py):
    """Packs the Python packages, and the commit beside them where it is known."""

    def run(self) -> None:
        """Pack, then write the commit; what is installed editable asks git when it is asked itself."""
        super().run()
        if self.editable_mode or not (HERE / ".git").exists():
            return
        done = subprocess.run(DESCRIBE, cwd=HERE, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            (Path(self.build_lib) / "rig" / "built_from.txt").write_text(done.stdout, encoding="utf-8")
