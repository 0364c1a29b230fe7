"""Reading a run's record, also while another process writes it."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast

from rig.channels import Channel
from rig.errors import RecordCorruptError, RecordError
from rig.record.blocks import decode_block
from rig.record.bodies.event import Event
from rig.record.bodies.others import Command, Stop
from rig.record.bodies.result import Result
from rig.record.bodies.start import Start
from rig.record.chain import verify_rows
from rig.record.database import Database
from rig.record.lock import has_writer
from rig.record.schema import Entry, Kind, parse_body
from rig.record.series import AtHand, Series, read_series
from rig.record.words import (
    Stamped,
    command_of,
    descriptor_of,
    event_of,
    readable_event_of,
    result_of,
    start_of,
    stop_of,
)

E = TypeVar("E", bound=Event)
T = TypeVar("T")


class RecordReader:
    """A record opened read-only, from any thread. It never holds up the writer, and sees what was committed so far.

    All methods raise RecordCorruptError when what they meet is not what a record holds.
    """

    def __init__(self, path: Path, as_of_seq: int | None = None, at_hand: AtHand | None = None) -> None:
        """Open the record, up to entry `as_of_seq` if given; `at_hand` is what another reader of it knows already.

        Raises RecordNotFoundError, RecordCorruptError (no record of this schema) or RecordError.
        """
        self.path = path
        self._database = Database(path, as_of_seq)
        self._channels: dict[str, tuple[Channel, ...]] = {}
        self._start: Start | None = None
        self._as_of_seq = as_of_seq
        self._at_hand = at_hand if at_hand is not None else AtHand()

    def as_of(self, seq: int) -> "RecordReader":
        """Open the record once more, as it was when entry `seq` was its last: nothing newer is seen."""
        return RecordReader(self.path, seq, self._at_hand)

    def once(self, what: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return what `make` gives, computed once for the record as of this reader's last entry.

        `what` names it, with all that it depends on besides the record; readers opened by `as_of` share it. A reader
        that sees new entries come computes it anew each time.
        """
        if self._as_of_seq is None:
            return make()
        known = self._at_hand.computed
        key = (self._as_of_seq, *what)
        if key not in known:
            known[key] = make()
        return cast("T", known[key])

    def close(self) -> None:
        """Close the file; safe to repeat."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> Start:
        """Return the provenance that the run began with."""
        if self._start is None:  # it is written once and never changes
            self._start = next((one.body for one in self._words(start_of, Kind.START)), None)
        if self._start is not None:
            return self._start
        raise RecordCorruptError(f"{self.path} has no start entry", 1)

    def stop(self) -> Stop | None:
        """Return how the run ended; None means only that it has not been stopped yet."""
        for entry in self.entries(kind=Kind.STOP.value):
            return stop_of(entry)
        return None

    def last_seq(self) -> int:
        """Return the seq of the latest entry."""
        return int(self._database.rows("SELECT coalesce(max(seq), 0) FROM entry")[0][0])

    def last_ns(self) -> int:
        """Return the time of the latest entry; raises RecordCorruptError when there is none."""
        for (t_ns,) in self._database.rows("SELECT t_ns FROM entry ORDER BY seq DESC LIMIT 1"):
            return int(t_ns)
        raise RecordCorruptError(f"{self.path} has no entries", 1)

    def head(self) -> str:
        """Return the hash of the stop, in hex; of a run that has not been stopped, of its latest entry.

        It covers everything before it: whoever keeps it elsewhere sees whether the record is still the same, also
        where somebody has computed the whole chain anew. Notes may follow the stop.
        """
        query = "SELECT hash FROM entry ORDER BY kind = 'stop' DESC, seq DESC LIMIT 1"
        for (digest,) in self._database.rows(query):
            return bytes(digest).hex()
        raise RecordCorruptError(f"{self.path} has no entries", 1)

    def is_live(self) -> bool:
        """Tell whether the run is going on: not stopped, and its writer is alive."""
        return self.stop() is None and has_writer(self.path)

    def entries(self, kind: str | None = None, name: str | None = None, after_seq: int = 0) -> Iterator[Entry]:
        """Yield the entries after `after_seq` in order, all or those of a kind and name (a name needs its kind)."""
        if kind is None and name is not None:
            raise RecordError("entries are looked up by kind, or by kind and name")
        rows = self._database.whole_rows(after_seq)
        if kind is not None:
            rows = self._database.whole_rows_of(self._seqs_of(kind, name, after_seq))
        for seq, t_ns, row_kind, row_name, body, data, digest in rows:
            yield Entry(seq, t_ns, row_kind, row_name, parse_body(body, seq), data, digest)

    def results(self) -> tuple[Stamped[Result], ...]:
        """Return all results in order."""
        entries = self.entries(kind=Kind.RESULT.value)
        return tuple(Stamped(entry.seq, entry.t_ns, entry.name, result_of(entry)) for entry in entries)

    def events(self, kind: type[E]) -> tuple[Stamped[E], ...]:
        """Return all events of one class in order."""
        found = self._words(event_of, Kind.EVENT, kind.NAME)
        return tuple(cast("Stamped[E]", one) for one in found if isinstance(one.body, kind))

    def all_events(self) -> Iterator[Stamped[Event]]:
        """Yield every event in order, as OtherEvent where its name or its body is not one of ours."""
        for entry in self.entries(kind=Kind.EVENT.value):
            yield Stamped(entry.seq, entry.t_ns, entry.name, readable_event_of(entry))

    def commands(self, instrument: str, after_seq: int = 0) -> Iterator[Stamped[Command]]:
        """Yield the commands to an instrument that were recorded after entry `after_seq`, in order."""
        yield from self._words(command_of, Kind.COMMAND, instrument, after_seq)

    def counts(self) -> dict[str, int]:
        """Return how many entries of each kind there are."""
        return dict(self._database.rows("SELECT kind, count(*) FROM entry GROUP BY kind ORDER BY kind"))

    def verdicts(self) -> dict[str, int]:
        """Return how many results have each verdict."""
        query = (
            "SELECT json_extract(body, '$.verdict'), count(*) FROM entry WHERE kind = 'result' GROUP BY 1 ORDER BY 1"
        )
        return {str(verdict): count for verdict, count in self._database.rows(query) if verdict is not None}

    def streams(self) -> tuple[str, ...]:
        """Return the streams described so far, in order of their first descriptors."""
        query = "SELECT name FROM entry WHERE kind = 'descriptor' GROUP BY name ORDER BY min(seq)"
        return tuple(name for (name,) in self._database.rows(query))

    def channels(self, stream: str) -> tuple[Channel, ...]:
        """Return the channels of a stream; raises RecordError naming the streams there are."""
        if stream not in self._channels:
            for one in self._words(descriptor_of, Kind.DESCRIPTOR, stream):
                self._channels[stream] = one.body.channels
                break
            else:
                raise RecordError(f"{self.path} has no stream {stream}; it has {', '.join(self.streams()) or 'none'}")
        return self._channels[stream]

    def paces(self, stream: str) -> tuple[tuple[int, float], ...]:
        """Return from when on (UTC ns) a stream was read each so many s, as its descriptors say, in order."""
        found = []
        for one in self._words(descriptor_of, Kind.DESCRIPTOR, stream):
            every_s = one.body.info.get("every_s")
            if isinstance(every_s, int | float):
                found.append((one.t_ns, float(every_s)))
        return tuple(found)

    def series(
        self,
        stream: str,
        from_ns: int | None = None,
        to_ns: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> Series:
        """Return the samples of a stream with from_ns <= t_ns < to_ns, in recorded order; see `Series`.

        Only blocks that reach into the interval are read. Raises RecordError for an unknown stream or column.
        """
        return read_series(self._database, self._at_hand, stream, self.channels(stream), from_ns, to_ns, columns)

    def first_value(self, stream: str, column: str) -> float:
        """Return the very first recorded sample of a channel; raises RecordError when there is none."""
        for entry in self.entries(kind=Kind.SAMPLES.value, name=stream):
            values = decode_block(entry.body, entry.data, columns=(column,)).columns[column]
            if len(values):
                return float(values[0])
        raise RecordError(f"{self.path} has no samples of {stream}")

    def verify_chain(self) -> int:
        """Check every entry against its hash and its predecessor, and return how many there are.

        Raises RecordCorruptError with the seq of the first entry that does not hold; a seq of None means that all
        entries hold, but what helps to find them does not.
        """
        checked = verify_rows(self._database.whole_rows(0), self.path)
        (verdict,) = self._database.rows("PRAGMA integrity_check(1)")[0]
        if verdict != "ok":
            raise RecordCorruptError(f"{self.path}: the indexes do not hold what the entries say: {verdict}")
        return checked

    def _words(
        self, read: Callable[[Entry], T], kind: Kind, name: str | None = None, after_seq: int = 0
    ) -> Iterator[Stamped[T]]:
        """Yield what `read` gives of the entries of a kind and name, in order; `read` is one and the same for a kind.

        Entries never change, so that each is fetched and decoded once for all readers that share what is at hand.
        """
        seqs, decoded = self._seqs_of(kind.value, name, after_seq), self._at_hand.decoded
        held = [decoded.get(seq) for seq in seqs]
        missing = array("q", (seq for seq, one in zip(seqs, held, strict=True) if one is None))
        rows = self._database.whole_rows_of(missing)
        for one in held:
            if one is None:
                seq, t_ns, row_kind, row_name, body, data, digest = next(rows)
                entry = Entry(seq, t_ns, row_kind, row_name, parse_body(body, seq), data, digest)
                one = Stamped(seq, t_ns, row_name, read(entry))
                decoded.keep(seq, one)
            yield cast("Stamped[T]", one)

    def _seqs_of(self, kind: str, name: str | None, after_seq: int) -> "array[int]":
        query = "SELECT seq FROM entry WHERE kind = ? AND seq > ? ORDER BY seq"
        arguments: tuple[object, ...] = (kind, after_seq)
        if name is not None:
            query = "SELECT seq FROM entry WHERE kind = ? AND name = ? AND seq > ? ORDER BY seq"
            arguments = (kind, name, after_seq)
        return array("q", (seq for (seq,) in self._database.rows(query, arguments)))
