"""What a session found: each plan's claims as the record holds them, in plain values that JSON can hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rig.metrology.uncertainty.decision import Verdict
from rig.record.bodies.events import OutcomeWord, PlanOutcome
from rig.record.bodies.result import Result
from rig.record.reader import RecordReader

CAUGHT = (Verdict.FAIL.value, Verdict.INVALID.value)
# The longest part of a reason that a matrix shows.
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of a plan with what was said of it; `expanded` is U of `value`, both None for a fact or no number."""

    name: str
    verdict: str
    said: str
    unit: str = ""
    value: float | None = None
    expanded: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one plan came to: how it ended, why where it did not pass, its claims, and the CPU that it took in s."""

    plan: str
    outcome: str
    why: str = ""
    requirements: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Tell whether the plan passed: each claim is PASS and nothing was raised."""
        return self.outcome == OutcomeWord.PASSED.value

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
    def by(self) -> Claim | None:
        """Return the claim that says most: a FAIL before an INVALID, in the plan's order; None without any."""
        for verdict in (*CAUGHT, Verdict.INCONCLUSIVE.value):
            for claim in self.claims:
                if claim.verdict == verdict:
                    return claim
        return None

    @property
    def words(self) -> str:
        """Return all that was said of what did not pass."""
        said = [f"{one.name} {one.verdict}: {one.said}" for one in self.claims if one.verdict != Verdict.PASS.value]
        return "; ".join([*said, self.why] if self.why else said)


def findings_in(record: Path, seconds: float) -> tuple[Finding, ...]:
    """Return what each plan of a record came to, in order of their ends; the session took `seconds` of CPU in all.

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
            one.why[:_LONGEST],
            one.requirements,
            tuple(_claim(name, result) for name, result in named if result.plan == one.plan),
            seconds / len(outcomes),
        )
        for one in outcomes
    )


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
        None if limit is None else limit.lower,
        None if limit is None else limit.upper,
    )


def _shortened(reasons: Iterable[str]) -> tuple[str, ...]:
    return tuple(reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]} …" for reason in reasons)
