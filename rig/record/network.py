"""Whether a folder lies on a network drive: neither SQLite's journal nor its locks hold there.

Two computers that share a drive share no memory, a server may say that something is on its disk before it is, and a
network that is away for a moment would end a run of a month.
"""

import os
import re
import sys
from pathlib import Path

from rig.errors import RecordError

MOUNTS = Path("/proc/self/mounts")
_NETWORK = re.compile(
    r"nfs[34]?|cifs|smb3|smbfs|ncpfs|afs|coda|ceph|lustre|beegfs|gpfs|davfs|"
    r"fuse\.(sshfs|glusterfs|davfs2?|ceph|rclone|s3fs|smbnetfs|curlftpfs|mfs|juicefs)"
)
_ESCAPED = re.compile(r"\\([0-7]{3})")
_REMOTE = 4  # GetDriveType: DRIVE_REMOTE


def demand_local(folder: Path, mounts: Path = MOUNTS) -> None:
    """Raise RecordError, which names the mount, for a folder on a network drive; `mounts` is the system's list."""
    found = _network_mount(folder.resolve(), mounts)
    if found:
        raise RecordError(
            f"{folder} lies on a network drive ({found}): a record that is being written is safe on a disk of this "
            "computer alone; name a folder there with --runs, and copy what is finished"
        )


def _network_mount(folder: Path, mounts: Path) -> str:
    """Return what is mounted where, "" for a disk of this computer and where the system does not tell."""
    if sys.platform == "win32":
        import ctypes

        root = folder.anchor
        return root if ctypes.windll.kernel32.GetDriveTypeW(root) == _REMOTE else ""
    try:
        lines = os.fsdecode(mounts.read_bytes()).splitlines()
    except OSError:
        return ""
    # What is mounted deepest holds the folder; of those in one place, what was mounted last.
    holding = ("", "", "")
    for line in lines:
        words = [_ESCAPED.sub(_unescaped, word) for word in line.split(" ")]
        if len(words) < 3 or not folder.is_relative_to(words[1]):
            continue
        if len(Path(words[1]).parts) >= len(Path(holding[1]).parts):
            holding = (words[0], words[1], words[2])
    source, place, kind = holding
    return f"{source} on {place}, {kind}" if _NETWORK.fullmatch(kind) else ""


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 8))
