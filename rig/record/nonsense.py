"""Records that hold nonsense under the right hashes: whoever computes a chain anew can write anything into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rig.errors import RecordCorruptError

# What computing with numbers without end, with none at all, or with something else in their place raises.
NONSENSE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@contextmanager
def nonsense_told(path: Path, what: str, seq: int | None = None) -> Iterator[None]:
    """Raise RecordCorruptError, with `what` lacks sense and `seq`, for whatever came of computing with nonsense."""
    try:
        yield
    except NONSENSE as error:
        where = "" if seq is None else f"entry {seq}: "
        raise RecordCorruptError(f"{path}: {where}{what}: {error!r}", seq) from error
