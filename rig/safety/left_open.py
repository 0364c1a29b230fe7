"""The mark of a bench that is open, taken away by who leaves it safe, or latched, behind them.

Found where nobody is at the bench it says that a run and its supervisor died together, without a word: nobody knows
whether the pump rests and its power is off.
"""

import contextlib
import hashlib
import os
from pathlib import Path

from rig.safety.lease import leases_folder

_EVERYBODY = 0o666


def mark(bench: str, run: str, folder: Path | None = None) -> None:
    """Mark a bench as open in a run; a folder that takes no file keeps nobody from running."""
    _write(mark_path(bench, folder), run)


def unmark(bench: str, run: str, folder: Path | None = None) -> None:
    """Take the mark of a run away; that of another run stays. Safe to repeat."""
    path = mark_path(bench, folder)
    if marked(bench, folder) != run:
        return
    _write(path, "")  # in a folder for all, another user's file may be written to but not be removed
    with contextlib.suppress(OSError):
        path.unlink()


def marked(bench: str, folder: Path | None = None) -> str:
    """Return the run in which a bench is marked as open; empty where it is not."""
    try:
        return mark_path(bench, folder).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def mark_path(bench: str, folder: Path | None = None) -> Path:
    """Return where the mark of a bench is, if it has one."""
    folder = leases_folder() if folder is None else folder
    return folder / f"rig-bench-{hashlib.sha256(bench.encode()).hexdigest()[:16]}.open"


def _write(path: Path, text: str) -> None:
    with contextlib.suppress(OSError):
        flags = os.O_WRONLY | os.O_TRUNC | (0 if path.exists() else os.O_CREAT)
        with os.fdopen(os.open(path, flags, _EVERYBODY), "w", encoding="utf-8") as file:
            file.write(text)
    with contextlib.suppress(OSError):
        path.chmod(_EVERYBODY)
