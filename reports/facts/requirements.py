"""What plans say of requirements."""

from collections.abc import Iterable, Sequence

from reports.facts.run_facts import Plan, RequirementEvidence
from reports.facts.standing import standing
from rig.record.bodies.judging import Requirement, RequirementsInForce


def evidence(in_force: RequirementsInForce, plans: Sequence[Plan]) -> tuple[RequirementEvidence, ...]:
    """Return each requirement in force with what the plans that claim it come to."""
    return tuple(_evidence(name, said, plans) for name, said in in_force.requirements.items())


def heard_again(known: Iterable[RequirementEvidence], plans: Sequence[Plan]) -> tuple[RequirementEvidence, ...]:
    """Return the same requirements with what other plans come to."""
    return tuple(_evidence(one.id, one.said, plans) for one in known)


def _evidence(name: str, said: Requirement, plans: Sequence[Plan]) -> RequirementEvidence:
    claiming = [plan for plan in plans if name in plan.requirements]
    results = [result.verdict for plan in claiming for result in plan.results]
    verdicts = (*results, *filter(None, (standing(plan) for plan in claiming)))
    return RequirementEvidence(name, said, verdicts, len(results))
