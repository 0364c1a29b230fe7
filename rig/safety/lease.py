"""The lease of a bench: one run at a time on one machine."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from rig.errors import BenchBusyError


def take_lease(bench: str) -> Callable[[], None]:
    """Take the lease of a bench and return what gives it back; raises BenchBusyError when another run has it."""
    lease = FileLock(Path(tempfile.gettempdir()) / f"rig-bench-{bench}.lock", timeout=0)
    try:
        lease.acquire()
    except Timeout as error:
        raise BenchBusyError(
            f"bench {bench} is in use by another run on this machine; wait for it or stop it"
        ) from error
    return lease.release
