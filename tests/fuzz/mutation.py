"""Changes bytes as wires, disks and people do: bits turned over, pieces lost, doubled, moved, or of something else."""

import random
import re
from collections.abc import Sequence

LONGEST = 1 << 14
_VALUE = re.compile(rb'"[^"\n]*"|[\w.+:-]+')
_INTERESTING = bytes((0, 1, 0x0A, 0x0D, 0x1B, 0x20, 0x22, 0x27, 0x2C, 0x2D, 0x2E, 0x30, 0x39, 0x7E, 0x7F, 0x80, 0xFF))


def mutated(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Return `case` with one to four changes."""
    for _ in range(draw.randrange(1, 5)):
        case = draw.choice(_CHANGES)(case, draw, corpus, words)
    return case[:LONGEST]


def _place(case: bytes, draw: random.Random) -> int:
    return draw.randrange(len(case) + 1)


def _piece(case: bytes, draw: random.Random) -> tuple[int, int]:
    start = _place(case, draw)
    return start, min(len(case), start + draw.choice((1, 1, 2, 4, 16, 64)))


def _bit(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    if not case:
        return case
    place = draw.randrange(len(case))
    return case[:place] + bytes((case[place] ^ 1 << draw.randrange(8),)) + case[place + 1 :]


def _byte(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    place = _place(case, draw)
    new = draw.choice(_INTERESTING) if draw.random() < 0.7 else draw.randrange(256)
    return case[:place] + bytes((new,)) + case[place + 1 :]


def _number(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Put a big-endian number that lies at the end of its range somewhere."""
    size = draw.choice((2, 4, 8))
    number = draw.choice((0, 1, (1 << 8 * size) - 1, 1 << (8 * size - 1), (1 << (8 * size - 1)) - 1))
    place = _place(case, draw)
    return case[:place] + number.to_bytes(size, "big") + case[place + size :]


def _lost(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    start, end = _piece(case, draw)
    return case[:start] + case[end:]


def _cut(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    return case[: _place(case, draw)]


def _doubled(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    start, end = _piece(case, draw)
    return case[:end] + case[start:end] * draw.choice((1, 1, 2, 40)) + case[end:]


def _moved(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    start, end = _piece(case, draw)
    left = case[:start] + case[end:]
    place = _place(left, draw)
    return left[:place] + case[start:end] + left[place:]


def _spliced(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    other = draw.choice(corpus)
    start, end = _piece(other, draw)
    place = _place(case, draw)
    return case[:place] + (other[start:end] if draw.random() < 0.7 else other[start:]) + case[place:]


def _word(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    if not words:
        return _byte(case, draw, corpus, words)
    start, end = _piece(case, draw)
    return case[:start] + draw.choice(words) + case[start if draw.random() < 0.5 else end :]


def _token(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Put a word, or a value of somewhere else, in a value's place: the language stays whole around it."""
    found = list(_VALUE.finditer(case))
    if not found:
        return _word(case, draw, corpus, words)
    old = draw.choice(found)
    others = _VALUE.findall(draw.choice(corpus)) if draw.random() < 0.5 else words
    new = draw.choice(others) if others else b""
    return case[: old.start()] + new + case[old.end() :]


def _line(case: bytes, draw: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Lose, double or move a whole line."""
    lines = case.split(b"\n")
    line = lines.pop(draw.randrange(len(lines)))
    for _ in range(draw.choice((0, 1, 1, 2))):
        lines.insert(draw.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


_CHANGES = (_bit, _bit, _byte, _number, _lost, _cut, _doubled, _moved, _spliced, _word, _token, _token, _line)
