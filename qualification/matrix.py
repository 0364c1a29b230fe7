"""The detection matrix: defect by defect, which plans looked, what each found, and why one was missed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qualification.defect import Defect
from qualification.findings import WITHIN_LIMITS_PERCENT, Finding
from qualification.jobs import Done
from rig.faults import Fault
from rig.metrology.uncertainty.decision import Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """A defect, and what each plan that could see it came to; `said` is why its session did not come to its end.

    `broke` is what the defect's own code raised: nothing was shown by plans that met only the silence behind it.
    """

    defect: Defect
    findings: tuple[Finding, ...]
    said: str = ""
    broke: str = ""

    @property
    def caught_by(self) -> tuple[Finding, ...]:
        """Return the plans that found something of the defect."""
        return () if self.broke else tuple(one for one in self.findings if one.caught)

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
        """Tell whether the plans did by this row what is to be asked of them.

        A control is not called faulty. What is wrong with the bench is not called the pump's fault. A defect is caught,
        unless its effect on the dose is within what the limits allow, and is somewhere called the pump's. Where no plan
        looked, or the session did not come to its end, nothing was shown.
        """
        if not any(one.reached for one in self.findings) or self.broke or (self.said and not self.caught):
            return False
        if self.defect.control:
            return not self.caught
        if self.defect.of_the_bench:
            of_the_pump = (one for one in self.findings if not one.of_the_rig)
            return not any(Fault.PUMP.value in one.faults for one in of_the_pump if one.caught)
        return self.within_limits if not self.caught else self.blames in ("", Fault.PUMP.value)

    @property
    def blames(self) -> str:
        """Return whose fault it was said to be: the pump's where any plan says so; "" where none says anything."""
        said = {fault for one in self.caught_by for fault in one.faults}
        return next((one.value for one in Fault if one.value in said), "")

    @property
    def within_limits(self) -> bool:
        """Tell whether the defect's effect on dose is one that the limits of accuracy allow, and it has no other."""
        effect = self.defect.effect_percent
        return effect is not None and abs(effect) <= WITHIN_LIMITS_PERCENT and not self.defect.effect

    @property
    def word(self) -> str:
        """Return what became of it in one word."""
        if self.caught:
            return "caught"
        if self.said or self.broke:
            return "not shown"
        if self.undecided:
            return "undecided"
        return "let pass" if self.defect.control and any(one.reached for one in self.findings) else "missed"

    @property
    def names_it(self) -> bool | None:
        """Tell whether some finding says what is wrong, by the defect's own words for it; None where it states none.

        What is wrong with the bench and is called the pump's is not named, whatever the words are.
        """
        if not self.defect.says:
            return None
        if self.defect.of_the_bench and not self.as_it_should:
            return False
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
        """Return why a defect was missed, or nothing was shown; "" for one that was not."""
        if self.broke:
            return f"the defect's own code raised: {self.broke}"
        if not any(one.reached for one in self.findings):
            return self.said or "no plan looks: none claims what it violates"
        if self.caught:
            return ""
        if self.said:
            return f"its session did not come to its end: {self.said}"
        if self.defect.control:
            return ""
        if self.undecided:
            return "below the detection limit: a plan could not decide"
        if self.within_limits:
            return "below the detection limit: its effect is within what is allowed"
        meant, asked = self.defect.plans, [one.plan for one in self.findings]
        if meant and not any(plan.startswith(meant) for plan in asked):
            return f"the plans meant for it were not asked: {', '.join(meant)}"
        claiming = sum(self.defect.violates in one.requirements for one in self.findings)
        if claiming:
            looked = "the one plan asked that claims" if claiming == 1 else f"{claiming} plans asked that claim"
            others = f", and so did {len(asked) - claiming} others" if len(asked) > claiming else ""
            return f"{looked} {self.defect.violates} let it pass{others}"
        return f"no plan of the {len(asked)} asked claims {self.defect.violates}, and none found it"


# A defect's stated effect is that of its idea at the reference state; seeded, it may come out a little differently.
_TOLERANCE = 0.05


def row_of(defect: Defect, done: Done) -> Row:
    """Return the row of a defect from what its session came to."""
    return Row(defect, done.findings, done.said, done.broke)


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement: the plans that claim it, and the defects that no other plan found of those that looked."""

    requirement: str
    plans: tuple[str, ...]
    only_here: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All rows, and the plans of the catalogue as they passed on a healthy pump."""

    rows: tuple[Row, ...]
    plans: tuple[Finding, ...]

    @property
    def defects(self) -> tuple[Row, ...]:
        """Return the rows of the pump's defects that are to be found."""
        return tuple(row for row in self.rows if not row.defect.control and not row.defect.of_the_bench)

    @property
    def controls(self) -> tuple[Row, ...]:
        """Return the rows of what must not be called faulty."""
        return tuple(row for row in self.rows if row.defect.control)

    @property
    def of_the_bench(self) -> tuple[Row, ...]:
        """Return the rows of what is wrong with the rig and not with the pump."""
        return tuple(row for row in self.rows if row.defect.of_the_bench and not row.defect.control)

    @property
    def missed(self) -> tuple[Row, ...]:
        """Return the defects of the pump that no plan found."""
        return tuple(row for row in self.defects if not row.caught)

    @property
    def not_as_it_should(self) -> tuple[Row, ...]:
        """Return what speaks against the plans: see `Row.as_it_should`."""
        return tuple(row for row in self.rows if not row.as_it_should)

    def needs(self) -> tuple[Need, ...]:
        """Return each requirement that plans claim, with the defects that only its own plans found."""
        claimed = sorted({one for plan in self.plans for one in plan.requirements})
        return tuple(self._need(one) for one in claimed)

    def needed_by_none(self) -> tuple[str, ...]:
        """Return the plans without which each defect would have been found all the same, of those asked."""
        sole = {plan for row in self.rows for plan in self._sole(row)}
        return tuple(one.plan for one in self.plans if self.asked_of(one.plan) and one.plan not in sole)

    def asked_of(self, plan: str) -> int:
        """Return of how many defects a plan was asked: of few where others caught and named them first."""
        return sum(any(one.plan == plan for one in row.findings) for row in self.rows if not row.defect.control)

    def never_asked(self) -> tuple[str, ...]:
        """Return the plans that looked at no defect."""
        return tuple(one.plan for one in self.plans if not self.asked_of(one.plan))

    def _need(self, requirement: str) -> Need:
        plans = {one.plan for one in self.plans if requirement in one.requirements}
        only = [
            row.defect.key
            for row in self.rows
            if row.caught and not row.defect.control and {one.plan for one in row.caught_by} <= plans
        ]
        return Need(requirement, tuple(sorted(plans)), tuple(only))

    @staticmethod
    def _sole(row: Row) -> Iterator[str]:
        if len(row.caught_by) == 1 and not row.defect.control:
            yield row.caught_by[0].plan
