"""A plan as its source tells of it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PlanInSource:
    """One plan: its file, its function (`TestClass::test_function` in a class), its line, what it claims, each once.

    `unread` says that a marker names something that only running the file would tell.
    """

    path: Path
    function: str
    line: int
    requirements: tuple[str, ...]
    unread: bool = False

    @property
    def name(self) -> str:
        """Return what the plan is called on the command line of pytest."""
        return f"{self.path.as_posix()}::{self.function}"

    @property
    def place(self) -> str:
        """Return where it stands, for a person to find it."""
        return f"{self.path.as_posix()}:{self.line}: {self.function}"

    def is_in(self, file: str) -> bool:
        """Tell whether it may stand in the file that a record names, wherever its project's folder stood."""
        return self.path.resolve().as_posix().endswith(f"/{file}")
