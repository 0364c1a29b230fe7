"""Requests that a pump answered against what was allowed: a finding against the pump in every plan, unasked."""

import pytest

from rig.errors import MisfitError
from rig.evaluation import testimony
from rig.evaluation.case import Case
from rig.evaluation.claims import patient_boluses
from rig.evaluation.evidence import patient_requests
from rig.evaluation.wrong_answers import wrong_answers
from rig.record.bodies.challenges import ChallengeKind
from rig.record.bodies.events import BenchOpened, PlanBegins
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from tests.evaluation.happenings import WINDOW, asks, challenge, clock_ahead, judged, log, put, status, tell
from tests.evaluation.records import weighed

AT_LEAST = Limit("s", 1799.0, None)
REFUSED = "was refused although lockout and allotment allowed it"


@pytest.fixture
def run(tmp_path):
    """2 µL for a request, 30 min from start to start, three in any 24 h; the pump is a new one."""
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, noise_mg=0) as record:
        record.event(BenchOpened(1, 7))
        record.event(PlanBegins("plan"))
        tell(record, 10, "allow_patient_boluses", volume_ul=2.0, lockout_minutes=30.0, most_in_24_h=3)
        yield record


def wrong(record):
    with record.reader() as reader:
        return [said for _, said in wrong_answers(Case(reader, *WINDOW)) if said]


@pytest.mark.parametrize(
    "answers, said",
    [
        (((100, None), (700, "locked_out"), (1905, None)), []),
        (((100, None), (1905, "locked_out")), [REFUSED]),
        (((100, "not_allowed"),), [REFUSED]),
        (((100, "allotment_used"),), [REFUSED]),
        (((100, "alarm_active"),), []),
        (((100, None), (1000, None)), ["was granted within the lockout of 30 min"]),
    ],
)
def test_an_answer_is_held_to_what_was_allowed(run, answers, said):
    asks(run, *answers)
    assert wrong(run) == said


# Delivery begins with the first request that was granted.
FIRST_WRONG_H = "0.556"


@pytest.mark.parametrize("function, limit", [("delivered volume", Limit("µL", -1.0, 1.0)), ("lockout", AT_LEAST)])
@pytest.mark.parametrize(
    "answers", [((100, None), (2100, "locked_out"), (4000, None)), ((100, None), (2100, "locked_out"))]
)
def test_a_request_refused_wrongly_is_the_pumps_fault_whatever_is_claimed(run, function, limit, answers):
    asks(run, *answers)
    found = judged(run, function, limit).sorted_as
    assert (found.fault, found.what) == ("pump", f"patient's requests: the request at {FIRST_WRONG_H} h {REFUSED}")


def test_too_few_requests_for_a_lockout_are_the_plans(run):
    asks(run, (100, None), (700, "locked_out"))
    with run.reader() as reader, pytest.raises(MisfitError, match="a lockout shows between two"):
        patient_boluses.lockout(Recipe("lockout", {}, *WINDOW), reader)


def test_a_pump_that_refuses_everything_is_told_in_four_sentences(run):
    asks(run, *((100 + 10 * number, "locked_out") for number in range(6)))
    with run.reader() as reader:
        found = patient_requests.WITNESS.testify(Case(reader, *WINDOW)).against
    assert (len(found), found[-1]) == (4, "3 more requests were answered against what was allowed")


def test_a_case_without_a_request_has_no_such_witness(run):
    with run.reader() as reader:
        assert not patient_requests.WITNESS.concerns(Case(reader, *WINDOW))


def test_what_was_given_under_the_plan_before_locks_out_still(run):
    asks(run, (100, None))
    put(run, 1000, PlanBegins("the next plan"))
    asks(run, (1100, "locked_out"))
    assert wrong(run) == []


def test_what_was_answered_wrongly_under_the_plan_before_is_no_finding_of_this_one(run):
    asks(run, (100, "locked_out"))
    put(run, 1000, PlanBegins("the next plan"))
    asks(run, (1100, None))
    with run.reader() as reader:
        case = Case(reader, WINDOW[0] + 1050 * 10**9, WINDOW[1])
        assert patient_requests.WITNESS.testify(case) == testimony.Testimony(
            "1 of 1 requests granted", (), of_the_pump=True
        )


def test_another_pump_of_a_mocked_bench_remembers_nothing_of_it(run):
    asks(run, (100, None))
    put(run, 1000, BenchOpened(2, 8))
    put(run, 1000, PlanBegins("the next plan"))
    tell(run, 1010, "allow_patient_boluses", volume_ul=2.0, lockout_minutes=30.0, most_in_24_h=3)
    asks(run, (1100, None))
    with run.reader() as reader:
        assert [said for _, said in wrong_answers(Case(reader, WINDOW[0] + 1050 * 10**9, WINDOW[1]))] == [""]


@pytest.mark.parametrize(
    "why, at_s, said", [("locked_out", 100, []), ("allotment_used", 100, []), ("not_allowed", 100, [REFUSED])]
)
def test_a_pump_may_remember_what_it_gave_before_the_record_began(tmp_path, why, at_s, said):
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, noise_mg=0) as record:
        tell(record, 10, "allow_patient_boluses", volume_ul=2.0, lockout_minutes=600.0, most_in_24_h=3)
        asks(record, (at_s, why))
        assert wrong(record) == said


def test_a_request_without_an_answer_may_have_been_granted(run):
    tell(run, 100, "request_patient_bolus", result="error", volume_ul=2.0, rate_ul_h=60.0)
    asks(run, (700, "locked_out"))
    assert wrong(run) == []


def test_a_button_that_is_refused_behind_the_lockout_is_refused_wrongly(run):
    clock_ahead(run, 0.0)
    challenge(run, 100, ChallengeKind.BUTTON)
    challenge(run, 2000, ChallengeKind.BUTTON)
    given = ((100, "patient_bolus_given"), (100, "bolus_started"), (220, "bolus_ended"))
    log(run, *given, (2000, "patient_bolus_refused"), read_at_s=2010)
    assert wrong(run) == [REFUSED]


@pytest.mark.parametrize("verb", ["prime", "set_dose_limit", None])
def test_a_button_that_is_refused_without_a_reason_may_have_had_another_one(run, verb):
    status(run, (15, "alarm" if verb is None else "infusing", ()))
    if verb:
        tell(run, 20, verb, volume_ul=200.0, rate_ul_h=600.0)
    clock_ahead(run, 0.0)
    challenge(run, 700, ChallengeKind.BUTTON)
    log(run, (700, "patient_bolus_refused"), read_at_s=710)
    assert wrong(run) == []


@pytest.mark.parametrize("order, allowed", [(("stop", "allow"), True), (("allow", "stop"), False)])
def test_of_a_stop_and_a_permission_in_one_moment_the_later_holds(run, order, allowed):
    for one in order:
        if one == "stop":
            tell(run, 100, "stop")
        else:
            tell(run, 100, "allow_patient_boluses", volume_ul=2.0, lockout_minutes=30.0, most_in_24_h=3)
    asks(run, (200, "not_allowed"))
    assert wrong(run) == ([REFUSED] if allowed else [])
