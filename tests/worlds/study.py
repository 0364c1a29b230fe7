"""From worlds to figures: how often results hold the truth, are refused, or give the wrong verdict."""

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rig.evaluation.registry import kind_of
from rig.evaluation.settle import Asked, settle
from rig.metrology.uncertainty.decision import Verdict
from tests.worlds.catalogue import BY_NAME, DECADES, HEALTHY_PERCENT, LIMIT_PERCENT, World
from tests.worlds.recording import LIMIT, PLAN, recipe_of, recorded
from tests.worlds.scene import seen

_IN_MEMORY = Path("/dev/shm")  # where a record costs no disk; elsewhere it is written where temporary files are


@dataclass(frozen=True)
class Outcome:
    """What one run came to, in percent; `value` and `expanded` (U) are None where there is no number."""

    true_percent: float
    verdict: str
    value: float | None
    expanded: float | None
    reasons: tuple[str, ...]

    @property
    def refused(self) -> bool:
        return self.verdict == Verdict.INVALID

    @property
    def healthy(self) -> bool:
        return abs(self.true_percent) < HEALTHY_PERCENT

    @property
    def inside(self) -> bool:
        return abs(self.true_percent) <= LIMIT_PERCENT

    @property
    def held(self) -> bool:
        """Tell whether the interval of the result holds the truth."""
        return self.value is not None and abs(self.value - self.true_percent) <= (self.expanded or 0.0)


def one_run(world: World, decade: int, number: int) -> Outcome:
    """Let one run happen, record it, and settle its claim as a plan would."""
    rng = world.rng(decade, number)
    scene = world.scene(decade, rng)
    shown = seen(scene, rng)
    folder = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(dir=folder) as there,
        recorded(Path(there), scene, shown) as record,
        record.reader() as reader,
    ):
        recipe = recipe_of(scene)
        asked = Asked(kind_of(recipe.function).resolve(recipe, reader), LIMIT, PLAN)
        result = settle(asked, reader)
    value, expanded = (None, None) if result.number is None else (result.number.value, result.number.expanded)
    return Outcome(shown.true_percent, result.verdict, value, expanded, result.reasons)


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def percent(self) -> float:
        return 100.0 * self.count / self.of if self.of else math.nan

    @property
    def u_percent(self) -> float:
        """Return the standard error by Agresti & Coull (1998), which is not 0 for none and for all."""
        n = self.of + 4
        p = (self.count + 2) / n
        return 100.0 * math.sqrt(p * (1.0 - p) / n)

    def surely_below(self, percent: float) -> bool:
        """Tell whether the share lies under `percent` by more than two standard errors."""
        return self.of > 0 and self.percent + 2.0 * self.u_percent < percent

    def surely_above(self, percent: float) -> bool:
        """Tell whether the share lies over `percent` by more than two standard errors of that share."""
        expected = 100.0 * math.sqrt(percent / 100.0 * (1.0 - percent / 100.0) / max(1, self.of))
        return self.percent > percent + 2.0 * expected


@dataclass(frozen=True)
class Row:
    """All runs of one world in one decade of flow."""

    world: str
    decade: int
    runs: int
    covered: Share
    refused: Share
    wrong_accepts: Share
    wrong_rejects: Share
    healthy_refused: Share
    healthy_passed: Share
    median_expanded: float

    @property
    def flow(self) -> str:
        low, high = DECADES[self.decade]
        return f"{low:g}–{high:g}"


def row_of(world: World, decade: int, outcomes: list[Outcome]) -> Row:
    """Count the outcomes of one world in one decade."""
    answered = [one for one in outcomes if not one.refused]
    outside = [one for one in outcomes if not one.inside]
    inside = [one for one in outcomes if one.inside]
    healthy = [one for one in inside if one.healthy]
    spread = sorted(one.expanded for one in answered if one.expanded is not None)
    return Row(
        world=world.name,
        decade=decade,
        runs=len(outcomes),
        covered=_share(answered, lambda one: one.held),
        refused=_share(outcomes, lambda one: one.refused),
        wrong_accepts=_share(outside, lambda one: one.verdict == Verdict.PASS),
        wrong_rejects=_share(inside, lambda one: one.verdict == Verdict.FAIL),
        healthy_refused=_share(healthy, lambda one: one.refused),
        healthy_passed=_share(healthy, lambda one: one.verdict == Verdict.PASS),
        median_expanded=spread[len(spread) // 2] if spread else math.nan,
    )


def _share(outcomes, tells) -> Share:
    return Share(sum(map(tells, outcomes)), len(outcomes))


# What every row must keep: 95 % give or take 1.5 %, the risk that a guard band of k = 2 states at the limit, and as
# few refusals where nothing is wrong as nobody minds.
LEAST_COVERED_PERCENT = 93.5
STATED_RISK_PERCENT = 2.28
MOST_REFUSED_PERCENT = 1.0


def unmet(row: Row) -> tuple[str, ...]:
    """Return what a row fails to keep, beyond what its number of runs leaves to chance (two standard errors)."""
    said = []
    if row.covered.surely_below(LEAST_COVERED_PERCENT):
        said.append("coverage")
    if row.wrong_accepts.surely_above(STATED_RISK_PERCENT):
        said.append("wrong accepts")
    if row.wrong_rejects.surely_above(STATED_RISK_PERCENT):
        said.append("wrong rejects")
    if BY_NAME[row.world].sound and row.healthy_refused.surely_above(MOST_REFUSED_PERCENT):
        said.append("healthy refusals")
    return tuple(said)
