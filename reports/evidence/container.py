"""The file of a bundle: a zip that has one form, so that no byte of it can change without being seen.

Members are stored, not deflated: what deflates them differs from machine to machine, and the form must be the same on
all. They stand in the order of their names, with nothing between, before, behind or beside them; times, attributes and
versions are constants, there are no comments and no extra fields. Any unzip reads it. Reading walks the file and holds
each byte to what writing would have put there, so that sizes are what they say and nothing can be hidden.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from rig.errors import BundleError
from rig.record.export import written_whole

# What a member may be called: plain letters below at most three folders, none of which leads anywhere else.
NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,249}/){0,3}[A-Za-z0-9][A-Za-z0-9._-]{0,249}")
# Without its 64-bit extension a zip ends below 4 GiB.
MOST_BYTES = 2**32 - 2
MOST_MEMBERS = 10_000
# What is read into memory; records are copied piece by piece.
MOST_READ_BYTES = 256 * 1024 * 1024

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _STORED, _FLAGS, _TIME = 20, 0, 0, 0
_DATE = 0x21  # 1980-01-01, the first day that a zip knows
_UNIX = 3 << 8
_ATTRIBUTES = 0o100644 << 16
_PIECE_BYTES = 1024 * 1024

Content = bytes | Path


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a bundle: where its bytes begin, how many there are, and their SHA-256 in hex.

    `sound` tells whether the bytes have the checksum that was written with them.
    """

    name: str
    begin: int
    size: int
    crc: int
    sha256: str
    sound: bool = True


def write_container(out: Path, contents: Mapping[str, Content]) -> None:
    """Write files, given as bytes or as paths, in the one form of a bundle; `out` appears whole or not at all.

    Raises BundleError where a name or a size does not fit, ExportError when the file system refuses.
    """
    names = sorted(contents)
    _demand_names(names)
    with written_whole(out) as temporary, temporary.open("wb") as file:
        members = [_write_member(file, name, contents[name]) for name in names]
        file.write(_tail(members, file.tell()))
        if file.tell() > MOST_BYTES:
            raise BundleError(f"{out}: more than {MOST_BYTES} bytes; bundle the runs one by one")


class Container:
    """A bundle's file, opened and found to be in its one form; raises BundleError where it is not.

    A file in it whose bytes do not have their checksum is no error yet (`unsound`): whoever asks what was changed in
    it wants to read it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise BundleError(f"{path} cannot be opened: {error}") from error
        try:
            self.members = {member.name: member for member in _walk(self._file, path)}
        except BaseException:
            self._file.close()
            raise

    def read(self, name: str) -> bytes:
        """Return the bytes of a member; raises BundleError when there is none, or more than is read into memory."""
        member = self._member(name)
        if member.size > MOST_READ_BYTES:
            raise BundleError(f"{self.path}: {name} has {member.size} bytes; at most {MOST_READ_BYTES} are read")
        self._file.seek(member.begin)
        return self._file.read(member.size)

    def copy_to(self, name: str, out: Path) -> None:
        """Write a member to a new file; raises BundleError when there is none."""
        member = self._member(name)
        self._file.seek(member.begin)
        with out.open("xb") as file:
            for piece in _pieces(self._file, member.size):
                file.write(piece)

    @property
    def unsound(self) -> list[str]:
        """Return the files whose bytes do not have the checksum that was written with them."""
        return [member.name for member in self.members.values() if not member.sound]

    def names(self, folder: str) -> list[str]:
        """Return the members below a folder, in order."""
        return [name for name in self.members if name.startswith(f"{folder}/")]

    def close(self) -> None:
        """Close the file; safe to repeat."""
        self._file.close()

    def _member(self, name: str) -> Member:
        if name not in self.members:
            raise BundleError(f"{self.path} has no {name}")
        return self.members[name]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _demand_names(names: list[str]) -> None:
    for name in names:
        if not NAME.fullmatch(name):
            raise BundleError(f"{name!r} is no name that a bundle's file may have")
    # Where letters' case does not count, one of two would be written over the other.
    if len({name.casefold() for name in names}) != len(names):
        raise BundleError("two files of a bundle have the same name, but for the case of letters")
    if len(names) > MOST_MEMBERS:
        raise BundleError(f"{len(names)} files in one bundle; {MOST_MEMBERS} are the most")


def _write_member(file: BinaryIO, name: str, content: Content) -> Member:
    size, crc, sha256 = _measured(content)
    file.write(_local(name, size, crc))
    begin = file.tell()
    if isinstance(content, bytes):
        file.write(content)
    else:
        with content.open("rb") as source:
            file.writelines(_pieces(source, size))
            if source.read(1):
                raise BundleError(f"{content} grew while it was bundled")
    return Member(name, begin, size, crc, sha256)


def _measured(content: Content) -> tuple[int, int, str]:
    if isinstance(content, bytes):
        return len(content), zlib.crc32(content), hashlib.sha256(content).hexdigest()
    with content.open("rb") as source:
        size = source.seek(0, 2)
        source.seek(0)
        return (size, *_digests(source, size))


def _digests(file: BinaryIO, size: int) -> tuple[int, str]:
    crc, sha256 = 0, hashlib.sha256()
    for piece in _pieces(file, size):
        crc = zlib.crc32(piece, crc)
        sha256.update(piece)
    return crc, sha256.hexdigest()


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield so many bytes from where a file stands; raises BundleError when it ends before."""
    left = size
    while left:
        piece = file.read(min(left, _PIECE_BYTES))
        if not piece:
            raise BundleError(f"{file.name} ends {left} bytes too early")
        left -= len(piece)
        yield piece


def _local(name: str, size: int, crc: int) -> bytes:
    if size > MOST_BYTES:
        raise BundleError(f"{name} has {size} bytes, which no bundle holds: {MOST_BYTES} are the most")
    text = name.encode()
    fixed = (b"PK\3\4", _VERSION, _FLAGS, _STORED, _TIME, _DATE, crc, size, size, len(text), 0)
    return _LOCAL.pack(*fixed) + text


def _central(member: Member) -> bytes:
    text = member.name.encode()
    offset = member.begin - len(text) - _LOCAL.size
    fixed = (b"PK\1\2", _UNIX | _VERSION, _VERSION, _FLAGS, _STORED, _TIME, _DATE, member.crc, member.size, member.size)
    return _CENTRAL.pack(*fixed, len(text), 0, 0, 0, 0, _ATTRIBUTES, offset) + text


def _tail(members: list[Member], offset: int) -> bytes:
    """Return all that follows the last file: the directory and its end."""
    if offset > MOST_BYTES:
        raise BundleError(f"more than {MOST_BYTES} bytes in one bundle; bundle the runs one by one")
    directory = b"".join(map(_central, members))
    return directory + _END.pack(b"PK\5\6", 0, 0, len(members), len(members), len(directory), offset, 0)


def _walk(file: BinaryIO, path: Path) -> list[Member]:
    """Return the members of a file that is, byte for byte, what writing them gives; raises BundleError where not."""
    members: list[Member] = []
    while (member := _member_at(file, path, file.tell())) is not None:
        members.append(member)
        if len(members) > MOST_MEMBERS:
            raise BundleError(f"{path}: more than {MOST_MEMBERS} files in one bundle")
    names = [member.name for member in members]
    _demand_names(names)
    if names != sorted(names):
        raise BundleError(f"{path}: its files do not stand in the order of their names")
    offset = file.tell()
    tail = _tail(members, offset)
    found = file.read(len(tail) + 1)
    if found != tail:
        place = next((at for at, (one, two) in enumerate(zip(found, tail, strict=False)) if one != two), len(tail))
        raise BundleError(f"{path}: byte {offset + place} is not what a bundle's directory has there")
    return members


def _member_at(file: BinaryIO, path: Path, offset: int) -> Member | None:
    """Return the member that begins where the file stands; None where the directory begins, or nothing is left."""
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] == b"PK\1\2" or head[:4] == b"PK\5\6":
        file.seek(offset)
        return None
    *_, crc, size, _, length, _ = _LOCAL.unpack(head)
    text = file.read(length)
    try:
        name = text.decode("ascii")
    except UnicodeDecodeError as error:
        raise BundleError(f"{path}: byte {offset}: no name that a bundle's file may have") from error
    if not NAME.fullmatch(name) or head + text != _local(name, size, crc):
        raise BundleError(f"{path}: byte {offset}: not the head that a bundle's file has")
    begin = file.tell()
    try:
        found_crc, sha256 = _digests(file, size)
    except BundleError as error:
        raise BundleError(f"{path}: {name} ends before its {size} bytes") from error
    return Member(name, begin, size, crc, sha256, sound=found_crc == crc)
