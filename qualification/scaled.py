"""What a plan would have said of a pump that moves more with each stroke: its record, judged anew with other weights.

The strokes of a healthy run are simulated once. A stroke that is some percent larger is on the balance, and in the flow
sensor, that much larger; the motor, the pump's books and its log are as they were. So one run of a plan answers for
every size of such an error, in the time that its claims take to be settled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qualification.findings import CAUGHT
from rig.evaluation.settle import Asked, settle
from rig.metrology.uncertainty.decision import Verdict
from rig.record.reader import RecordReader
from rig.record.series import AtHand, Series

SCALED = ("mass", "flow")
"""The columns of a record that are in proportion to what a stroke moves."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether a plan found an error of so many percent: any of its claims FAIL, or INVALID."""

    plan: str
    percent: float
    found: bool
    undecided: bool = False


class ScaledReader(RecordReader):
    """A record whose strokes moved `percent` more than they did."""

    def __init__(self, path: Path, percent: float, as_of_seq: int | None = None, at_hand: AtHand | None = None) -> None:
        """Open the record as RecordReader does."""
        super().__init__(path, as_of_seq, at_hand)
        self.percent = percent

    def as_of(self, seq: int) -> "ScaledReader":
        """Open it once more, as it was when entry `seq` was its last."""
        return ScaledReader(self.path, self.percent, seq, self._at_hand)

    def series(
        self,
        stream: str,
        from_ns: int | None = None,
        to_ns: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> Series:
        """Return the samples of a stream, larger where they are in proportion to a stroke."""
        found = super().series(stream, from_ns, to_ns, columns)
        for name in SCALED:
            if name in found.columns:
                found.columns[name] = found.columns[name] * (1.0 + self.percent / 100.0)
        return found


def try_sizes(record: Path, sizes_percent: Sequence[float]) -> tuple[Trial, ...]:
    """Return what each plan of a record would have found at each size, in order of size and of plans.

    Raises RecordError for a record that cannot be read.
    """
    return tuple(trial for percent in sizes_percent for trial in _tried(record, percent))


def _tried(record: Path, percent: float) -> list[Trial]:
    verdicts: dict[str, set[str]] = {}
    with ScaledReader(record, percent) as reader:
        for entry in reader.results():
            said = entry.body
            asked = Asked(said.recipe, said.limit, said.plan, said.requirements, said.limit_name)
            verdicts.setdefault(said.plan, set()).add(settle(asked, reader).verdict)
    return [
        Trial(plan, percent, bool(those & set(CAUGHT)), Verdict.INCONCLUSIVE.value in those)
        for plan, those in verdicts.items()
    ]
