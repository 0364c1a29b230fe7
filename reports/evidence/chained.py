"""Lines that are only ever added, each bound to all before it: notes beside a record, and who signed a bundle.

A line is canonical JSON with three keys of the chain's own: `n` counts from 1, `previous` is the hash of the line
before, `hash` is SHA-256 over `previous` and the line without its hash. The first line is bound to what the chain is
about.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from reports.evidence.canonical import canonical_bytes, read_canonical
from rig.errors import BundleError
from rig.record.bodies.codec import Json

_OWN = {"n", "previous", "hash"}


@dataclass(frozen=True, slots=True)
class Chain:
    """The lines that hold, in order, and the hash of the last; `problem` says what is wrong with the first that not."""

    about: str
    lines: tuple[dict[str, Json], ...]
    problem: str = ""

    @property
    def head(self) -> str:
        """Return the hash of the last line that holds, in hex; of a chain without lines, that of what it is about."""
        return str(self.lines[-1]["hash"]) if self.lines else origin(self.about)

    def head_at(self, count: int) -> str:
        """Return what the head was when there were so many lines."""
        return str(self.lines[count - 1]["hash"]) if count else origin(self.about)

    def next_line(self, said: Mapping[str, Json]) -> bytes:
        """Return the line, with its line feed, that says something more."""
        line = {"n": len(self.lines) + 1, "previous": self.head, **said}
        return canonical_bytes({**line, "hash": _sealed(line)}, "a line") + b"\n"


def origin(about: str) -> str:
    """Return the hash that a chain about something begins with."""
    return hashlib.sha256(about.encode()).hexdigest()


def read_chain(data: bytes, about: str, what: str) -> Chain:
    """Return the lines of a file that hold; `what` names it in what is said of one that does not."""
    lines: list[dict[str, Json]] = []
    previous = origin(about)
    for number, text in enumerate(data.split(b"\n")[:-1], 1):
        problem = _problem(text, number, previous)
        if problem:
            return Chain(about, tuple(lines), f"{what}, line {number}: {problem}")
        line = read_canonical(text, what)
        lines.append(line)
        previous = str(line["hash"])
    unfinished = data and not data.endswith(b"\n")
    return Chain(about, tuple(lines), f"{what} ends in the middle of a line" if unfinished else "")


def _problem(text: bytes, number: int, previous: str) -> str:
    try:
        line = read_canonical(text, "it")
    except BundleError as error:
        return str(error)
    if not line.keys() >= _OWN:
        return "it has no place in the chain"
    if line["n"] != number or line["previous"] != previous:
        return "it does not follow the line before it"
    if line.pop("hash") != _sealed(line):
        return "it is not what was written"
    return ""


def _sealed(line: Mapping[str, Json]) -> str:
    previous = str(line["previous"])
    return hashlib.sha256(previous.encode() + canonical_bytes(line, "a line")).hexdigest()
