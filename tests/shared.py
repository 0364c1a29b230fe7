"""What one worker of the tests makes for all of them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder which `make` filled, in this worker or in another: whoever comes first makes it, others wait.

    It is for reading; what cannot be made is tried again by the next who asks, in an empty folder.
    """
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    whole = shared / f"{name}.whole"
    with FileLock(f"{shared / name}.lock"):
        if not whole.exists():
            folder = factory.mktemp(name)
            make(folder)
            whole.symlink_to(folder, target_is_directory=True)
    return whole.resolve()
