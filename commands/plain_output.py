"""What commands print, whoever wrote it first: texts of records, files and devices never command a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from typing import TextIO

from rig.plain_text import plain_text


class PlainOutput(TextIOBase):
    """A stream to write to that lets nothing but plain text through to another, which it leaves open."""

    def __init__(self, under: TextIO) -> None:
        self._under = under

    def write(self, text: str) -> int:
        """Write a text without what a terminal would obey."""
        self._under.write(plain_text(text))
        return len(text)

    def flush(self) -> None:
        """Pass on what was written."""
        self._under.flush()

    def isatty(self) -> bool:
        """Tell whether somebody looks."""
        return self._under.isatty()

    def fileno(self) -> int:
        """Return what it is to the system."""
        return self._under.fileno()


@contextmanager
def plain_output() -> Iterator[None]:
    """Let all that is printed inside be plain text."""
    with redirect_stdout(PlainOutput(sys.stdout)), redirect_stderr(PlainOutput(sys.stderr)):
        yield
