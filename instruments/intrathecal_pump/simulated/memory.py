"""The memory that outlives the simulation: a file with what each part keeps without power.

A twin that ends is a pump whose power goes away. The next one that is given the same file is that pump again.
"""

import json
from pathlib import Path

from instruments.intrathecal_pump.simulated.assembly import Parts
from rig.errors import BenchFileError

_VERSION = 1
_HEAD = "memory"


class Memory:
    """Reads and writes one pump's file; without a path it keeps nothing."""

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._written = ""

    def recall(self, parts: Parts, now_ns: int) -> None:
        """Give the parts back what they kept, if there is a file; raise BenchFileError for one that is none.

        Moments are of the former laboratory: where its clock was ahead of this one's they are moved back, so that no
        time has passed. Where it was behind, the pump was without power as long.
        """
        if self._path is None or not self._path.exists():
            return
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            shift_ns = min(0, now_ns - int(told[f"at_ns, version {_VERSION}"]))
            for name, part in parts.named():
                part.restore(told["parts"][name], shift_ns)
            parts.start_up.recall(cut_short=bool(told["delivering"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            what = f"found {error!r}; a {_HEAD} that a simulated pump has written is wanted: remove it for a new pump"
            raise BenchFileError(str(self._path), [f"{_HEAD}: {what}"]) from error

    def write(self, parts: Parts, now_ns: int) -> None:
        """Write down what the parts keep, whole or not at all; raise BenchFileError where that cannot be done."""
        if self._path is None:
            return
        told = {
            f"at_ns, version {_VERSION}": now_ns,
            "delivering": parts.delivering,
            "parts": {name: dict(part.kept()) for name, part in parts.named()},
        }
        text = json.dumps(told)
        if text == self._written:
            return
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            raise BenchFileError(str(self._path), [f"{_HEAD}: could not be written: {error}"]) from error
        self._written = text
