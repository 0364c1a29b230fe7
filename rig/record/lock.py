"""Who writes: a lock file beside the record that the kernel frees when its holder dies, however it dies."""

from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rig.clock import Deadline
from rig.errors import RecordBusyError, RecordError

_PATIENCE_S = 0.01
_NAP_S = 0.001


class WriterLock:
    """The right to append to the record at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = FileLock(path.with_name(path.name + ".lock"), thread_local=False)

    def take(self) -> None:
        """Take the right to write; raises RecordBusyError when somebody else alive has it.

        Whoever only asks whether a writer lives holds the lock for some microseconds. A few tries tell them from
        a writer, who holds it for long.
        """
        deadline = Deadline(_PATIENCE_S)
        while True:
            try:
                self._file.acquire(blocking=False)
            except Timeout:
                if deadline.passed():
                    raise RecordBusyError(f"{self.path} has a living writer") from None
                deadline.nap(_NAP_S)
            except OSError as error:
                raise RecordError(f"{self.path} cannot be locked: {error}") from error
            else:
                return

    def exists(self) -> bool:
        """Tell whether there is a lock file, held or not: without one there is no writer."""
        return Path(self._file.lock_file).exists()

    def give_back(self) -> None:
        """Give the right back and leave no lock file behind; safe to repeat.

        The file goes while it is held: whoever waits for it sees that it lost its name, and makes a new one.
        """
        if self._file.is_locked:
            with suppress(OSError):  # systems that keep open files: an old lock file does no harm
                Path(self._file.lock_file).unlink(missing_ok=True)
        self._file.release()


def has_writer(path: Path) -> bool:
    """Tell whether a living process is writing the record at `path`."""
    lock = WriterLock(path)
    if not lock.exists():
        return False
    try:
        lock.take()
    except RecordBusyError:
        return True
    lock.give_back()
    return False
