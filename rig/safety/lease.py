"""The lease of a bench: one run at a time on one machine, whoever started it, by the bench's name and by its ports.

A lease is a lock that the system frees when its holder dies. Two bench files that name one port hold one lease of it.
"""

import contextlib
import getpass
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from rig.clock import iso_utc, machine_utc_ns
from rig.errors import BenchBusyError, ConnectionFailedError
from rig.usb_ports import USB, Plugged, adapter_at, adapters, device_of, is_usb
from rig.visa_names import as_stream

_EVERYBODY = 0o666
_WINDOWS_PORT = re.compile(r"COM\d+", re.IGNORECASE)
_UNKNOWN = "another run on this machine"


def leases_folder() -> Path:
    """Return where the locks of all users of this machine are: no user's own temporary folder."""
    if os.name == "nt":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"))
    return next((place for place in (Path("/run/lock"), Path("/tmp")) if os.access(place, os.W_OK)), Path("/tmp"))  # noqa: S108 - one place for all users is what is wanted


@contextlib.contextmanager
def leased(bench: str, ports: Iterable[str], folder: Path | None = None, plugged: Plugged = adapters) -> Iterator[None]:
    """Hold the leases of a bench and its ports; raises BenchBusyError, which names the holder, when one is held."""
    folder = leases_folder() if folder is None else folder
    said = json.dumps({"bench": bench, "pid": os.getpid(), "user": _user(), "since": iso_utc(machine_utc_ns())[:19]})
    with contextlib.ExitStack() as held:
        held.enter_context(_lock(folder / f"rig-bench-{_safe(bench)}", f"bench {bench}", said))
        for port in sorted(set(ports)):
            held.enter_context(_lock(folder / f"rig-port-{_safe(place_of(port, plugged))}", f"port {port}", said))
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
def _lock(path: Path, what: str, said: str) -> Iterator[None]:
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


def place_of(port: str, plugged: Plugged = adapters) -> str:
    """Return what a port is, whatever it is called: a link to a device is the device, a VISA resource what it names.

    A USB adapter with a number of its own is that, because its device is called otherwise when it is plugged in anew.
    """
    port = as_stream(port.strip())
    try:
        device = device_of("a bench", port, plugged)
    except ConnectionFailedError:
        return port.lower()  # nobody can open it now
    if not device.startswith("/") and not is_usb(port) and not _WINDOWS_PORT.fullmatch(device):
        return device.lower()
    adapter = adapter_at(device, plugged)
    if adapter is not None:
        return f"{USB}{adapter.vid:04x}:{adapter.pid:04x}:{adapter.serial}".lower()
    return str(Path(device).resolve()) if device.startswith("/") else device.lower()


def _safe(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "an unnamed user"
