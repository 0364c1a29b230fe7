"""What a session found: each plan's claims as the record holds them, in plain values that JSON can hold."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rig.faults import Fault
from rig.metrology.uncertainty.decision import Verdict
from rig.record.bodies.events import OutcomeWord, PlanOutcome
from rig.record.bodies.result import Result
from rig.record.reader import RecordReader

# A requirement of the rig itself: a plan that fails it speaks against the rig, as it should.
_OF_THE_RIG = "RIG-"
# What the limits of accuracy allow to a dose, in percent: test_plans/limits.toml.
WITHIN_LIMITS_PERCENT = 5.0
CAUGHT = (Verdict.FAIL.value, Verdict.INVALID.value)
# What pytest says with --durations=0: `7.30s call     test_plans/test_x.py::test_y[case with spaces]`.
_DURATION = re.compile(r"^(\d+\.\d+)s (?:setup|call|teardown) +(\S.*)$", re.MULTILINE)
# The longest part of a reason that a matrix shows.
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of a plan with what was said of it; `expanded` is U = k·u of `value`: None for a fact.

    `fault` is whose fault it was said to be, "" for a PASS.
    """

    name: str
    verdict: str
    said: str
    unit: str = ""
    value: float | None = None
    expanded: float | None = None
    k: float | None = None
    lower: float | None = None
    upper: float | None = None
    fault: str = ""

    @property
    def blames_the_pump(self) -> bool:
        """Tell whether it speaks against the pump: a FAIL of which nobody said whose fault it is does."""
        return self.fault == Fault.PUMP.value or (self.verdict == Verdict.FAIL.value and not self.fault)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one plan came to: how it ended, why where it did not pass, its claims, and the time that it took in s.

    `fault` is whose fault it was said to be where more than its claims went wrong, "" where those say so themselves.
    """

    plan: str
    outcome: str
    why: str = ""
    requirements: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    seconds: float = 0.0
    fault: str = ""

    @property
    def passed(self) -> bool:
        """Tell whether the plan passed: each claim is PASS and nothing was raised."""
        return self.outcome == OutcomeWord.PASSED.value

    @property
    def of_the_rig(self) -> bool:
        """Tell whether it is a requirement on the rig itself that it holds, with the pump as what is known."""
        return any(one.startswith(_OF_THE_RIG) for one in self.requirements)

    @property
    def undecided(self) -> bool:
        """Tell whether nothing is against the pump but that a measurement was too uncertain."""
        verdicts = {claim.verdict for claim in self.claims}
        return not self.passed and Verdict.INCONCLUSIVE.value in verdicts and not verdicts & set(CAUGHT)

    @property
    def reached(self) -> bool:
        """Tell whether the plan began at all."""
        return self.outcome not in (OutcomeWord.NOT_REACHED.value, OutcomeWord.SKIPPED.value)

    @property
    def caught(self) -> bool:
        """Tell whether the plan found something: no verdict stands that would let the pump pass."""
        return self.reached and not self.passed and not self.undecided

    @property
    def word(self) -> str:
        """Return what the plan came to in a word or two."""
        if not self.reached:
            return self.outcome
        return "caught" if self.caught else "undecided" if self.undecided else "passed"

    @property
    def faults(self) -> frozenset[str]:
        """Return whose fault it was said to be, of all that went wrong in it."""
        said = (Fault.PUMP.value if one.blames_the_pump else one.fault for one in self.claims)
        return frozenset(one for one in (*said, self.fault) if one)

    @property
    def by(self) -> Claim | None:
        """Return the claim that says most: a FAIL before an INVALID, in the plan's order; None without any."""
        for verdict in (*CAUGHT, Verdict.INCONCLUSIVE.value):
            for claim in self.claims:
                if claim.verdict == verdict:
                    return claim
        return None

    @property
    def words(self) -> str:
        """Return all that was said of what did not pass, what failed first: of others no verdict holds."""
        failed_first = sorted(self.claims, key=lambda one: one.verdict != Verdict.FAIL.value)
        said = [f"{one.name} {one.verdict}: {one.said}" for one in failed_first if one.verdict != Verdict.PASS.value]
        return "; ".join([*said, self.why] if self.why else said)


def findings_in(record: Path, seconds: Mapping[str, float]) -> tuple[Finding, ...]:
    """Return what each plan of a record came to, in order of their ends; `seconds` is how long each took.

    Raises RecordError for a record that cannot be read.
    """
    with RecordReader(record) as reader:
        results = [entry.body for entry in reader.results()]
        names = {entry.seq: entry.name for entry in reader.entries("result")}
        outcomes = [entry.body for entry in reader.events(PlanOutcome)]
        named = list(zip(names.values(), results, strict=True))
    return tuple(
        Finding(
            one.plan,
            one.outcome.value,
            _why(one),
            one.requirements,
            tuple(_claim(name, result) for name, result in named if result.plan == one.plan),
            seconds.get(one.plan, 0.0),
            one.sorted_as.fault.value if one.sorted_as else "",
        )
        for one in outcomes
    )


def _why(outcome: PlanOutcome) -> str:
    """Return why a plan did not pass, with what its session said of whose fault that was."""
    sorted_as = outcome.sorted_as.what if outcome.sorted_as else ""
    said = [outcome.why[:_LONGEST], *([] if sorted_as in outcome.why else [sorted_as[:_LONGEST]])]
    return "; ".join(one for one in said if one)


def times_in(log: Path) -> Mapping[str, float]:
    """Return how long each plan of a session took in s, set-up and tear-down included, from what pytest printed."""
    times = defaultdict[str, float](float)
    if log.exists():
        for seconds, plan in _DURATION.findall(log.read_text(encoding="utf-8", errors="replace")):
            times[plan.strip()] += float(seconds)
    return times


def _claim(name: str, result: Result) -> Claim:
    said = "; ".join(_shortened(result.reasons)) or result.fact
    limit, number = result.limit, result.number
    return Claim(
        name,
        result.verdict,
        said,
        result.unit,
        None if number is None else number.value,
        None if number is None else number.expanded,
        None if number is None else number.k,
        None if limit is None else limit.lower,
        None if limit is None else limit.upper,
        "" if result.sorted_as is None else result.sorted_as.fault.value,
    )


def _shortened(reasons: Iterable[str]) -> tuple[str, ...]:
    return tuple(reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]} …" for reason in reasons)
