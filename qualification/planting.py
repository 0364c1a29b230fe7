"""Plants one mistake into the rig's own code, while it is imported: `pytest -p qualification.planting`.

The file on the disk stays as it is. Nothing of the rig may be imported here: it is to be imported with the mistake.
"""

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from qualification.planted import PLANTED, Mistake

VARIABLE = "RIG_PLANTED_MISTAKE"
"""The environment variable that names the mistake by its key; without it nothing is planted."""


class _Loader(SourceFileLoader):
    """Compiles one module with its mistake in it."""

    def __init__(self, mistake: Mistake, path: str) -> None:
        super().__init__(mistake.module, path)
        self._mistake = mistake

    def get_code(self, fullname: str) -> CodeType:
        """Return the module's code with the mistake planted; raises ImportError where its place is not found."""
        path = Path(self.path)
        if fullname != self._mistake.module:
            raise ImportError(f"{fullname} is not {self._mistake.module}")
        return compile(self._mistake.planted(path.read_text(encoding="utf-8")), str(path), "exec")


class _Finder(MetaPathFinder):
    def __init__(self, mistake: Mistake) -> None:
        self._mistake = mistake

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._mistake.module:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and found.origin is not None:
            found.loader = _Loader(self._mistake, found.origin)
        return found


def _plant() -> None:
    key = os.environ.get(VARIABLE)
    if key is None:
        return
    mistake = next(one for one in PLANTED if one.key == key)
    if mistake.module in sys.modules:
        raise ImportError(f"{mistake.module} is imported already: nothing can be planted in it")
    sys.meta_path.insert(0, _Finder(mistake))


_plant()
