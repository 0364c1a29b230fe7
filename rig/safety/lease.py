"""The lease of a bench: one run at a time on one machine, whoever started it, by its name, its ports and its devices.

A lease is a lock that the system frees when its holder dies. Two bench files that name one port hold one lease of it;
and so do two ports that lead to one device, once it has said who it is.
"""

import contextlib
import getpass
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from rig.clock import iso_utc, machine_utc_ns
from rig.errors import BenchBusyError
from rig.safety.places import place_of
from rig.usb_ports import Plugged, adapters

_EVERYBODY = 0o666
# A serial number holds some figure that is no filling.
_NUMBERED = re.compile("[1-9]")
_UNKNOWN = "another run on this machine"


def leases_folder() -> Path:
    """Return where the locks of all users of this machine are: no user's own temporary folder."""
    if os.name == "nt":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"))
    return next((place for place in (Path("/run/lock"), Path("/tmp")) if _is_everybodys(place)), Path("/tmp"))  # noqa: S108 - one place for all users is what is wanted


def _is_everybodys(place: Path) -> bool:
    """Tell whether all users may write there: one who may not would lease elsewhere and not meet the others."""
    try:
        return bool(place.stat().st_mode & stat.S_IWOTH) and os.access(place, os.W_OK)
    except OSError:
        return False


@contextlib.contextmanager
def leased(bench: str, ports: Iterable[str], folder: Path | None = None, plugged: Plugged = adapters) -> Iterator[None]:
    """Hold the leases of a bench and its ports; raises BenchBusyError, which names the holder, when one is held."""
    folder = leases_folder() if folder is None else folder
    places = {place_of(port, plugged): port for port in sorted(ports)}
    with contextlib.ExitStack() as held:
        held.enter_context(_lock(folder / f"rig-bench-{_safe(bench)}", f"bench {bench}", bench))
        for place, port in sorted(places.items()):
            held.enter_context(_lock(folder / f"rig-port-{_safe(place)}", f"port {port}", bench))
        yield


@contextlib.contextmanager
def leased_device(bench: str, name: str, who: Sequence[str], folder: Path | None = None) -> Iterator[None]:
    """Hold the lease of the device that `who` says it is: maker, model and serial number, whatever port led to it.

    One that tells no serial number cannot be told from others of its kind: it is leased by its port alone. Raises
    BenchBusyError, which names the holder.
    """
    if not _NUMBERED.search(who[-1]):
        yield
        return
    folder = leases_folder() if folder is None else folder
    what = f"{name} ({' '.join(who)})"
    with _lock(folder / f"rig-device-{_safe(' '.join(who).lower())}", what, bench):
        yield


def is_leased(bench: str, folder: Path | None = None) -> bool:
    """Tell whether a run has the bench, or whether nobody may look."""
    folder = leases_folder() if folder is None else folder
    path = folder / f"rig-bench-{_safe(bench)}.lock"
    if not path.exists():
        return False
    lock = FileLock(path, timeout=0, mode=_EVERYBODY)
    try:
        with lock:
            return False
    except (Timeout, OSError):
        return True


@contextlib.contextmanager
def _lock(path: Path, what: str, bench: str) -> Iterator[None]:
    said = json.dumps({"bench": bench, "pid": os.getpid(), "user": _user(), "since": iso_utc(machine_utc_ns())[:19]})
    lock = FileLock(path.with_suffix(".lock"), timeout=0, mode=_EVERYBODY, thread_local=False)
    holder = path.with_suffix(".holder")
    try:
        lock.acquire()
    except Timeout as error:
        raise BenchBusyError(f"{what} is in use by {_holder(holder)}; wait for it or stop it") from error
    except OSError as error:
        raise BenchBusyError(
            f"{what} cannot be leased: {error}; {path.parent} must let every user of rigs write {path.name}.lock"
        ) from error
    try:
        _write_for_all(Path(lock.lock_file), None)
        _write_for_all(holder, said)
        yield
    finally:
        lock.release()


def _write_for_all(path: Path, text: str | None) -> None:
    # A file of another user may be written, but its mode is that user's to set.
    with contextlib.suppress(OSError):
        if text is not None:
            existing = os.O_WRONLY | os.O_TRUNC
            descriptor = os.open(path, existing if path.exists() else existing | os.O_CREAT, _EVERYBODY)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
        path.chmod(_EVERYBODY)


def _holder(path: Path) -> str:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return f"process {said['pid']} of {said['user']}, on bench {said['bench']} since {said['since']} UTC"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return _UNKNOWN


def _safe(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "an unnamed user"
