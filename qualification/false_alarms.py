"""How often healthy pumps are called faulty: plans under many seeds, against the risk that their limits state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest, norm

from qualification.findings import WITHIN_LIMITS_PERCENT, Finding
from qualification.jobs import Done, Job

CONFIDENCE = 0.95
_PLANS_OF_A_SEED = 3


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """What healthy pumps came to: how many seeds and plans ran, and which of these did not pass.

    `lower` and `upper` bound the rate of false alarms with 95 % confidence (Clopper and Pearson, exact). `stated` is
    the largest risk that a limit with its guard band allows: that of a pump that lies right on it. `broken` says of
    sessions that did not come to their end why: they are counted as seeds, and shown. `rejected` are plans with the
    sizes in percent of a stroke that the limits allow, and with which they called a pump faulty all the same.
    """

    seeds: int
    plans: int
    alarms: tuple[Finding, ...]
    undecided: tuple[Finding, ...]
    lower: float
    upper: float
    stated: float
    broken: tuple[str, ...] = ()
    rejected: tuple[tuple[str, float], ...] = ()

    @property
    def rate(self) -> float:
        """Return the share of plans that called a healthy pump faulty, as a fraction of 1."""
        return len(self.alarms) / self.plans if self.plans else 0.0

    @property
    def as_stated(self) -> bool:
        """Tell whether all sessions came to their end, with no more false alarms than the limits state."""
        return not self.broken and not self.rejected and self.lower <= self.stated


def jobs_of_seeds(plans: Sequence[Finding], seeds: int, sizes_percent: tuple[float, ...]) -> list[Job]:
    """Return the jobs of healthy pumps: each seed a few plans, all plans about as often.

    The records of every second seed are tried with other sizes of a stroke.
    """
    order = sorted(plans, key=lambda one: one.seconds)
    names = [one.plan for one in order]
    if not names:
        return []
    return [
        Job(
            tuple(sorted({names[(seed * _PLANS_OF_A_SEED + n) % len(names)] for n in range(_PLANS_OF_A_SEED)})),
            seed=seed + 1,
            sizes_percent=sizes_percent if seed % 2 == 0 else (),
        )
        for seed in range(seeds)
    ]


def false_alarms(done: Iterable[Done], coverage_k: float = 2.0) -> FalseAlarms:
    """Return what the sessions of healthy pumps come to; `coverage_k` is what the limits are guarded with."""
    sessions = list(done)
    ran = [finding for one in sessions for finding in one.findings if finding.reached]
    alarms = tuple(one for one in ran if one.caught)
    bounds = binomtest(len(alarms), len(ran)).proportion_ci(CONFIDENCE, "exact") if ran else (0.0, 1.0)
    return FalseAlarms(
        seeds=len(sessions),
        plans=len(ran),
        alarms=alarms,
        undecided=tuple(one for one in ran if one.undecided),
        lower=float(bounds[0]),
        upper=float(bounds[1]),
        stated=float(norm.sf(coverage_k)),
        broken=tuple(one.said for one in sessions if one.said),
        rejected=_rejected(sessions),
    )


def _rejected(sessions: Sequence[Done]) -> tuple[tuple[str, float], ...]:
    """Return which plans call pumps faulty whose strokes are off by less than the limits allow, and by how much.

    A requirement on the rig itself is none on a pump: there one stands for a flow that is known.
    """
    of_the_rig = {plan.plan for one in sessions for plan in one.findings if plan.of_the_rig}
    found = {
        (trial.plan, trial.percent)
        for one in sessions
        for trial in one.trials
        if trial.found and abs(trial.percent) < WITHIN_LIMITS_PERCENT and trial.plan not in of_the_rig
    }
    return tuple(sorted(found))
