"""Writing a run's record."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from rig.channels import Channel
from rig.clock import Clock, machine_utc_ns
from rig.errors import RecordError
from rig.exchange import Exchange
from rig.record.blocks import encode_block
from rig.record.bodies.codec import Json, to_body
from rig.record.bodies.event import Event
from rig.record.bodies.others import Command, Descriptor, Note, Stop
from rig.record.bodies.result import Result
from rig.record.bodies.start import FORMAT, RULES, Start
from rig.record.ledger import Ledger
from rig.record.lock import WriterLock
from rig.record.network import MOUNTS, demand_local
from rig.record.reader import RecordReader
from rig.record.schema import SUFFIX, Kind, canonical_json
from rig.record.series import AtHand
from rig.record.words import event_body
from rig.samples import Block

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_NOT_CHANNELS = {"", "t_ns", "utc"}


class RunRecord:
    """The record of a run that is going on: one writing process, any of its threads.

    Each method commits one entry and returns its seq; when it has returned, the entry survives the death of the
    process (SIGKILL included). A power loss may cost the last second, where the disk takes no longer than half of one,
    never the wholeness of what came before; `flush` and `stop` bring everything to the disk.

    All methods raise RecordClosedError after the stop, and RecordError when the entry cannot be written.
    Not to be called from signal handlers.
    """

    def __init__(self, run_id: str, ledger: Ledger, lock: WriterLock, clock: Clock) -> None:
        self.run_id = run_id
        self.path = ledger.path
        self._ledger = ledger
        self._lock = lock
        self._clock = clock
        self._channels: dict[str, tuple[Channel, ...]] = {}
        self._at_hand = AtHand()

    @classmethod
    def create(
        cls, directory: Path, run_id: str, start: Start, t_ns: int, clock: Clock, *, mounts: Path = MOUNTS
    ) -> Self:
        """Begin the record `<directory>/<run_id>.rig.db` with its start entry at `t_ns` (UTC ns).

        `start` is the provenance of the run; the machine's own time and the format of the record's words are added.
        `mounts` is where the system lists what is mounted.
        Raises RecordError when the run id is no file name, the record exists or cannot be created, or the folder lies
        on a network drive, and RecordBusyError when somebody else is creating it.
        """
        if not _RUN_ID.fullmatch(run_id):
            raise RecordError(f"run id {run_id!r}: letters, digits, '.', '_' and '-' only, 200 at most")
        begun = replace(start, begun_utc_ns=machine_utc_ns(), format=FORMAT, rules=RULES)
        body = canonical_json(to_body(begun), "the start of the run")
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordError(f"{directory} cannot be created: {error}") from error
        demand_local(directory, mounts)
        path = directory / f"{run_id}{SUFFIX}"
        lock = WriterLock(path)
        lock.take()
        try:
            ledger = Ledger.create(path, t_ns, Kind.START.value, run_id, body)
        except BaseException:
            lock.give_back()
            raise
        return cls(run_id, ledger, lock, clock)

    def descriptor(self, stream: str, channels: Sequence[Channel], info: dict[str, Json]) -> int:
        """Describe a stream before its first samples; a stream may be described again, but not with other channels.

        Raises RecordError when two channels have one name, a name is empty or one that the record gives to times, or
        the channels differ from those before.
        """
        channels = tuple(channels)
        names = [channel.name for channel in channels]
        if len(set(names)) != len(names) or not _NOT_CHANNELS.isdisjoint(names):
            raise RecordError(f"stream {stream}: channels need names of their own, not {names}")
        if self._channels.setdefault(stream, channels) != channels:
            raise RecordError(f"stream {stream} is already described with other channels")
        return self._append(Kind.DESCRIPTOR, stream, to_body(Descriptor(channels, info)))

    def samples(self, stream: str, block: Block, *, due_ns: int | None = None) -> int:
        """Record a block of samples, bit for bit; `due_ns` is when it should have been read.

        Raises RecordError when the stream was not described or the block does not fit its channels.
        """
        if stream not in self._channels:
            raise RecordError(f"stream {stream} was not described before its first samples")
        columns = [channel.name for channel in self._channels[stream]]
        body, data = encode_block(stream, block, columns, self._clock.now_ns())
        if due_ns is not None:
            body["due_ns"] = due_ns
        return self._append(Kind.SAMPLES, stream, body, data)

    def command(self, exchange: Exchange) -> int:
        """Record a command and its reply under the instrument's name; the bytes are written in hex."""
        command = Command(
            verb=exchange.verb,
            arguments=exchange.arguments,
            sent_hex=exchange.sent.hex(),
            received_hex=exchange.received.hex(),
            sent_ns=exchange.sent_ns,
            received_ns=exchange.received_ns,
            result=exchange.result,
            extra=exchange.extra,
        )
        return self._append(Kind.COMMAND, exchange.instrument, to_body(command))

    def event(self, event: Event) -> int:
        """Record that something happened."""
        return self._append(Kind.EVENT, event.name, event_body(event))

    def result(self, name: str, result: Result) -> int:
        """Record a result with its recipe."""
        return self._append(Kind.RESULT, name, to_body(result))

    def note(self, note: Note) -> int:
        """Record what somebody outside the run has to say about it."""
        return self._append(Kind.NOTE, note.topic, dict(note.said))

    def raw(self, kind: Kind, name: str, body: dict[str, Json]) -> int:
        """Record an entry in words that are not this rig's: those of another version, say. Nothing is checked."""
        return self._append(kind, name, body)

    def flush(self) -> None:
        """Wait until all that was recorded is on the disk: a power loss costs nothing of it."""
        self._ledger.flush()

    def demand_its_file(self) -> None:
        """Make sure that the record can still be found where it was begun; raises RecordError when it was removed.

        A file that was removed goes on taking entries, which nobody will ever read.
        """
        if not self.path.exists():
            raise RecordError(f"{self.path} was removed while the run went on: what is measured now is lost")

    def stop(self, stop: Stop) -> int:
        """End the run: the last entry, everything synced to the disk, the file closed, the writer's lock given back."""
        self._ledger.sync_from_now()
        seq = self._append(Kind.STOP, stop.reason, to_body(stop))
        try:
            self._ledger.seal()
        finally:
            self.close()
        return seq

    def close(self) -> None:
        """Close the file without a stop entry (the next `rig` command closes the run); safe to repeat."""
        self._ledger.close()
        self._lock.give_back()

    def reader(self) -> RecordReader:
        """Open a reader of this record as it grows; all of them share what they have decoded."""
        return RecordReader(self.path, at_hand=self._at_hand)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, kind: Kind, name: str, body: dict[str, Json], data: bytes | None = None) -> int:
        text = canonical_json(body, f"{kind.value} {name}")
        return self._ledger.append(kind.value, name, text, data, self._clock.now_ns)
