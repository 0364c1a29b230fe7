"""Where in a TOML file a key stands: tomllib does not say, so it is asked about ever shorter beginnings of the file."""

import tomllib
from collections.abc import Sequence

from rig.bench_file.toml import read_toml

Place = tuple[str | int, ...]


def dotted(place: Sequence[str | int]) -> str:
    """Return a place as a person reads it: `instruments.daq.channels.0.unit`."""
    return ".".join(map(str, place))


def line_of(text: str, place: Place) -> int:
    """Return the line (from 1) on which the value at `place` begins, or what is there of the way to it; 0 for neither.

    Any style of TOML will do. The text must be valid as a whole.
    """
    whole = _parsed(text)
    while place and not _holds(whole, place):
        place = place[:-1]
    if not place:
        return 0
    lines = text.split("\n")
    # Beginnings of `without` lines are TOML without the value. From `end` on, all that are TOML hold it.
    without, end = 0, len(lines)
    while without + 1 < end:
        middle = (without + end) // 2
        count, document = _next_valid(lines, middle, end)
        if document is None or _holds(document, place):
            end = middle
        else:
            without = count
    return without + 1


def _next_valid(lines: Sequence[str], first: int, end: int) -> tuple[int, object]:
    """Return the first beginning of `first` lines or more, below `end`, that is valid, and what it says; else None."""
    for count in range(first, end):
        document = _parsed("\n".join([*lines[:count], ""]))
        if document is not None:
            return count, document
    return end, None


def _parsed(text: str) -> object:
    try:
        return read_toml(text)
    except tomllib.TOMLDecodeError:
        return None


def _holds(value: object, place: Place) -> bool:
    for part in place:
        entries = dict(enumerate(value)) if isinstance(value, list) else value
        if not isinstance(entries, dict) or part not in entries:
            return False
        value = entries[part]
    return True
