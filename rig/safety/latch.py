"""The latch of a bench: a file that has the next run refuse by name until somebody has looked and cleared it.

It lies beside the leases, where every user of the machine can read it. Lines are only ever added, so that it is its own
history; the last one decides, and one that nobody can read counts as a latch.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rig.clock import iso_utc, machine_utc_ns
from rig.errors import BenchLatchedError, SafetyError
from rig.safety.lease import is_leased, leases_folder
from rig.safety.left_open import marked, unmark

_EVERYBODY = 0o666
_LATCHED, _CLEARED = "latched", "cleared"
_LEFT_OPEN = "run and supervisor died together: nobody said that delivery was ended and the power off"


@dataclass(frozen=True, slots=True)
class LatchLine:
    """One line of a latch's history: what was done to which bench, when (UTC), by whom and why.

    `ports` are those of pumps that no other bench may reach meanwhile.
    """

    what: str
    bench: str
    at: str
    by: str
    why: str
    ports: tuple[str, ...] = ()


def latch(bench: str, why: str, by: str, ports: Iterable[str] = (), folder: Path | None = None) -> None:
    """Latch a bench; `by` is the run that does, whose first reason stays when it does so again.

    Raises SafetyError when the file cannot be written.
    """
    standing = latched(bench, folder)
    if standing is not None and standing.by == by:
        return
    _add(LatchLine(_LATCHED, bench, _now(), by, why, tuple(ports)), folder)


def clear(bench: str, by: str, how: str, folder: Path | None = None) -> LatchLine | None:
    """Clear a bench in an operator's name, and return what had latched it; None where nothing had.

    Raises SafetyError when the file cannot be written.
    """
    if marked(bench, folder) and not is_leased(bench, folder):
        _take_up(bench, (), folder)
    found = latched(bench, folder)
    if found is not None:
        _add(LatchLine(_CLEARED, bench, _now(), by, how), folder)
    return found


def latched(bench: str, folder: Path | None = None) -> LatchLine | None:
    """Return what latches a bench; None when nothing does."""
    return _standing(latch_path(bench, folder), bench)


def history(bench: str, folder: Path | None = None) -> tuple[LatchLine, ...]:
    """Return all that was done to the latch of a bench, the oldest first."""
    return tuple(_lines(latch_path(bench, folder), bench))


def demand_clear(bench: str, ports: Iterable[str] = (), folder: Path | None = None) -> None:
    """Raise BenchLatchedError when the bench is latched, or another one that shares one of these pumps' ports.

    The bench is leased: one that was left open is latched now.
    """
    ports = tuple(ports)
    _take_up(bench, ports, folder)
    found = latched(bench, folder)
    wanted = set(ports)
    if found is None and wanted:
        for path in sorted(_folder(folder).glob("rig-bench-*.latch")):
            other = _standing(path, "")
            if other is not None and wanted.intersection(other.ports):
                found = other
                break
    if found is not None:
        raise BenchLatchedError(
            f"bench {found.bench or bench} is latched since {found.at} UTC, by {found.by}: {found.why}\n"
            f"  advice: look at the bench; `rig clear {found.bench or bench} --operator NAME` then lets runs begin, "
            "as --after-trip does for one session"
        )


def _take_up(bench: str, ports: tuple[str, ...], folder: Path | None) -> None:
    """Latch a bench that nobody has and that was left open."""
    if run := marked(bench, folder):
        latch(bench, _LEFT_OPEN, f"run {run}", ports, folder)
        unmark(bench, run, folder)


def _add(line: LatchLine, folder: Path | None) -> None:
    path = latch_path(line.bench, folder)
    said = json.dumps({name: getattr(line, name) for name in LatchLine.__slots__})
    try:
        # In a folder for all, another user's file may be written to but not be created anew.
        flags = os.O_WRONLY | os.O_APPEND | (0 if path.exists() else os.O_CREAT)
        descriptor = os.open(path, flags, _EVERYBODY)
        try:
            os.write(descriptor, f"\n{said}\n".encode("ascii"))  # begins a line of its own, whatever stood last
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SafetyError(
            f"bench {line.bench} could not be {line.what}: {error}; look at the bench before the next run"
        ) from error
    with contextlib.suppress(OSError):  # the mode of another user's file is that user's to set
        path.chmod(_EVERYBODY)


def _standing(path: Path, bench: str) -> LatchLine | None:
    lines = list(_lines(path, bench))
    return lines[-1] if lines and lines[-1].what != _CLEARED else None


def _lines(path: Path, bench: str) -> Iterator[LatchLine]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    except OSError as error:
        yield LatchLine(_LATCHED, bench, "?", "nobody knows whom", f"{path} cannot be read: {error}")
        return
    for line in text.splitlines():
        if line.strip():
            yield _parsed(line, path, bench)


def _parsed(line: str, path: Path, bench: str) -> LatchLine:
    try:
        said = json.loads(line)
        what, bench, at, by, why = (str(said[name]) for name in ("what", "bench", "at", "by", "why"))
        return LatchLine(what, bench, at, by, why, tuple(map(str, said["ports"])))
    except (ValueError, KeyError, TypeError, RecursionError):
        return LatchLine(_LATCHED, bench, "?", "nobody knows whom", f"{path} has a line that nobody can read")


def _folder(folder: Path | None) -> Path:
    return leases_folder() if folder is None else folder


def latch_path(bench: str, folder: Path | None = None) -> Path:
    """Return where the latch of a bench is, if it has one."""
    return _folder(folder) / f"rig-bench-{hashlib.sha256(bench.encode()).hexdigest()[:16]}.latch"


def _now() -> str:
    return iso_utc(machine_utc_ns())[:19]
