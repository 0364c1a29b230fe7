"""Formatted text of ReqIF as plain lines, and plain lines as formatted text."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

XHTML = "http://www.w3.org/1999/xhtml"
# Those that stand on lines of their own.
_BLOCKS = frozenset(
    {"address", "blockquote", "caption", "div", "dl", "fieldset", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p"}
    | {"pre", "table", "tbody", "ul"}
)
# Those that only begin a line: nothing is between them.
_LINES = frozenset({"br", "dd", "dt", "li", "tr"})
_CELLS = frozenset({"td", "th"})
_BLANKS = re.compile(r"\s+")


def text_of(element: ET.Element) -> str:
    """Return the text within an element: a line for each block, a blank between cells, words of pictures left in."""
    return "".join(_pieces(element, kept=False))


def pictures_in(element: ET.Element) -> list[str]:
    """Return what files pictures and other objects in an element are in, which no text can take over."""
    return [one.get("data") or one.get("src") or "no file" for one in element.iter() if _name(one) in ("object", "img")]


def div_of(text: str) -> ET.Element:
    """Return a text as a division, its lines divided; names are as a document writes them that binds `xhtml`."""
    first, *others = text.split("\n")
    division = ET.Element("xhtml:div")
    division.text = first
    for line in others:
        ET.SubElement(division, "xhtml:br").tail = line
    return division


def _pieces(element: ET.Element, *, kept: bool) -> Iterator[str]:
    """Yield the pieces of a text; white space is one blank, unless it is `kept`, as in a block that is set already."""
    name = _name(element)
    kept = kept or name == "pre"
    around = "\n" if name in _BLOCKS else " " if name in _CELLS else ""
    yield "\n" if name in _LINES else around
    yield _spaced(element.text, kept=kept)
    for child in element:
        yield from _pieces(child, kept=kept)
        yield _spaced(child.tail, kept=kept)
    yield around


def _spaced(text: str | None, *, kept: bool) -> str:
    return (text or "") if kept else _BLANKS.sub(" ", text or "")


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
