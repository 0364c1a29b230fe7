"""The plans that are qualified, and which of them could see a defect."""

from collections.abc import Sequence
from dataclasses import dataclass

from qualification.defect import Defect
from qualification.findings import Finding

# Plans that are asked of what no plan that claims it found or named: short ones, which between them infuse, bolus, and
# lose the power. Asked of each defect they took a third of all the time, and were needed for one in fifteen.
GENERAL = (
    "test_plans/test_basal.py::test_an_infusion_starts_up_in_time",
    "test_plans/test_bolus.py::test_a_power_cut_in_a_bolus_ends_it_and_nothing_of_it_comes_later",
)

# Plans that let one thing come upon each other, asked of what all that claim it missed: they cost less than those that
# were drawn, and faults that nobody thought of are most often of a thing that bears no other beside it.
SWEEPING = (
    "test_plans/test_meanwhile.py::",
    "test_plans/test_pairs.py::",
    "test_plans/test_stays_stopped.py::",
    "test_plans/test_in_a_warning.py::",
)

# Plans of orders that were drawn by chance, asked of what those missed, too.
BY_CHANCE = ("test_plans/test_therapies", "test_plans/test_bounded_therapies.py::")

CLAIMING_S = 2.0
"""How long the plans that claim what a defect violates may take in all, beyond the quickest of them."""

CLAIMING_SHARE = 0.003
"""The same as a share of the whole catalogue: on a machine that others use all plans take longer alike."""

LONGEST_S = 12.0
"""How long one plan may take that is run over many seeds."""

LONGEST_SHARE = 0.09
"""The same as a share of the whole catalogue."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the plans came to on a healthy pump: their names, what they claim, and what they cost."""

    plans: tuple[Finding, ...]

    @property
    def longest_s(self) -> float:
        """Return how long a plan may take that is run again and again, s."""
        return max(LONGEST_S, LONGEST_SHARE * self._all_s)

    @property
    def _claiming_s(self) -> float:
        return max(CLAIMING_S, CLAIMING_SHARE * self._all_s)

    @property
    def _all_s(self) -> float:
        return sum(one.seconds for one in self.plans)

    def could_see(self, defect: Defect) -> tuple[str, ...]:
        """Return the plans that could see a defect, in the catalogue's order.

        They are those that it names, and those that claim what it violates: of a plan with several cases the quickest,
        unless it names one, and of those that claim it the quickest plans, up to `CLAIMING_SHARE` of the whole
        catalogue's time. Of what must not be called the pump's fault the general ones are asked as well.
        """
        of_cases = tuple(one for one in defect.plans if "[" in one)
        at_once = GENERAL if defect.control or defect.of_the_bench else ()
        wanted = {one.plan for one in self.plans if one.plan.startswith((*of_cases, *at_once))}
        wanted |= {one.plan for one in _quickest_cases(self._named(defect))}
        spent_s = 0.0
        for one in _quickest_cases(self._claiming(defect)):
            if not spent_s or spent_s + one.seconds <= self._claiming_s:
                wanted.add(one.plan)
                spent_s += one.seconds
        return tuple(one.plan for one in self.plans if one.plan in wanted)

    def general(self) -> tuple[str, ...]:
        """Return the plans that are asked of what none of `could_see` found and named."""
        return tuple(one.plan for one in self.plans if one.plan.startswith(GENERAL))

    def sweeping(self) -> tuple[str, ...]:
        """Return the plans of each thing upon each other, which are asked of what all that claim it did not find."""
        return tuple(one.plan for one in self.plans if one.plan.startswith(SWEEPING))

    def by_chance(self) -> tuple[str, ...]:
        """Return the plans of orders drawn by chance, which are asked of what no other plan found or named."""
        return tuple(one.plan for one in self.plans if one.plan.startswith(BY_CHANCE))

    def quicker_half(self) -> tuple[str, ...]:
        """Return the quicker half of all plans, asked of what those that claim it or were drawn by chance missed."""
        quickest = sorted(self.plans, key=lambda one: one.seconds)[: len(self.plans) // 2]
        return tuple(one.plan for one in self.plans if one in quickest)

    def left_out(self, defect: Defect) -> tuple[str, ...]:
        """Return the plans, and cases of plans, that it names or that claim what it violates, none of `could_see`."""
        seen, could = self.could_see(defect), [*self._named(defect), *self._claiming(defect)]
        return tuple(dict.fromkeys(one.plan for one in could if one.plan not in seen))

    def _named(self, defect: Defect) -> list[Finding]:
        return [one for one in self.plans if one.plan.startswith(defect.plans)]

    def _claiming(self, defect: Defect) -> list[Finding]:
        claim = [one for one in self.plans if defect.violates in one.requirements]
        return [one for one in claim if not one.plan.startswith(BY_CHANCE)]

    def of_requirement(self, requirement: str) -> Sequence[str]:
        """Return the plans that claim a requirement."""
        return [one.plan for one in self.plans if requirement in one.requirements]


def _quickest_cases(plans: Sequence[Finding]) -> list[Finding]:
    """Return the quickest case of each plan, the quickest plans first."""
    found: dict[str, Finding] = {}
    for one in sorted(plans, key=lambda one: one.seconds):
        found.setdefault(one.plan.partition("[")[0], one)
    return list(found.values())
