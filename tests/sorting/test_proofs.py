"""A failure in a daily proof is the bench's: it judges no pump, and says what somebody at the bench does about it."""

import re

import pytest

from fixtures.exit_codes import sentence_of_a_proof
from rig.errors import InterlockError, RefusedError
from rig.evaluation.fitness import OF_A_LOAD, OF_A_WITNESS, WHAT_TO_DO, error_of_the_bench, why_failed
from rig.evaluation.registry import kind_of
from rig.evaluation.sorting import sorted_of
from rig.evaluation.witnesses import witnesses
from rig.faults import Fault, Sorted, heaviest
from rig.record.bodies.events import OutcomeWord, PlanOutcome
from rig.record.bodies.judging import Limit
from rig.record.bodies.proofs import ProofBegins, ReferenceRuns, ZeroTried
from tests.sorting.infusion import PLAN, RATE_UL_H, Infusion, settled
from tests.sorting.runs import beside, limit, share, told
from tests.truth.support import ROOT

IN_A_PROOF = told((0.0, ProofBegins(24.0, ())))
WEIGHT = Sorted(Fault.BENCH, "check weight error -250 ppm", "bench b", "clean the pan")
REFUSED = RefusedError("pump", "COMMIT was refused: ABOVE_DOSE_LIMIT", advice="wait", code="7")
TRIPPED = InterlockError("most_rate_ul_h", "tripped", value=1000.0, limit=800.0, from_ns=0, to_ns=0)
UNSURE = Sorted(Fault.UNDECIDED, "loss of the vessel", "bench b", "look longer")


def told_of(infusion, folder):
    with settled(infusion, folder) as record, record.reader() as reader:
        return heaviest(one.sorted_as for one in sorted_of(reader))


@pytest.mark.parametrize(
    "infusion",
    [
        Infusion(arrives=share(12.0), turns=share(12.0), besides=IN_A_PROOF),
        Infusion(counts=share(25.0), besides=IN_A_PROOF),
        Infusion(turns=beside(ul_h=20.0, begin_h=29.0), besides=IN_A_PROOF),
    ],
    ids=["a claim fails", "witnesses differ", "it does not stop"],
)
def test_nothing_that_fails_in_a_proof_is_the_fault_of_a_pump(tmp_path, infusion):
    found = told_of(infusion, tmp_path)
    assert found.fault is Fault.BENCH
    assert found.where.startswith("bench ")
    assert "pump" not in found.what_to_do


@pytest.mark.parametrize(
    "infusion, what, to_do",
    [
        (Infusion(turns=beside(ul_h=20.0, begin_h=29.0), besides=IN_A_PROOF), "motor: ", "look at the counter's input"),
        (Infusion(passes=share(60.0), besides=IN_A_PROOF), "flow sensor: ", "see that it is the sensor"),
    ],
)
def test_what_contradicts_a_part_unasked_is_told_with_what_to_do_about_it(tmp_path, infusion, what, to_do):
    found = told_of(infusion, tmp_path)
    assert found.what.startswith(what)
    assert found.what_to_do.startswith(to_do)


@pytest.mark.parametrize(
    "arrives, passes, to_do",
    [
        (-30.0, 0.0, "look for air, a leak"),
        (30.0, 0.0, "nothing that leaks makes more"),
        (0.0, -40.0, "see that it is the sensor"),
    ],
    ids=["lost behind the sensor", "more than was given", "the sensor"],
)
def test_whether_sensor_or_balance_is_wrong_is_told_by_the_reference(tmp_path, arrives, passes, to_do):
    runs = told((0.0, ProofBegins(24.0, ())), (0.0, ReferenceRuns("pump", RATE_UL_H, 0.2)))
    claim = ("known flow error", {}, Limit("%", -1.0, 1.0))
    infusion = Infusion(arrives=share(arrives), passes=share(passes), besides=runs, claim=claim)
    with settled(infusion, tmp_path) as record, record.reader() as reader:
        (found,) = [one.sorted_as for one in sorted_of(reader) if "the reference gives" in one.sorted_as.what]
    assert found.what.startswith("flow sensor: ")
    assert found.what_to_do.startswith(to_do)


def test_what_a_proof_leaves_undecided_is_no_fault(tmp_path):
    found = told_of(Infusion(limit=limit(-5.0, 0.0), besides=IN_A_PROOF), tmp_path)
    assert found.fault is Fault.UNDECIDED


def test_of_what_failed_in_a_part_the_number_speaks_before_what_follows_from_it(tmp_path):
    zero_off = told((0.0, ProofBegins(24.0, ())), (60.0, ZeroTried("balance", 5.0, 5.0, 10, 0.02)))
    infusion = Infusion(counts=share(25.0), besides=zero_off, claim=("zero error", {}, Limit("1", -7.0, 7.0)))
    with settled(infusion, tmp_path) as record, record.reader() as reader:
        what, to_do = why_failed(reader, PLAN)
    assert what.startswith("balance showed +5.000 mg behind a tare, which is a load and no draught: it did not tare")
    assert to_do == f"{OF_A_LOAD['zero error']}; then prove the part again"


def test_where_there_is_no_number_nothing_is_advised_that_another_cause_would_need(tmp_path):
    infusion = Infusion(besides=IN_A_PROOF, claim=("zero error", {}, Limit("1", -7.0, 7.0)))
    found = told_of(infusion, tmp_path)
    assert found.what.startswith("nothing of the kind 'zero tried' was recorded")
    assert found.what_to_do == "put that right, and prove the part again"


def test_an_error_that_kept_a_part_from_being_tried_is_what_is_said_of_it(tmp_path):
    error = Sorted(Fault.BENCH, "balance: no reply within 6 s", "balance on COM3", "check that it is on")
    broke = told((0.0, ProofBegins(24.0, ())), (60.0, PlanOutcome(PLAN, OutcomeWord.ERROR, "long", (), error)))
    with settled(Infusion(counts=share(25.0), besides=broke), tmp_path) as record, record.reader() as reader:
        assert why_failed(reader, PLAN) == ("balance: no reply within 6 s", "check that it is on")


def test_an_error_that_does_not_name_its_instrument_is_told_with_it(tmp_path):
    error = Sorted(Fault.BENCH, "no reply within 6 s", "balance on COM3, at test_proof.py:41", "check that it is on")
    broke = told((0.0, ProofBegins(24.0, ())), (60.0, PlanOutcome(PLAN, OutcomeWord.ERROR, "long", (), error)))
    with settled(Infusion(besides=broke), tmp_path) as record, record.reader() as reader:
        assert why_failed(reader, PLAN)[0] == "balance on COM3: no reply within 6 s"


def test_what_is_undecided_in_a_proof_says_what_was_found_and_where_to_look(tmp_path):
    zero_near = told((0.0, ProofBegins(24.0, ())), (60.0, ZeroTried("balance", 0.139, 0.139, 10, 0.02)))
    infusion = Infusion(besides=zero_near, claim=("zero error", {}, Limit("1", -7.0, 7.0)))
    found = told_of(infusion, tmp_path)
    assert found.fault is Fault.UNDECIDED
    assert found.what.startswith("balance showed +0.139 mg behind a tare: zero error")
    assert found.what_to_do.startswith("U must fall")
    assert found.what_to_do.endswith(f"; or {WHAT_TO_DO['zero error']}")


@pytest.mark.parametrize(
    "error, sorted_as, advice",
    [
        (REFUSED, Fault.PUMP, "wait; or let another pump be"),
        (TRIPPED, Fault.PLAN, "look at the interlock's value"),
    ],
    ids=["the reference refuses", "an interlock"],
)
def test_an_error_in_a_proof_is_the_bench_s(error, sorted_as, advice):
    found = error_of_the_bench(Sorted(sorted_as, "what", "where", "wait"), error)
    assert found.fault is Fault.BENCH
    assert found.what_to_do.startswith(advice)


def test_an_error_of_the_rig_s_own_code_stays_what_it_is():
    found = Sorted(Fault.PLAN, "KeyError: 'x'", "where", "correct it")
    assert error_of_the_bench(found, KeyError("x")) is found


def test_advice_is_kept_by_witnesses_that_there_are():
    assert set(OF_A_WITNESS) <= {one.name for one in witnesses()}


def test_of_every_claim_of_a_proof_it_is_said_what_to_do():
    plans = (ROOT / "qualification" / "proof" / "test_proof.py").read_text(encoding="utf-8")
    claims = re.findall(r'(?:window|rest|behind|slow)\.ask\("([^"]+)"', plans)
    assert set(claims) == set(WHAT_TO_DO)
    assert all(kind_of(claim) for claim in claims)


def test_a_proof_says_in_one_sentence_whether_the_bench_is_fit():
    assert sentence_of_a_proof([], 11) == "rig: 11 proven"
    assert sentence_of_a_proof([WEIGHT, UNSURE], 9) == (
        "rig: the bench is not fit: 1 part failed (check weight error -250 ppm), "
        "1 part undecided (loss of the vessel), 9 proven"
    )
    assert sentence_of_a_proof([UNSURE], 0) == "rig: the bench is not fit: 1 part undecided (loss of the vessel)"


def test_of_several_tries_of_a_part_the_last_one_is_told(tmp_path):
    errors = [Sorted(Fault.BENCH, f"balance: {said}", "balance on COM3", said) for said in ("no reply", "no weight")]
    outcomes = [(60.0 + place, PlanOutcome(PLAN, OutcomeWord.ERROR, "", (), one)) for place, one in enumerate(errors)]
    broke = told((0.0, ProofBegins(24.0, ())), *outcomes)
    with settled(Infusion(besides=broke), tmp_path) as record, record.reader() as reader:
        assert why_failed(reader, PLAN) == ("balance: no weight", "no weight")
