"""All that is fed, by room."""

from contextlib import ExitStack
from pathlib import Path

from tests.fuzz import bundles, calls, devices, files, records, twins
from tests.fuzz.target import Target

_TARGETS = {
    "devices": devices.targets,
    "twins": twins.targets,
    "calls": calls.targets,
    "files": files.targets,
    "records": records.targets,
    "bundles": bundles.targets,
}
ROOMS = tuple(_TARGETS)


def targets_of(room: str, folder: Path, closing: ExitStack) -> tuple[Target, ...]:
    """Return the targets of a room; they use `folder`, and end with `closing`."""
    return _TARGETS[room](folder, closing)
