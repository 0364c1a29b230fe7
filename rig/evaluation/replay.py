"""Recomputes every verdict of a run from its raw samples and compares bit for bit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rig.evaluation.settle import Asked, settle
from rig.record.bodies.codec import Json, to_body
from rig.record.bodies.old import is_old_result, result_in_old_words
from rig.record.bodies.result import Result
from rig.record.bodies.start import RULES
from rig.record.nonsense import nonsense_told
from rig.record.reader import RecordReader
from rig.record.schema import Entry, Kind
from rig.record.words import result_of


@dataclass(frozen=True, slots=True)
class Replayed:
    """One result recomputed; `recorded` and `computed` are the bodies that are compared, in the recorded format.

    `other_rules` says that the run was settled by other rules than those of this rig: its numbers may differ.
    """

    seq: int
    name: str
    result: Result
    recorded: Mapping[str, Json]
    computed: Mapping[str, Json]
    other_rules: bool = False

    @property
    def same_verdict(self) -> bool:
        """Tell whether at least the verdict is the one that was recorded."""
        return bool(self.recorded.get("verdict") == self.result.verdict)

    @property
    def identical(self) -> bool:
        """Tell whether record and recomputation agree in every digit (floats round-trip through JSON exactly)."""
        return not self.differences

    @property
    def differences(self) -> tuple[str, ...]:
        """Return the names of the parts that differ."""
        keys = sorted(set(self.recorded) | set(self.computed))
        return tuple(key for key in keys if self.recorded.get(key) != self.computed.get(key))


def replay(reader: RecordReader) -> Iterator[Replayed]:
    """Yield each result of a run with its recomputation.

    Raises RecordCorruptError when the hash chain is broken, or when nothing can be made of what the record holds.
    """
    reader.verify_chain()
    other_rules = reader.start().rules != RULES
    for entry in reader.entries(kind=Kind.RESULT.value):
        with nonsense_told(reader.path, f"result {entry.name!r} cannot be computed from what is recorded", entry.seq):
            again = _again(entry, reader, other_rules=other_rules)
        yield again


def _again(entry: Entry, reader: RecordReader, *, other_rules: bool) -> Replayed:
    said = result_of(entry)
    asked = Asked(said.recipe, said.limit, said.plan, said.requirements, said.limit_name)
    result = settle(asked, reader)
    computed = result_in_old_words(result) if is_old_result(entry.body) else to_body(result)
    if "sorted_as" not in entry.body:
        computed.pop("sorted_as", None)  # recorded before results were sorted
    return Replayed(entry.seq, entry.name, result, entry.body, computed, other_rules)
