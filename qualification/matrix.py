"""The detection matrix: defect by defect, which plans looked, what each found, and why one was missed."""

import re
from dataclasses import dataclass

from qualification.defect import Defect
from qualification.findings import Finding
from qualification.jobs import Done
from rig.metrology.uncertainty.decision import Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """A defect, and what each plan that could see it came to."""

    defect: Defect
    findings: tuple[Finding, ...]
    said: str = ""

    @property
    def caught_by(self) -> tuple[Finding, ...]:
        """Return the plans that found something."""
        return tuple(one for one in self.findings if one.caught)

    @property
    def caught(self) -> bool:
        """Tell whether any plan found something."""
        return bool(self.caught_by)

    @property
    def undecided(self) -> bool:
        """Tell whether it was not caught, and some plan could not decide."""
        return not self.caught and any(one.undecided for one in self.findings)

    @property
    def as_it_should(self) -> bool:
        """Tell whether a defect was caught, and a control was not."""
        return self.caught is not self.defect.control

    @property
    def names_it(self) -> bool:
        """Tell whether some finding says what is wrong, by the defect's own words for it."""
        return any(re.search(wanted, one.words, re.IGNORECASE) for one in self.caught_by for wanted in self.defect.says)

    @property
    def sizes_it(self) -> bool | None:
        """Tell whether some number found is the defect's effect within its uncertainty; None where there is no number.

        A number of percent counts that says how far a dose is off what was programmed.
        """
        effect = self.defect.effect_percent
        numbers = [
            claim
            for one in self.caught_by
            for claim in one.claims
            if claim.unit == "%" and claim.value is not None and claim.verdict != Verdict.PASS.value
        ]
        if not effect or not numbers:
            return None
        return any(
            abs(one.value - effect) <= (one.expanded or 0.0) + _TOLERANCE * abs(effect)
            for one in numbers
            if one.value is not None
        )

    @property
    def why(self) -> str:
        """Return why a defect was missed, "" for one that was not."""
        if self.caught or self.defect.control:
            return ""
        if not self.findings:
            return self.said or "no plan looks: none claims what it violates"
        if self.undecided:
            return "below the detection limit: a plan could not decide"
        effect = self.defect.effect_percent
        if effect is not None and abs(effect) <= _WITHIN_LIMITS:
            return "below the detection limit: its effect is within what is allowed"
        return "no plan looks at this: all that could see it passed"


# A defect's stated effect is that of its idea at the reference state; seeded, it may come out a little differently.
_TOLERANCE = 0.05
# What the limits of accuracy allow to a dose, in percent: test_plans/limits.toml.
_WITHIN_LIMITS = 5.0


def row_of(defect: Defect, done: Done) -> Row:
    """Return the row of a defect from what its session came to."""
    return Row(defect, done.findings, done.said)
