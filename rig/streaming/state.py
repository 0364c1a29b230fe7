"""How far a record has been encoded, and what the next point must know of those before: the content of a cursor."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from rig.errors import RecordCorruptError, StreamingError
from rig.record.bodies.codec import from_body
from rig.streaming.coarser import Coarser
from rig.streaming.stamps import Tail


@dataclass(slots=True)
class StreamState:
    """What one stream of samples has come to. `withheld` counts samples that no InfluxDB can hold."""

    tail: Tail = field(default_factory=Tail)
    read_ns: int | None = None
    withheld: int = 0
    not_finite: dict[str, int] = field(default_factory=dict)
    coarser: Coarser = field(default_factory=Coarser)


def _stream_from(said: dict[str, Any]) -> StreamState:
    coarser = from_body(Coarser, said.get("coarser", {}), "the cursor")
    return StreamState(**(said | {"tail": Tail(**said["tail"]), "coarser": coarser}))


@dataclass(slots=True)
class EncoderState:
    """Everything up to entry `seq` is encoded, and the first `rows` samples of the entry behind it.

    `opening` is the number of the bench's opening that samples are of now, 0 in records that do not tell. Up to
    `programme_ns` is told what was programmed; `verdicts` are those of the plans that have not ended yet.
    """

    seq: int = 0
    rows: int = 0
    entry_ns: int | None = None
    note_ns: int | None = None
    opening: int = 0
    programme_ns: int | None = None
    verdicts: dict[str, list[str]] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    streams: dict[str, StreamState] = field(default_factory=dict)

    def stream(self, name: str) -> StreamState:
        """Return the state of one stream, a fresh one at its beginning."""
        return self.streams.setdefault(name, StreamState())

    def count(self, measurement: str, points: int) -> None:
        """Count points made."""
        self.made[measurement] = self.made.get(measurement, 0) + points

    def dump(self) -> str:
        """Return the state as JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> "EncoderState":
        """Read what `dump` wrote; raises StreamingError when it is something else."""
        try:
            raw: dict[str, Any] = json.loads(text)
            streams = {name: _stream_from(one) for name, one in raw["streams"].items()}
            return cls(**(raw | {"streams": streams}))
        except (RecordCorruptError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise StreamingError(f"the cursor does not hold the state of an encoder: {error!r}") from error
