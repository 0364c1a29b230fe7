"""The entries in the pages of a record's file, read without SQLite: a page that is damaged hides none of the others.

The format is SQLite's (https://sqlite.org/fileformat2.html): a page of rows names its cells, a cell holds the number of
its row and the row, and what does not fit goes on in pages of its own. The write-ahead journal holds newer pages.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

from rig.errors import RecordError, RecordNotFoundError
from rig.record.schema import PAGE_BYTES, journal_of

_ROWS = 0x0D
_HEADER_BYTES, _FRAME_BYTES, _JOURNAL_BYTES = 100, 24, 32
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_HASH_BYTES = 32
_MOST_BYTES = 128 * 1024 * 1024

# seq, t_ns, kind, name, body, data, hash
Found = tuple[int, int, str, str, str, bytes | None, bytes]


class Pages:
    """The pages of a record and of its journal, whatever state they are in."""

    def __init__(self, path: Path) -> None:
        """Open the files; raises RecordNotFoundError when there is no record, RecordError when it cannot be read."""
        if not path.is_file():
            raise RecordNotFoundError(f"there is no record {path}")
        try:
            self._own = _content(path)
            self._journal = _content(journal_of(path)) if journal_of(path).is_file() else b""
        except OSError as error:
            raise RecordError(f"{path} cannot be read: {error}") from error
        size = int.from_bytes(self._own[16:18], "big")
        self._page_bytes = size if size >= 512 and size & (size - 1) == 0 else PAGE_BYTES
        if self._own[18:20] == b"\1\1":  # finished: the journal is that of another copy
            self._journal = b""
        # Where in the journal the newest version of a page is.
        self._newest = dict(self._frames())

    @property
    def size_bytes(self) -> int:
        """Return how long the files are together."""
        return len(self._own) + len(self._journal)

    def places(self) -> Iterator[tuple[int, int, bool]]:
        """Yield each row that a page names: its number, where it begins, and whether that is in the journal."""
        for start in range(0, len(self._own), self._page_bytes):
            header = start + (_HEADER_BYTES if start == 0 else 0)
            for seq, place in self._cells(self._own, start, header):
                yield seq, place, False
        for _, start in self._frames():
            for seq, place in self._cells(self._journal, start, start):
                yield seq, place, True

    def entry(self, place: int, *, in_journal: bool) -> Found | None:
        """Return the entry that begins at a place; None where there is no entry that can be read."""
        source = self._journal if in_journal else self._own
        try:
            size, at = _varint(source, place)
            seq, at = _varint(source, at)
            if size > _MOST_BYTES:
                return None
            return _entry(seq, self._payload(source, at, size))
        except (IndexError, ValueError):
            return None

    def _frames(self) -> Iterator[tuple[int, int]]:
        """Yield the number of each page in the journal and where it begins: those of its last beginning only."""
        salt, step = self._journal[16:24], _FRAME_BYTES + self._page_bytes
        for frame in range(_JOURNAL_BYTES, len(self._journal) - step + 1, step):
            if self._journal[frame + 8 : frame + 16] == salt:
                yield int.from_bytes(self._journal[frame : frame + 4], "big"), frame + _FRAME_BYTES

    def _cells(self, source: bytes | mmap.mmap, start: int, header: int) -> Iterator[tuple[int, int]]:
        if source[header : header + 1] != bytes([_ROWS]):
            return
        count = int.from_bytes(source[header + 3 : header + 5], "big")
        for pointer in range(header + 8, min(header + 8 + 2 * count, start + self._page_bytes - 1), 2):
            place = start + int.from_bytes(source[pointer : pointer + 2], "big")
            try:
                seq = _varint(source, _varint(source, place)[1])[0]
            except IndexError:
                continue
            yield seq, place

    def _payload(self, source: bytes | mmap.mmap, at: int, size: int) -> bytes:
        """Return what a cell holds, from the pages too in which it goes on; ValueError where they end too early."""
        usable = self._page_bytes
        here = size
        if size > usable - 35:
            least = (usable - 12) * 32 // 255 - 23
            here = least + (size - least) % (usable - 4)
            here = here if here <= usable - 35 else least
        parts, left = [source[at : at + here]], size - here
        following = int.from_bytes(source[at + here : at + here + 4], "big") if left else 0
        while left > 0:
            page = self._page(following)
            following = int.from_bytes(page[:4], "big")
            parts.append(page[4 : 4 + left])
            left -= len(parts[-1])
        return b"".join(parts)

    def _page(self, number: int) -> bytes:
        place = self._newest.get(number)
        source = self._own if place is None else self._journal
        start = (number - 1) * self._page_bytes if place is None else place
        page = source[start : start + self._page_bytes] if number > 0 else b""
        if len(page) <= 4:
            raise ValueError(f"there is no page {number}")
        return page


def _content(path: Path) -> bytes | mmap.mmap:
    with path.open("rb") as file:
        if not path.stat().st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _varint(source: bytes | mmap.mmap, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes and where it ends; IndexError where the file ends first."""
    value = 0
    for step in range(8):
        byte = source[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    return value << 8 | source[at + 8], at + 9


def _entry(seq: int, payload: bytes) -> Found:
    """Take a row apart; ValueError or IndexError where it is not one of a record."""
    header_bytes, at = _varint(payload, 0)
    types = []
    while at < header_bytes:
        kind, at = _varint(payload, at)
        types.append(kind)
    if len(types) != 7 or types[0] != 0:  # the row's number stands for the seq
        raise ValueError("not a row of a record")
    match list(_values(payload, header_bytes, types[1:])):
        case [int(t_ns), str(entry_kind), str(name), str(body), None | bytes() as data, bytes(digest)] if (
            len(digest) == _HASH_BYTES
        ):
            return seq, t_ns, entry_kind, name, body, data, digest
    raise ValueError("not a row of a record")


def _values(payload: bytes, at: int, types: list[int]) -> Iterator[int | str | bytes | None]:
    for kind in types:
        size = _INTEGER_BYTES.get(kind, max(0, (kind - 12) // 2))
        piece = payload[at : at + size]
        if len(piece) != size:
            raise ValueError("a row is cut off")
        at += size
        if kind == 0:
            yield None
        elif kind in (8, 9):
            yield kind - 8
        elif kind in _INTEGER_BYTES:
            yield int.from_bytes(piece, "big", signed=True)
        elif kind >= 12:
            yield piece.decode() if kind % 2 else piece
        else:
            raise ValueError("a type that no record has")
