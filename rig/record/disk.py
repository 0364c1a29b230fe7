"""What must reach the disk: folders whose entries changed, and what a record took in, at least once a second."""

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

# Half of the second that a power loss may cost: the other half is for the disk, which may be busy.
FLUSH_EVERY_S = 0.5
# Told to Python's audit hooks, with the path, when a file or a folder has reached the disk.
SYNCED = "rig.record.synced"


def sync_file(path: Path) -> None:
    """Wait until what the file holds is on the disk; raises OSError when the disk does not take it."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk: a new file that is synced may still lose its name.

    Raises OSError when the disk does not take it. Systems that cannot open a folder keep its names by themselves.
    """
    if hasattr(os, "O_DIRECTORY"):
        _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    opened = os.open(path, flags)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
    sys.audit(SYNCED, str(path))


class Flusher:
    """Brings the journal of a record to the disk within `FLUSH_EVERY_S` of each entry, on a thread of its own.

    Nobody who records waits for it. `problem` is what the disk said when it did not take it, "" while it does.
    """

    def __init__(self, journal: Path) -> None:
        """Begin to watch the journal at `journal`, which may not exist yet."""
        self.problem = ""
        self._journal = journal
        self._news = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name=f"flushing {journal.name}", daemon=True)
        self._thread.start()

    def appended(self) -> None:
        """Take note that there is something to bring to the disk."""
        if not self._news.is_set():
            self._news.set()

    def flush(self) -> None:
        """Wait until all that was appended is on the disk; raises OSError when the disk does not take it."""
        with suppress(FileNotFoundError):  # folded in: then it is on the disk
            sync_file(self._journal)

    def close(self) -> None:
        """End the thread; safe to repeat."""
        self._closing.set()
        self._news.set()
        self._thread.join()

    def _repeat(self) -> None:
        while True:
            self._news.wait()
            if self._closing.wait(FLUSH_EVERY_S):
                return
            # Before the flush: what comes during it may miss it.
            self._news.clear()
            if self._closing.is_set():  # since the look above: its news went with the clearing
                return
            try:
                self.flush()
            except OSError as error:
                self.problem = str(error)
                return
