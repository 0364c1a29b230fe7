"""Back-filling: any number of past runs, each to the server that its bench file or the environment names."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rig.errors import RecordCorruptError, RecordError, StreamerBusyError, StreamingError
from rig.record.folder import run_id
from rig.record.reader import RecordReader
from rig.streaming.cursor import StreamStatus, cursor_path, read_progress
from rig.streaming.holdings import Holdings
from rig.streaming.process import start_streamer
from rig.streaming.status import line, pending
from rig.streaming.target import Target, find_target

# `rig sync` is waited for by a person.
PATIENCE_S = 60.0
# The line of a run holds its reason already.
_SAID_AT_THE_END = (f"{StreamStatus.PAUSED}: ", f"{StreamStatus.GAVE_UP}: ", f"{StreamStatus.INCOMPLETE}: ")
SALVAGE_IT = "restore it from a copy, or read what is left of it with `rig salvage RECORD OUT`"


def sync(
    records: Iterable[Path],
    say: Callable[[str], None],
    *,
    environment: Mapping[str, str] = os.environ,
    patience_s: float = PATIENCE_S,
    again: bool = False,
) -> bool:
    """Send what is pending of each run, say a line for each, and return whether nothing is left or wrong.

    A run that is known to be complete is not sent anew as long as the server still holds it; `again` sends everything
    once more. A server that refuses us or stays away is asked once, not once for each run. A run that goes on gets its
    streamer back when it has lost it.
    """
    syncing = _Syncing(say, environment, patience_s, again=again)
    # Not all(): every run has its turn.
    well = min([syncing.one(record) for record in records], default=True)
    syncing.tell_held()
    return well


class _Syncing:
    def __init__(
        self, say: Callable[[str], None], environment: Mapping[str, str], patience_s: float, *, again: bool
    ) -> None:
        self._say = say
        self._environment = environment
        self._patience_s = patience_s
        self._again = again
        self._unusable: dict[str, str] = {}
        self._holdings: dict[str, Holdings] = {}

    def one(self, record: Path) -> bool:
        name = run_id(record)
        try:
            with RecordReader(record) as reader:
                target = find_target(reader.start(), self._environment)
                live = reader.is_live()
            if target is None:
                self._say(f"{name}: no InfluxDB is named in the environment or the bench file")
                return False
            if target.key in self._unusable:
                self._say(f"{name}: not tried: {self._unusable[target.key]}")
                return False
            return self._send(record, name, target, live=live)
        except StreamerBusyError:
            self._say(f"{name}: another process is streaming it")
            return True
        except (StreamingError, RecordError) as error:
            self._say(f"{name}: {error}")
            return False

    def _send(self, record: Path, name: str, target: Target, *, live: bool) -> bool:
        again = self._again
        if not again and _is_done(record, target):
            if (lacking := self._held_of(target).lacking(record)) == "":
                return True
            self._say(f"{name}: the server holds less than it did ({lacking}): all of it is sent again")
            again = True
        demand_whole(record)
        from rig.streaming.streamer import stream  # brings the client: a second that only sending is worth

        progress = stream(
            record,
            target,
            self._environment,
            lambda text: None if text.startswith(_SAID_AT_THE_END) else self._say(f"{name}: {text}"),
            follow=False,
            again=again,
            patience_s=self._patience_s,
        )
        self._say(f"{name}: {line(record, progress)}")
        if progress.status in (StreamStatus.PAUSED, StreamStatus.GAVE_UP):
            self._unusable[target.key] = progress.reason
            return False
        if live:
            for text in start_streamer(record, self._environment):
                self._say(f"{name}: {text}")
        return progress.status != StreamStatus.INCOMPLETE

    def _held_of(self, target: Target) -> Holdings:
        if target.key not in self._holdings:
            self._holdings[target.key] = Holdings(target, self._environment)
        return self._holdings[target.key]

    def tell_held(self) -> None:
        """Say of each server how many runs were passed over, and whether it was asked for them."""
        for holdings in self._holdings.values():
            self._say(str(holdings))


def demand_whole(record: Path) -> None:
    """Hold a whole record against its hash chain before any of it leaves here.

    Raises RecordCorruptError that says what to do when it is not what was recorded.
    """
    try:
        with RecordReader(record) as reader:
            reader.verify_chain()
    except RecordCorruptError as error:
        raise RecordCorruptError(f"{error}: nothing of it was sent; {SALVAGE_IT}", error.seq) from error


def _is_done(record: Path, target: Target) -> bool:
    """Tell whether the server has taken a run to its last point."""
    path = cursor_path(record, target.key)
    if not path.exists():
        return False
    progress = read_progress(path)
    return progress.status == StreamStatus.COMPLETE and pending(record, progress.seq)[0] == 0
