"""What a run was made with: versions, hashes, sources, machine. Asked once, at the start of a run."""

import functools
import hashlib
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from rig.clock import iso_utc, machine_utc_ns
from rig.record.bodies.start import Provenance, SourceFile

# What a number in a result could depend on.
_PACKAGES = ("numpy", "scipy", "pyserial", "pyvisa", "pyvisa-py", "nidaqmx", "grpcio", "influxdb-client", "pytest")
_GIT_TIMEOUT_S = 5.0
_UNKNOWN = "unknown"
_ROOT = Path(__file__).parents[2]  # where the rig itself stands, not where a session was started


def provenance() -> Provenance:
    """Return versions, commit, lock hash and machine of the rig that runs."""
    commit, modified = _own_commit()
    return Provenance(
        rig=_version("pump-rig"),
        python=sys.version.split()[0],
        platform=platform.platform(),
        packages={name: _version(name) for name in _PACKAGES},
        lock_sha256=file_sha256(_ROOT / "requirements" / "run.txt"),
        commit=commit,
        modified=modified,
        started_wall_utc=iso_utc(machine_utc_ns()),
    )


@functools.cache
def _version(distribution: str) -> str:
    return metadata.version(distribution)


@functools.cache
def _own_commit() -> tuple[str, bool]:
    """Return `commit_of` the rig as it was first asked for: what this process has loaded stays what it is."""
    return commit_of(_ROOT)


def commit_of(root: Path) -> tuple[str, bool]:
    """Return the commit of the repository whose top is `root`, and whether anything was changed since.

    "unknown" where there is none: an installed rig may well lie in a folder of somebody else's repository.
    """
    top = _git(root, "rev-parse", "--show-toplevel")
    if top == _UNKNOWN or Path(top).resolve() != root.resolve():
        return _UNKNOWN, False
    return _git(root, "rev-parse", "HEAD"), _git(root, "status", "--porcelain") not in ("", _UNKNOWN)


def file_sha256(path: Path) -> str:
    """Return the hash of a file, "missing" when there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"


def source(name: str, path: Path) -> SourceFile:
    """Return a file in full with its hash, under `name`: a run keeps what it ran, and by what it judged.

    The hash is that of the file's bytes, as sha256sum says it; of bytes that are not UTF-8 the text shows the place.
    """
    data = path.read_bytes()
    return SourceFile(name, hashlib.sha256(data).hexdigest(), data.decode("utf-8", errors="replace"))


def _git(root: Path, *words: str) -> str:
    """Ask git about the project; "unknown" where there is no git or no repository (an installed wheel, a copy)."""
    try:
        done = subprocess.run(  # noqa: S603 - the words are this file's own
            ["git", "-C", str(root), *words],  # noqa: S607 - git is found on the user's own path
            capture_output=True,
            text=True,
            timeout=_GIT_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return _UNKNOWN
    return done.stdout.strip()
