"""Every verdict of a bundled run once more; of a long run in a process of its own, while its reports are written."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rig.evaluation.replay import replay
from rig.record.bodies.codec import from_body, to_body
from rig.record.reader import RecordReader

# A process takes a second to begin, which a shorter record does not take to be recomputed.
BESIDE_FROM_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Again:
    """One result recomputed: its entry, its name, and which parts come out otherwise.

    `excused` tells that only numbers do, and that the run was settled by other rules than those of this rig.
    """

    seq: int
    name: str
    differences: tuple[str, ...]
    excused: bool


def verdicts_again(record: Path) -> list[Again]:
    """Recompute every verdict of a record; raises what `replay` raises."""
    with RecordReader(record) as reader:
        return [
            Again(one.seq, one.name, one.differences, excused=one.other_rules and one.same_verdict)
            for one in replay(reader)
        ]


class Pending:
    """Verdicts that are, or will be, recomputed."""

    def __init__(self, record: Path, beside: "subprocess.Popen[bytes] | None") -> None:
        self._record = record
        self._beside = beside

    def result(self) -> list[Again]:
        """Wait for the verdicts and return them; raises what `replay` raises."""
        if self._beside is not None:
            said, _ = self._beside.communicate()
            if self._beside.returncode == 0:
                return [from_body(Again, one) for one in json.loads(said)]
        # What went wrong there is raised here; and somebody may have ended it.
        return verdicts_again(self._record)


@contextmanager
def verdicts_beside(record: Path) -> Iterator[Pending]:
    """Begin to recompute the verdicts of a long record while the caller does something else."""
    if record.stat().st_size < BESIDE_FROM_BYTES:
        yield Pending(record, None)
        return
    words = [sys.executable, "-m", "reports.evidence.verdicts", str(record)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as beside:  # noqa: S603 - our own
        try:
            yield Pending(record, beside)
        finally:
            beside.kill()


if __name__ == "__main__":
    print(json.dumps([to_body(one) for one in verdicts_again(Path(sys.argv[1]))]))
