"""Requirements into requirements.toml: what is new, changed and gone, and the file with its comments kept."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from reports.matrix.exchange.taken import differing
from rig.bench_file.toml import read_toml
from rig.record.bodies.judging import Requirement

_HEAD = re.compile(r"\[\s*requirements\s*\.\s*(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[A-Za-z0-9_-]+)\s*\]\s*(?:#.*)?")
_TABLE = re.compile(r"\s*\[")
_NO_WORDS = re.compile(r"\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import changes in requirements that are there: ids, and of those changed the fields."""

    new: tuple[str, ...]
    changed: dict[str, tuple[str, ...]]
    gone: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Tell whether the file would change by what is new or changed."""
        return bool(self.new or self.changed)


def changes(present: Mapping[str, Requirement], taken: Mapping[str, Requirement]) -> Changes:
    """Return what is new, changed and gone; how blanks are set changes nothing."""
    both = [name for name in taken if name in present]
    differs = {name: tuple(differing(present[name], taken[name])) for name in both}
    return Changes(
        tuple(name for name in taken if name not in present),
        {name: what for name, what in differs.items() if what},
        tuple(name for name in present if name not in taken),
    )


def written(requirements: Mapping[str, Requirement]) -> str:
    """Return requirements.toml with these requirements and nothing else."""
    return "\n".join(_table(name, said) for name, said in requirements.items()) or "requirements = {}\n"


def updated(text: str, wanted: Mapping[str, Requirement], found: Changes, *, remove_gone: bool) -> tuple[str, bool]:
    """Return the text of requirements.toml with what is new and changed, and whether its comments were kept.

    Comments within a table that changes are not kept. Where a file is written in a way that cannot be changed in its
    place (the requirements as one inline table), all of it is written anew. What is gone stays, unless it is to be
    removed.
    """
    gone = found.gone if remove_gone else ()
    present = _said(text)
    whole = {
        name: wanted[name] if name in found.changed else said for name, said in present.items() if name not in gone
    }
    whole |= {name: wanted[name] for name in found.new}
    parts = [*_parts(text, wanted, found, gone)]
    parts += ["\n" + _table(name, wanted[name]) for name in found.new]
    kept = "".join(parts)
    return (kept, True) if _same(kept, whole) else (written(whole), False)


def _parts(text: str, wanted: Mapping[str, Requirement], found: Changes, gone: tuple[str, ...]) -> Iterator[str]:
    """Yield the parts of the text, with the tables that change as they are wanted."""
    for name, lines in _blocks(text):
        rest = len(lines)
        while rest > 1 and _NO_WORDS.fullmatch(lines[rest - 1].rstrip("\r\n")):
            rest -= 1
        if name is not None and name in found.changed:
            yield _table(name, wanted[name])
        elif name not in gone:
            yield "".join(lines[:rest])
        # What stands behind a table's last line belongs to what follows.
        if name not in gone or rest < len(lines):
            yield "".join(lines[rest:])
    if text and not text.endswith("\n"):
        yield "\n"


def _blocks(text: str) -> Iterator[tuple[str | None, list[str]]]:
    """Yield the tables of a text, by the ids of those that are requirements, with their lines."""
    name: str | None = None
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        head = _HEAD.fullmatch(line.strip())
        # What looks like a table may stand in a text of several lines.
        if _TABLE.match(line) and _is_toml("".join(lines)):
            yield name, lines
            name, lines = (_key(head[1]) if head else None), []
        lines.append(line)
    yield name, lines


def _is_toml(text: str) -> bool:
    try:
        read_toml(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _key(written_key: str) -> str | None:
    try:
        (name,) = read_toml(f"{written_key} = 0")
    except tomllib.TOMLDecodeError:
        return None
    return name


def _said(text: str) -> dict[str, Requirement]:
    """Return the requirements of a valid file."""
    tables = read_toml(text).get("requirements", {})
    return {name: Requirement(**said) for name, said in tables.items()} if isinstance(tables, dict) else {}


def _same(text: str, wanted: Mapping[str, Requirement]) -> bool:
    try:
        return list(_said(text).items()) == list(wanted.items())
    except (tomllib.TOMLDecodeError, TypeError):
        return False


def _table(name: str, said: Requirement) -> str:
    stated = ((one.name, getattr(said, one.name)) for one in fields(said))
    lines = [f"{key} = {_quoted(text)}" for key, text in stated if text]
    return "\n".join([f"[requirements.{_quoted(name)}]", *lines, ""])


def _quoted(text: str) -> str:
    # A basic string of TOML is a JSON string, but for DEL, which has to be escaped too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
