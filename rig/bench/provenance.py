"""What a run was made with: versions, hashes, sources, machine. Asked once, at the start of a run."""

import hashlib
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from rig.clock import iso_utc, machine_utc_ns

# What a number in a result could depend on.
_PACKAGES = ("numpy", "scipy", "pyserial", "pyvisa", "pyvisa-py", "nidaqmx", "grpcio", "influxdb-client", "pytest")
_GIT_TIMEOUT_S = 5.0


def provenance(root: Path) -> dict[str, Any]:
    """Return versions, commit, lock hash and machine as JSON can carry them; `root` is the project's folder."""
    return {
        "rig": metadata.version("pump-rig"),
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
        "lock_sha256": file_sha256(root / "requirements" / "run.txt"),
        "commit": _git(root, "rev-parse", "HEAD"),
        "modified": _git(root, "status", "--porcelain") not in ("", "unknown"),
        "started_wall_utc": iso_utc(machine_utc_ns()),
    }


def file_sha256(path: Path) -> str:
    """Return the hash of a file, "missing" when there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"


def source(path: Path) -> dict[str, str]:
    """Return a plan's source in full with its hash: a run keeps what it ran."""
    text = path.read_text(encoding="utf-8")
    return {"file": path.name, "sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}


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
        return "unknown"
    return done.stdout.strip()
