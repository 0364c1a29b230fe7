"""Text of devices, files and records on its way to a person: nothing in it commands a terminal or hides in a table."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

# What terminals obey, what reorders or hides letters, and halves of letters that no encoding has: all but line feed
# and tab.
_OBEYED = (
    *(code for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A)),
    *(0x00AD, 0x061C, 0x180E, 0xFEFF),
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFFF9, 0xFFFC),
    *range(0xD800, 0xE000),
)
# As JSON has it too, so that JSON stays JSON.
_SHOWN = {code: f"\\u{code:04x}" for code in _OBEYED}
# What spreadsheets take for the beginning of a formula, in their full width too.
_FORMULA = re.compile(r"[ \n]*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]inf", re.ASCII)


def plain_text(text: str) -> str:
    r"""Return a text with everything that a terminal would obey, and all that is not seen, as `\u001b`."""
    return text if text.isascii() and text.isprintable() else text.translate(_SHOWN)


def table_cell(value: object) -> object:
    """Return what stands in a cell of a CSV file: a text that a spreadsheet would calculate is led by an apostrophe.

    Numbers stay numbers, also where they are written as text.
    """
    if isinstance(value, str) and _FORMULA.match(value) and _NUMBER.fullmatch(value) is None:
        return f"'{value}"
    return value


MAX_BYTES_SHOWN = 96


_ECHOED = (
    "what came is what was sent: switch the echo off at the instrument, its RS-485 adapter or the terminal server, or "
    "take out what joins the line's two directions"
)


def echo_first(advice: str, sent: bytes | None, received: bytes | None) -> str:
    """Return an advice, with a word on echoes before it where what came is what was sent."""
    return f"{_ECHOED}; {advice}" if sent and received and received.strip() == sent.strip() else advice


def show_bytes(data: bytes | None) -> str:
    """Render wire bytes for a person: printable ones as text, the rest as hex, long ones cut with their length."""
    if data is None:
        return "nothing"
    if not data:
        return "nothing (0 bytes)"
    head = data[:MAX_BYTES_SHOWN]
    cut = f" … {len(data)} bytes in all" if len(data) > MAX_BYTES_SHOWN else ""
    if all(32 <= byte < 127 or byte in (9, 10, 13) for byte in head):
        return f"{head!r}{cut}"
    return f"[{head.hex(' ')}]{cut}"


def show_exchange(sent: bytes | None, received: bytes | None) -> str:
    """Render what went over a wire; None for what is not known, which is not the same as nothing."""
    known = (("sent", sent), ("received", received))
    return ", ".join(f"{verb} {show_bytes(data)}" for verb, data in known if data is not None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" when a word is close to one that is known, "" when not."""
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
