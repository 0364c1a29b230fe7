"""A file that one at a time may add to."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rig.errors import ExportError

_PATIENCE_S = 10.0


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the right to add to a file, which others wait for; what the file system refuses inside is an ExportError."""
    lock_path = path.with_name(f"{path.name}.lock")
    lock = FileLock(lock_path, timeout=_PATIENCE_S)
    try:
        with lock:
            try:
                yield
            finally:
                with suppress(OSError):  # systems that keep open files: an old lock file does no harm
                    lock_path.unlink(missing_ok=True)
    except Timeout as error:
        raise ExportError(f"{path}: somebody else has been writing it for {_PATIENCE_S:g} s") from error
    except OSError as error:
        raise ExportError(f"{path} could not be written: {error}") from error
