"""The plans that are qualified, and which of them could see a defect."""

from collections.abc import Sequence
from dataclasses import dataclass

from qualification.defect import Defect
from qualification.findings import Finding

# Plans that are asked about each defect: short ones, which between them infuse, change, bolus, and lose the power.
GENERAL = (
    "test_plans/test_basal.py::test_an_infusion_starts_up_in_time",
    "test_plans/test_bolus.py::test_a_power_cut_in_a_bolus_ends_it_and_nothing_of_it_comes_later",
    "test_plans/test_programme_change.py::test_nothing_is_made_up_for_a_pause",
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the plans came to on a healthy pump: their names, what they claim, and what they cost."""

    plans: tuple[Finding, ...]

    def could_see(self, defect: Defect) -> tuple[str, ...]:
        """Return the plans that could see a defect, in the catalogue's order.

        They are those that claim what it violates, those that it names, and the general ones.
        """
        named = (*defect.plans, *GENERAL)
        return tuple(
            one.plan
            for one in self.plans
            if defect.violates in one.requirements or any(one.plan.startswith(name) for name in named)
        )

    def of_requirement(self, requirement: str) -> Sequence[str]:
        """Return the plans that claim a requirement."""
        return [one.plan for one in self.plans if requirement in one.requirements]
