"""What other runs say beside a run: those of the same pump, and where its numbers stand among their kind.

A report is made from its own record alone. What stands here was looked up in other records at a moment, is kept in a
file beside the record, and is bound to the record by its head: from both the same report is made anywhere.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rig.errors import ExportError, RecordError
from rig.record.bodies.codec import from_body, to_body
from rig.record.folder import RunState, run_id
from rig.record.schema import canonical_json
from rig.record.standing import PASSED

FORMAT = 1
_SUFFIX = ".others.json"


@dataclass(frozen=True, slots=True)
class OtherRun:
    """Another run of the same pump on the same kind of bench; `begun_utc` by the machine's clock.

    `ended` and `outcome` are those of `RunLine`, `repeated` says what each plan that this run has too came to there.
    `gone` tells that an earlier look found it, and that the last one did not.
    """

    run_id: str
    begun_utc: str
    ended: str
    outcome: str
    bench: str
    repeated: dict[str, str] = field(default_factory=dict)
    gone: bool = False

    @property
    def was_cut_short(self) -> bool:
        """Tell whether it is over and did not end by itself."""
        return self.ended not in (RunState.FINISHED, RunState.RUNNING)

    @property
    def passed(self) -> bool:
        """Tell whether it ended by itself and came to PASS."""
        return self.outcome == PASSED and self.ended == RunState.FINISHED


@dataclass(frozen=True, slots=True)
class AmongKind:
    """A number of this run (entry `seq`) beside the decided ones of its name, plan, unit and kind of bench.

    Of `n` values in all it is the `place`-th from below. Mean, standard deviation and control limits are those of the
    others, None where they are too few: `why` says so. Ppk with its two-sided 95 % interval is over `pumps` pumps, one
    value for each, this one's among them; None where there is none: `why_no_ppk` says so.
    """

    seq: int
    n: int
    place: int
    mean: float | None = None
    s: float | None = None
    lower: float | None = None
    upper: float | None = None
    beyond: bool = False
    why: str = ""
    pumps: int = 0
    ppk: float | None = None
    ppk_lower: float | None = None
    ppk_upper: float | None = None
    why_no_ppk: str = ""


@dataclass(frozen=True, slots=True)
class OtherRuns:
    """What was found at `looked_utc` (the machine's clock) among `looked_at` other runs, for the record with `head`.

    `of_pump` are those of the same pump, in order of begin; `unreadable` are the names of records that told nothing or
    were altered: what they would have said is not known. `looked_in` are the folders that were looked in besides that
    of the record, `unread_folders` those that could not be read, by their paths. `unread` counts the records that were
    not read: at a session's end only so many are.
    """

    head: str
    looked_utc: str
    looked_at: int
    of_pump: tuple[OtherRun, ...] = ()
    unreadable: tuple[str, ...] = ()
    numbers: tuple[AmongKind, ...] = ()
    format: int = FORMAT
    looked_in: tuple[str, ...] = ()
    unread_folders: tuple[str, ...] = ()
    unread: int = 0

    def among(self, seq: int) -> AmongKind | None:
        """Return where the number of a result stands; None where it was not decided."""
        return next((one for one in self.numbers if one.seq == seq), None)


def kept_path(record: Path) -> Path:
    """Return where what other runs say of a run is kept."""
    return record.with_name(run_id(record) + _SUFFIX)


def kept_beside(record: Path) -> bytes | None:
    """Return the bytes that are kept beside a record; None where nobody looked for other runs."""
    path = kept_path(record)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error}") from error


def as_kept(others: OtherRuns) -> bytes:
    """Return the bytes in which it is kept: one form for one content."""
    return canonical_json(to_body(others), "what other runs say").encode()


def read_kept(data: bytes | None, head: str, name: str) -> OtherRuns | None:
    """Return what the bytes of a file say, None for no file.

    Raises ExportError where they are not what was kept, or are kept for the record of another run.
    """
    if data is None:
        return None
    found = _read(data, name)
    if found.head != head:
        raise ExportError(f"{name} was kept for the record with the head {found.head}, not for this one: {_AGAIN}")
    return found


def found_before(data: bytes | None, head: str, name: str) -> OtherRuns | None:
    """Return what an earlier look found; None where there was none, or the record has grown since.

    Raises ExportError where the bytes are not what was kept.
    """
    found = None if data is None else _read(data, name)
    return None if found is None or found.head != head else found


def _read(data: bytes, name: str) -> OtherRuns:
    try:
        said = json.loads(data.decode())
        if not isinstance(said, Mapping):
            raise ExportError(f"{name} holds no JSON object: {_AGAIN}")
        found = from_body(OtherRuns, said)
        in_one_form = canonical_json(said, name).encode() == data
    except (RecordError, RecursionError, ValueError) as error:
        raise ExportError(f"{name} is not what was kept of other runs ({error}): {_AGAIN}") from error
    if found.format != FORMAT:
        raise ExportError(f"{name} is of format {found.format}, this rig reads {FORMAT}: {_AGAIN}")
    if not in_one_form:
        raise ExportError(f"{name} says what it says in another form than it is kept in: {_AGAIN}")
    return found


_AGAIN = "move it away, and look again with `rig report RUN --among FOLDER` or `rig bundle RUN`"
