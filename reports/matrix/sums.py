"""What a matrix comes to in numbers, counted once for all faces."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.matrix.gaps import Gap, GapKind
from reports.matrix.model import Matrix
from rig.record.standing import PASSED


@dataclass(frozen=True, slots=True)
class Sums:
    """How many there are of what.

    `claimed` requirements have a plan, `excused` a reason for none, `neither` neither; `passed` of those claimed came
    to PASS, `passed_physical` on physical benches alone. `duts` are pumps with a serial number on physical benches,
    `duts_passed` those of them with a PASS for every requirement that a plan claims; `simulated` and `simulated_passed`
    are those of mocked benches. `gaps` counts gaps by kind, those only that there are.
    """

    requirements: int
    claimed: int
    passed: int
    passed_physical: int
    excused: int
    neither: int
    plans: int
    duts: int
    duts_passed: int
    simulated: int
    simulated_passed: int
    gaps: dict[GapKind, int]


def sums_of(found: Matrix, gaps: Sequence[Gap]) -> Sums:
    """Return the sums of a matrix and of the gaps in it."""
    counts = Counter(gap.kind for gap in gaps)
    claimed = [row for row in found.requirements if row.plans]
    neither = len(found.without_plan())
    return Sums(
        requirements=len(found.requirements),
        claimed=len(claimed),
        passed=sum(row.standing == PASSED for row in claimed),
        passed_physical=sum(row.physical_standing == PASSED for row in claimed),
        excused=len(found.requirements) - len(claimed) - neither,
        neither=neither,
        plans=len(found.plans),
        duts=sum(not row.dut.mocked for row in found.duts),
        duts_passed=sum(row.complete and not row.dut.mocked for row in found.duts),
        simulated=sum(row.dut.mocked for row in found.duts),
        simulated_passed=sum(row.complete and row.dut.mocked for row in found.duts),
        gaps={kind: counts[kind] for kind in GapKind if counts[kind]},
    )


def in_words(sums: Sums) -> str:
    """Return what requirements and plans come to in one line."""
    return (
        f"{sums.requirements} requirements: {sums.claimed} with a plan ({sums.passed} PASS), {sums.excused} with a "
        f"reason for none, {sums.neither} with neither; plans: {sums.plans}"
    )


def gaps_in_words(gaps: dict[GapKind, int]) -> str:
    """Return how many gaps there are of each kind in one line, "" for none."""
    return ", ".join(f"{count} {kind.value}" for kind, count in gaps.items())
