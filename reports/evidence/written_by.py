"""Which rig writes, so that another can tell whether it would have to write the same bytes."""

import hashlib
import platform
from functools import cache
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable

# What a report's text could depend on, besides the rig's own code.
_PACKAGES = ("jinja2", "numpy", "scipy", "typst", "uncertainties")
_ROOMS = ("reports", "rig")
_LEFT_OUT = {"__pycache__"}


@cache
def written_by() -> dict[str, object]:
    """Return version, hash of the code, Python and the packages of this rig, as a manifest keeps them."""
    return {
        "rig": metadata.version("pump-rig"),
        "code_sha256": _code_sha256(),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
    }


def _code_sha256() -> str:
    """Return a hash over every file of the rooms that reports and verdicts come from, with their names.

    A version number stays while the code changes, in a checkout at least.
    """
    digest = hashlib.sha256()
    for room in _ROOMS:
        _take_in(digest, files(room), room)
    return digest.hexdigest()


def _take_in(digest: "hashlib._Hash", place: Traversable, name: str) -> None:
    if place.is_dir():
        for inner in sorted(place.iterdir(), key=lambda one: one.name):
            if inner.name not in _LEFT_OUT:
                _take_in(digest, inner, f"{name}/{inner.name}")
    elif not name.endswith("built_from.txt"):  # says which commit, not what
        data = place.read_bytes()
        digest.update(f"{name} {len(data)}\n".encode() + data)
