"""Text on its way to a sheet of paper: only what the fonts can show, and no word longer than a line."""

import re
from typing import Any

# What the fonts that Typst brings can show, and what stands still: no letter that reorders, joins or hides others.
_SHOWN = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x24F),
    (0x2B0, 0x2FF),
    (0x370, 0x377),
    (0x37A, 0x37F),
    (0x384, 0x38A),
    (0x38E, 0x3A1),
    (0x3A3, 0x482),
    (0x48A, 0x4FF),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x2040),
    (0x2044, 0x2052),
    (0x2054, 0x205E),
    (0x2070, 0x2071),
    (0x2074, 0x208E),
    (0x2090, 0x209C),
    (0x20A0, 0x20BF),
    (0x2126, 0x2126),
    (0x2153, 0x215F),
    (0x2190, 0x22FF),
    (0x2500, 0x25FF),
    (0x2713, 0x2714),
    (0x2717, 0x2718),
    (0xFFFD, 0xFFFD),
)
SHOWN = tuple(chr(code) for first, last in _SHOWN for code in range(first, last + 1))
"""Every character that stands in a document as it is, beside the line feed."""

_ALLOWED = "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in _SHOWN)
_NOT_SHOWN = re.compile(f"[^\n{_ALLOWED}]")
_HASH = re.compile(r"[0-9a-f]{64}")
# A line may end behind each of these, and in a word of nothing else behind so many letters.
_ENDS = re.compile(r"([_/\\.:,;=|)\]}-])(?=[^\s\u200b])")
_PIECE = 16
_LONGEST_WORD = 22
# A line of a source is this wide: what is shorter is copied from the sheet as it was.
_LONGEST_WORD_OF_SOURCE = 96
# Pictures are ours, and not read as text.
_PICTURE = "svg"
_BREAK = "\N{ZERO WIDTH SPACE}"
# Whole files, in which a word is what a machine reads.
_SOURCES = frozenset({"plan_sources", "helper_sources", "judged_by", "bench_file"})


def shown(text: str) -> str:
    """Return a text in which every character that the fonts do not have stands as its code point, "[U+05D0]" say."""
    if text.isascii() and text.isprintable():
        return text
    return _NOT_SHOWN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text.replace("\r\n", "\n").replace("\t", "    "))


def lettered(value: Any, longest: int = _LONGEST_WORD) -> Any:
    """Return the same data with every text as a document shows it; keys stay as they are."""
    if isinstance(value, str):
        return _breakable(shown(value), longest)
    if isinstance(value, dict):
        return {key: one if key == _PICTURE else lettered(one, _longest(key, longest)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [lettered(one, longest) for one in value]
    return _breakable(str(value), longest) if _is_no_number_of_typst(value) else value


def _is_no_number_of_typst(value: Any) -> bool:
    return isinstance(value, int) and not -(2**63) <= value < 2**63


def _longest(key: str, longest: int) -> int:
    return _LONGEST_WORD_OF_SOURCE if key in _SOURCES else longest


def _breakable(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return re.sub(rf"\S{{{longest + 1},}}", lambda found: _pieces(found[0]), text)


def _pieces(word: str) -> str:
    """Return a long word with places at which a line may end; a hash stays whole, to be copied."""
    if _HASH.fullmatch(word):
        return word
    parts = _ENDS.sub(rf"\1{_BREAK}", word).split(_BREAK)
    return _BREAK.join(part[at : at + _PIECE] for part in parts for at in range(0, len(part), _PIECE))
