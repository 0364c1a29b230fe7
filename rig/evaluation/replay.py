"""Recomputes every verdict of a run from its raw samples and compares bit for bit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rig.bench_file.limits import Limit
from rig.evaluation.settle import settle
from rig.record import RecordReader
from rig.record.bodies.recipe import Recipe

# What a plan says about a result; everything else in its body is computed.
SAID_BY_PLAN = ("plan", "requirements", "limit_name")


@dataclass(frozen=True, slots=True)
class Replayed:
    """One result recomputed: `identical` tells whether everything computed is the same to the last bit."""

    seq: int
    name: str
    plan: str
    recorded: dict[str, Any]
    recomputed: dict[str, Any]

    @property
    def identical(self) -> bool:
        """Tell whether record and recomputation agree in every digit (floats round-trip through JSON exactly)."""
        return self.recorded == self.recomputed

    @property
    def differences(self) -> tuple[str, ...]:
        """Return the names of the parts that differ."""
        keys = sorted(set(self.recorded) | set(self.recomputed))
        return tuple(key for key in keys if self.recorded.get(key) != self.recomputed.get(key))


def replay(reader: RecordReader) -> Iterator[Replayed]:
    """Yield each result of a run with its recomputation; raises RecordCorruptError when the hash chain is broken."""
    reader.verify_chain()
    for entry in reader.results():
        recorded = {key: value for key, value in entry.body.items() if key not in SAID_BY_PLAN}
        recomputed = settle(Recipe(**recorded["recipe"]), Limit.model_validate(recorded["limit"]), reader)
        yield Replayed(entry.seq, entry.name, str(entry.body["plan"]), recorded, recomputed)
