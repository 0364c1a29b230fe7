"""The patient's requests: each answer of the pump against lockout, allotment and permission, as they were set."""

from rig.evaluation.case import Case
from rig.evaluation.patient_requests import Request, requests_of
from rig.evaluation.testimony import Testimony, Witness
from rig.evaluation.wrong_answers import wrong_answers

# Of a pump that refuses everything each request would be a sentence.
_MOST_TOLD = 3


def testify(case: Case) -> Testimony:
    """Hold every answer to what was allowed when the patient asked."""
    answered = _of_the_plan(case)
    wrong = [f"the request at {case.hour(one.at_ns):.3f} h {said}" for one, said in answered if said]
    left = len(wrong) - _MOST_TOLD
    more = (f"{left} more request{'s were' if left > 1 else ' was'} answered against what was allowed",)
    granted = sum(one.granted for one, _ in answered)
    return Testimony(
        f"{granted} of {len(answered)} requests granted",
        (*wrong[:_MOST_TOLD], *(more if left > 0 else ())),
        of_the_pump=True,
    )


def _of_the_plan(case: Case) -> list[tuple[Request, str]]:
    # A case may begin with a weighing before the last plan: what was answered then is that one's.
    return [(one, said) for one, said in wrong_answers(case) if one.at_ns >= case.begun_ns]


WITNESS = Witness(
    "patient's requests",
    testify,
    concerns=lambda case: any(one.at_ns >= case.begun_ns for one in requests_of(case)),
)
