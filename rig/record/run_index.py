"""What was said of the finished runs of a large folder, kept: to read ten thousand takes half a minute.

A line is taken from here only while its record is, by size, times and number in its file system, the very file that it
was read from, and no journal lies beside it. The index is the user's own, apart from the records; whatever is wrong
with it, the records are read.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from rig.clock import machine_utc_ns

# To read so many records takes no longer than a person notices.
FEWEST_RUNS = 200
# What is changed twice within one tick of a file system's clock looks unchanged: only what has been at rest is kept.
AT_REST_NS = 5_000_000_000
_VERSION = 1
_BESIDE = ("-wal", "-journal")

Look = tuple[int, int, int, int]


def looks(directory: Path, names: Iterable[str], rest_ns: int) -> dict[str, Look]:
    """Return how the records of a folder look from outside: untouched for `rest_ns`, with no journal beside them."""
    now_ns = machine_utc_ns()
    with os.scandir(directory) as found:
        entries = {entry.name: entry for entry in found}
    seen: dict[str, Look] = {}
    for name in names:
        if name not in entries or any(f"{name}{end}" in entries for end in _BESIDE):
            continue
        with suppress(OSError):
            stat = entries[name].stat()
            if max(stat.st_mtime_ns, stat.st_ctime_ns) <= now_ns - rest_ns:
                seen[name] = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    return seen


def place_of_index(directory: Path) -> Path | None:
    """Return where the index of a folder is kept, in the user's cache; None for a user who has none."""
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or ""
    try:
        base = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
        name = hashlib.sha256(str(directory.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    except (OSError, RuntimeError):
        return None
    return base / "rig" / f"runs-{name}.json"


class RunIndex:
    """Lines by the names of their records: how the record looked, and the values that were read from it."""

    def __init__(self, place: Path, names: Sequence[str]) -> None:
        """Read what is kept at `place`; nothing where that is damaged, somebody else's, or of another rig."""
        self._place = place
        self._head: list[object] = [_VERSION, *names]
        self._kept = self._read()

    def line(self, name: str, look: Look | None) -> list[object] | None:
        """Return the values that are kept of a record that still looks like this, None where there are none."""
        kept = self._kept.get(name)
        if kept is None or look is None or kept[0] != list(look):
            return None
        return list(kept[1])

    def write(self, lines: Mapping[str, tuple[Look, list[object]]]) -> None:
        """Keep these lines and no others; where that cannot be done, the records are read the next time too."""
        text = json.dumps([self._head, lines], separators=(",", ":"))
        part = self._place.with_name(f"{self._place.name}.{os.getpid()}.part")
        with suppress(OSError):
            self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                part.write_text(f"{_digest(text)}\n{text}", encoding="utf-8")
                part.replace(self._place)
            finally:
                part.unlink(missing_ok=True)

    def _read(self) -> dict[str, list[list[object]]]:
        try:
            if hasattr(os, "getuid") and self._place.stat().st_uid != os.getuid():
                return {}
            digest, _, text = self._place.read_text(encoding="utf-8").partition("\n")
            head, lines = json.loads(text) if digest == _digest(text) else ([], {})
        except (OSError, ValueError, RecursionError):
            return {}
        return dict(lines) if head == self._head else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
