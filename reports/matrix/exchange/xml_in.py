"""XML from other tools: without a document type, so that no entity grows or fetches; bounded in depth and size."""

import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree as ET

from rig.errors import PlanFileError

_MOST_BYTES = 64 * 1024 * 1024
_DEEPEST = 200
_ENDING = ".reqif"
_ZIP = b"PK\x03\x04"


class _RefusedError(Exception):
    """What no requirements tool writes."""


class _Builder(ET.TreeBuilder):
    """Builds a tree that has no document type and is not deeper than anybody writes."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, name: str, public: str | None, system: str | None) -> None:  # noqa: ARG002 - as the parser calls it
        raise _RefusedError("it has a document type (DOCTYPE), which no ReqIF has: it is not read")

    def start(self, tag: str, attrs: dict[str, str], /) -> "ET.Element[str]":
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _RefusedError(f"elements lie in each other deeper than {_DEEPEST}")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> "ET.Element[str]":
        self._depth -= 1
        return super().end(tag)


def documents_in(path: Path) -> list[tuple[str, ET.Element]]:
    """Return the roots of a .reqif file, or of those in a .reqifz, by their names in order.

    Raises PlanFileError for what cannot be read, is no XML, has a document type, or is larger or deeper than any.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise PlanFileError(str(path), [f"the file cannot be read: {error}"]) from error
    if len(raw) > _MOST_BYTES:
        raise PlanFileError(str(path), [_too_large(path.name)])
    texts = _unpacked(path) if raw.startswith(_ZIP) else [(path.name, raw)]
    return [(name, _root(path, name, text)) for name, text in texts]


def _unpacked(path: Path) -> list[tuple[str, bytes]]:
    """Return the ReqIF files in an archive; what else lies in it (pictures) is left there."""
    found: list[tuple[str, bytes]] = []
    left = _MOST_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.lower().endswith(_ENDING))
            for name in names:
                if name.startswith("__MACOSX"):
                    continue
                with archive.open(name) as member:
                    raw = member.read(left + 1)
                if len(raw) > left:
                    raise PlanFileError(str(path), [_too_large(name)])
                left -= len(raw)
                found.append((name, raw))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise PlanFileError(str(path), [f"the archive cannot be unpacked: {error}"]) from error
    if not found:
        raise PlanFileError(str(path), [f"no file in the archive ends in {_ENDING}"])
    return found


def _root(path: Path, name: str, raw: bytes) -> ET.Element:
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 - what it could be attacked by is refused by its builder
    try:
        parser.feed(raw)
        root: ET.Element = parser.close()
    except _RefusedError as error:
        raise PlanFileError(str(path), [f"{name}: {error}"]) from error
    except (ET.ParseError, LookupError, ValueError) as error:
        raise PlanFileError(str(path), [f"{name}: it is no XML: {error}"]) from error
    return root


def _too_large(name: str) -> str:
    return f"{name} has more than {_MOST_BYTES // 1024 // 1024} MB: export fewer requirements at a time"
