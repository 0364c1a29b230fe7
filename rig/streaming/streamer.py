"""Feeds one run to one server: everything the record holds, from where the cursor stands, then what comes meanwhile."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rig.clock import Deadline, WallClock
from rig.errors import RecordBusyError, RecordError, ServerAwayError, ServerRefusedError, StreamingError
from rig.record.bodies.others import Note
from rig.record.folder import add_note
from rig.record.lock import has_writer
from rig.record.reader import RecordReader
from rig.streaming.client import TIMEOUT_S, InfluxWriter
from rig.streaming.cursor import Cursor, Refused, SentSoFar, StreamStatus
from rig.streaming.encoder import GZIP_LEVEL, GZIP_LEVEL_HERE, RecordEncoder
from rig.streaming.entries import OWN_NOTE
from rig.streaming.reconcile import LAG_S, Reconciliation, reconcile
from rig.streaming.refusals import said_of
from rig.streaming.sender import Sender
from rig.streaming.target import Target, read_token

# How long a follower waits for a server before it leaves the rest to `rig sync`: a long weekend.
PATIENCE_S = 4 * 24 * 3600.0
_POLL_S = 0.5
_NOTE_PATIENCE_S = 30.0
_NAP_S = 0.1


class Streamer:
    """Feeds one run to one server. `log` hears what somebody may want to know, each thing once.

    Methods raise RecordError and its kinds for a bad record, nothing for a bad server: see `SentSoFar.status`.
    """

    def __init__(
        self,
        record: Path,
        cursor: Cursor,
        writer: InfluxWriter,
        target: Target,
        log: Callable[[str], None],
        patience_s: float,
    ) -> None:
        self._record = record
        self._cursor = cursor
        self._writer = writer
        self._target = target
        self._log = log
        self._sender = Sender(writer, patience_s, self._told)
        self._gzip_level = GZIP_LEVEL_HERE if target.here else GZIP_LEVEL
        self._problem = ""

    def follow(self) -> None:
        """Send until the run is over and everything is sent; then compare the counts."""
        clock = WallClock()
        while True:
            # Asked before sending, so that the last entries are behind the question.
            over = _is_over(self._record)
            if not self.send() or over:
                break
            clock.wait_s(_POLL_S)
        self.reconcile()

    def send(self) -> bool:
        """Send everything that the record holds; return whether it is sent."""
        try:
            self._send()
        except ServerRefusedError as error:
            self._say(StreamStatus.PAUSED, f"{error}; mend it, then: rig sync")
        except ServerAwayError as error:
            self._say(StreamStatus.GAVE_UP, f"{error}; later: rig sync")
        except RecordError as error:
            self._say(StreamStatus.PAUSED, str(error))
            raise
        else:
            self._say(StreamStatus.SENT)
            return True
        return False

    def reconcile(self, lag_s: float = LAG_S) -> None:
        """Compare record and server when the run has ended and all is sent, and note the outcome in the record.

        A server that holds too little (one that was rebuilt, or never got what a proxy took for it) is sent everything
        once more.
        """
        if self._cursor.progress.status != StreamStatus.SENT or not _is_stopped(self._record):
            return
        found = self._compare(lag_s)
        if found.lacks:
            self._log(f"{found}: all of it is sent again")
            self._cursor.start_over()
            if not self.send():
                return
            found = self._compare(lag_s)
        self._note(found)
        self._cursor.progress.reconciled = str(found)
        self._send()  # steps over the note
        refused = said_of(self._refused(), self._cursor.progress.sent, self._target, self._writer)
        whole = not refused and found.outcome != "differs"
        self._say(StreamStatus.COMPLETE if whole else StreamStatus.INCOMPLETE, refused)

    def _compare(self, lag_s: float) -> Reconciliation:
        try:
            return reconcile(self._record, self._cursor.encoder_state(), self._refused(), self._writer, lag_s)
        except StreamingError as error:
            return Reconciliation("not readable", reason=str(error))

    def _refused(self) -> tuple[Refused, ...]:
        return self._cursor.refused() if self._cursor.progress.refused else ()

    def _send(self) -> None:
        with RecordReader(self._record) as reader, ThreadPoolExecutor(1) as pool:
            encoder = RecordEncoder(reader, self._cursor.encoder_state(), self._gzip_level)
            # The next group is encoded while the server chews on this one.
            ahead = pool.submit(encoder.next_group)
            while (group := ahead.result()) is not None:
                ahead = pool.submit(encoder.next_group)
                delivered = self._sender.deliver(group)
                refused = [*group.withheld, *delivered.refused]
                self._cursor.advance(group.state, group.seq, delivered.sent, refused)
                for one in refused[:1]:
                    more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
                    self._log(f"set aside: {one.what[:200]}{more}: {one.reason}")
                self._tell_problem()

    def _note(self, found: Reconciliation) -> None:
        body = found.note(self._cursor.progress.target)
        with RecordReader(self._record) as reader:
            notes = [entry.body for entry in reader.entries(kind="note", name=OWN_NOTE)]
            last_ns = reader.last_ns()
        said = [note for note in notes if note.get("target") == body["target"]]
        if said and said[-1] == body:
            return
        deadline = Deadline(_NOTE_PATIENCE_S)
        while True:
            try:
                add_note(self._record, Note(OWN_NOTE, body), last_ns)
            except RecordBusyError:
                if deadline.passed():
                    self._log("the outcome could not be noted in the record: another process keeps writing it")
                    return
                deadline.nap(_NAP_S)
            else:
                return

    def _told(self, why: str) -> None:
        self._say(StreamStatus.WAITING if why else StreamStatus.STREAMING, why)

    def _say(self, status: StreamStatus, reason: str = "") -> None:
        before = self._cursor.progress.status
        self._cursor.say(status, reason)
        if reason and status != before:
            self._log(f"{status}: {reason}")
        self._tell_problem()

    def _tell_problem(self) -> None:
        problem = self._cursor.problem
        if problem and not self._problem:
            self._log(f"{problem}; streaming goes on, and begins further back should it be interrupted")
        self._problem = problem


def stream(
    record: Path,
    target: Target,
    environment: Mapping[str, str],
    log: Callable[[str], None],
    *,
    follow: bool,
    again: bool = False,
    patience_s: float = PATIENCE_S,
    timeout_s: float = TIMEOUT_S,
    lag_s: float = LAG_S,
) -> SentSoFar:
    """Feed a run to `target`, to the end of the run or only what the record holds now; return how it stands then.

    `again` sends all of it once more, what was refused included. `lag_s` is how long a server may take to show what it
    has taken.

    Raises StreamerBusyError when another process does so already, StreamingError when the token cannot be had,
    RecordError and its kinds for a bad record.
    """
    if target.warning:
        log(f"warning: {target.warning}")
    with (
        Cursor(record, target.key, target.label) as cursor,
        InfluxWriter(target, read_token(target, environment), timeout_s) as writer,
    ):
        if again:
            cursor.start_over()
        streamer = Streamer(record, cursor, writer, target, log, patience_s)
        if follow:
            streamer.follow()
        elif streamer.send():
            streamer.reconcile(lag_s)
        return cursor.progress


def _is_over(record: Path) -> bool:
    """Tell whether nothing more will come: the run was stopped, or its writer died."""
    return _is_stopped(record) or not has_writer(record)


def _is_stopped(record: Path) -> bool:
    with RecordReader(record) as reader:
        return reader.stop() is not None
