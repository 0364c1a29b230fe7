"""Every failure is sorted by whose fault it is: a hundred of known fault, and what is told of one."""

import dataclasses
from itertools import count

import numpy as np
import pytest

from rig.evaluation.registry import kind_of
from rig.evaluation.replay import replay
from rig.evaluation.settle import Asked, settle
from rig.evaluation.sorting import sorted_of
from rig.faults import Fault, Sorted, heaviest
from rig.record.bodies.events import OutcomeWord, PlanFailed, PlanOutcome
from rig.record.bodies.judging import Limit
from rig.record.schema import Kind
from tests.sorting.infusion import PLAN, Infusion, settled, sorted_as
from tests.sorting.matrix import NOT_SEEN, SEEDS, matrix, sort_all, strays
from tests.sorting.pumps import failures
from tests.sorting.runs import ALARM, beside, lost, share
from tests.sorting.runs import H as HOUR_S
from tests.sorting.runs import told as told_events
from tests.worlds.catalogue import BY_NAME
from tests.worlds.recording import LIMIT, recipe_of, recorded
from tests.worlds.scene import seen


def test_a_hundred_failures_are_all_sorted_as_what_they_are():
    assert len(SEEDS) >= 100
    found = sort_all()
    assert strays(found) == [], matrix(found)


def test_a_sorter_that_holds_the_bench_to_be_at_fault_for_everything_does_not_fill_the_diagonal():
    found = [(name, fault, Fault.BENCH) for name, fault, _ in SEEDS]
    assert {line.split(":")[0] for line in strays(found)} == {"pump", "plan", "undecided"}


def test_what_is_not_seen_has_a_column_of_its_own():
    head, row, *_ = matrix([("a", Fault.PUMP, NOT_SEEN)]).splitlines()
    assert head.split()[-2:] == NOT_SEEN.split()
    assert row.split() == ["pump", "0", "0", "0", "0", "1"]


def test_an_infusion_as_it_should_be_is_nobodys_fault(tmp_path):
    assert sorted_as(Infusion(), tmp_path) is None


def test_a_fail_says_what_where_and_that_it_is_not_to_be_tried_again(tmp_path):
    (flow, *_) = told(Infusion(arrives=share(12.0), turns=share(12.0)), tmp_path)
    assert flow.what.startswith("mean flow error +12 ± ")
    assert flow.what.endswith(" %, where the limit allows at least -5 and at most 5 %: beyond it by more than U")
    assert flow.where == "pump P-1, 2026-01-05T12:00:00Z to 2026-01-06T13:00:00Z"
    assert "running the plan again until it passes shows nothing" in flow.what_to_do


def test_of_what_is_undecided_the_time_that_would_decide_it_is_told(tmp_path):
    world = BY_NAME["tared"]
    rng = world.rng(0, 0)
    scene = dataclasses.replace(world.scene(0, rng), error_percent=4.2)
    with recorded(tmp_path, scene, seen(scene, rng)) as record, record.reader() as reader:
        recipe = recipe_of(scene)
        result = settle(Asked(kind_of(recipe.function).resolve(recipe, reader), LIMIT, PLAN), reader)
    hours = float(result.sorted_as.what_to_do.split("measure about ")[1].split(" h instead of 25 h")[0])
    wanted = (5.0 - abs(result.number.value)) / result.number.expanded
    # What both ends have falls with time, what wanders with its root, and some of it not at all.
    assert 25.0 / wanted < hours < 250.0


def test_where_no_window_is_long_enough_that_is_told(tmp_path):
    on_it = Limit("%", None, 1.0002)
    (flow,) = told(Infusion(arrives=share(1.0), turns=share(1.0), counts=share(1.0), limit=on_it), tmp_path)
    assert "no longer window alone does that" in flow.what_to_do


def test_a_lost_instrument_is_named_with_its_time(tmp_path):
    gone = dict(SEEDS_BY_NAME)["bench: balance lost for an hour"]
    (flow, *_) = told(gone, tmp_path)
    assert flow.where == "balance, lost from 2026-01-05T17:00:00Z to 2026-01-05T18:00:00Z"


def test_a_balance_that_is_alone_with_a_fail_is_to_be_looked_at_as_well(tmp_path):
    flow, agreement = failures({"laboratory": {"line_leak_percent": 10.0}}, tmp_path)
    assert (flow.sorted_as.fault, agreement.sorted_as.fault) == (Fault.PUMP, Fault.BENCH)
    assert flow.sorted_as.what_to_do.startswith("motor and flow sensor agree against the balance")


def test_without_a_third_witness_a_step_upwards_is_held_to_be_the_pumps(tmp_path):
    assert sorted_as(Infusion(arrives=beside(step_ul=80.0), turns=None), tmp_path) is Fault.PUMP


def test_a_step_downwards_is_the_benchs_without_any_other_witness(tmp_path):
    assert sorted_as(Infusion(arrives=beside(step_ul=-80.0), turns=None), tmp_path) is Fault.BENCH


TOUCHED = "the weighing was disturbed: something touched the pan"


@pytest.mark.parametrize("step_ul, happened", [(-80.0, True), (0.0, False)])
def test_what_happened_to_the_bench_stands_in_the_sentence_of_the_claim(tmp_path, step_ul, happened):
    touched = Infusion(arrives=beside(step_ul=step_ul), claim=("three truths", {}, None))
    with settled(touched, tmp_path) as record, record.reader() as reader:
        results = [entry.body for entry in reader.results()]
    assert [TOUCHED in one.reasons for one in results] == [happened] * len(results)
    said = results[-1].sorted_as
    assert (said is not None and said.what.endswith(TOUCHED)) is happened


@pytest.mark.parametrize(
    "happened, fault",
    [({"arrives": beside(step_ul=-600.0)}, Fault.BENCH), ({"counts": share(25.0)}, Fault.PUMP)],
    ids=["the pan was touched", "the pump's books"],
)
def test_truths_that_differ_are_sorted_as_all_witnesses_are(tmp_path, happened, fault):
    """Programme, books and balance differ: the claim about these three blames nobody else than all of them do."""
    found = told(Infusion(**happened, claim=("three truths", {}, None)), tmp_path)
    assert {one.fault for one in found} == {fault}


def blank(step_ul=0.0, turned_ul=0.0, **happened):
    """Return a window in which nothing is ordered, with a step of what is weighed in its tenth hour."""

    def stepped(size_ul):
        return lambda hour: size_ul * (np.asarray(hour, float) > 13.5)

    told = {"tells": ((0.0, "stop", {}),), "states": (), "log": (), "counts": np.zeros_like}
    return Infusion(**told, arrives=stepped(step_ul), turns=stepped(turned_ul), passes=np.zeros_like, **happened)


@pytest.mark.parametrize(
    "happened, fault",
    [({"step_ul": 40.0}, Fault.BENCH), ({"step_ul": 40.0, "turned_ul": 40.0}, Fault.PUMP)],
    ids=["the pan was touched", "a bolus that nobody ordered"],
)
def test_a_step_where_nothing_is_delivered_is_the_benchs_unless_the_motor_turned(tmp_path, happened, fault):
    assert told(blank(**happened), tmp_path)[-1].fault is fault


def test_more_than_was_asked_for_is_the_pumps_although_the_rig_ended_its_delivery(tmp_path):
    ended = dict(SEEDS_BY_NAME)["bench: supervisor acted"]
    twice = share(100.0)
    assert sorted_as(dataclasses.replace(ended, arrives=twice, turns=twice, counts=twice), tmp_path) is Fault.PUMP


def test_replay_sorts_the_same(tmp_path):
    with settled(Infusion(counts=share(25.0)), tmp_path) as record, record.reader() as reader:
        again = list(replay(reader))
    assert all(one.identical for one in again)
    assert again[-1].result.sorted_as.fault is Fault.PUMP


def test_results_from_before_they_were_sorted_replay_and_are_sorted_by_their_record(tmp_path):
    with settled(Infusion(counts=share(25.0)), tmp_path) as record, record.reader() as reader:
        results = list(reader.entries(kind=Kind.RESULT.value))
        for entry in results:
            record.raw(Kind.RESULT, entry.name, {key: said for key, said in entry.body.items() if key != "sorted_as"})
        assert all(one.identical for one in replay(reader))
        new, old = sorted_of(reader)[:2], sorted_of(reader)[2:]
    assert new == old


def test_what_ended_a_plan_without_a_result_stands_behind_its_results(tmp_path):
    why = Sorted(Fault.PLAN, "NameError: nothing_like_it", "test_plan.py:9", "correct it")
    with settled(Infusion(counts=share(25.0)), tmp_path) as record, record.reader() as reader:
        record.event(PlanOutcome(PLAN, OutcomeWord.FAILED, "NameError", (), why))
        *_, last = sorted_of(reader)
    assert (last.plan, last.claim, last.sorted_as) == (PLAN, "", why)


@pytest.mark.parametrize("order", [list(Fault), list(reversed(Fault))])
def test_the_pump_speaks_for_all_and_what_is_undecided_for_none_but_itself(order):
    number = count()
    found = [Sorted(fault, str(next(number)), "", "") for fault in order]
    assert heaviest(found).fault is Fault.PUMP
    assert heaviest([one for one in found if one.fault is not Fault.PUMP]).fault is Fault.PLAN
    assert heaviest([]) is None


SEEDS_BY_NAME = [(name, happen.args[0]) for name, _, happen in SEEDS]


def told(infusion, folder):
    """Return how each failure of an infusion's plan is sorted."""
    with settled(infusion, folder) as record, record.reader() as reader:
        return [one.sorted_as for one in sorted_of(reader)]


def test_what_the_rig_did_goes_before_what_a_plan_left_out(tmp_path):
    """No weighing at zero flow is the plan's; delivery that the rig ended is the bench's, and explains all else."""
    ended = dict(SEEDS_BY_NAME)["bench: supervisor acted"]
    (flow, *_) = told(dataclasses.replace(ended, zero_flow=()), tmp_path)
    assert flow.fault is Fault.BENCH
    assert flow.what.startswith("the rig itself: delivery was ended for the run")


def test_the_last_attempt_at_a_plan_says_what_broke_it(tmp_path):
    tried = (PlanFailed(PLAN, "NameError: rate", Fault.PLAN), PlanFailed(PLAN, "LostError: balance", Fault.BENCH))
    infusion = Infusion(zero_flow=(), besides=lambda record: [record.event(one) for one in tried])
    (flow, *_) = told(infusion, tmp_path)
    assert (flow.fault, flow.what) == (Fault.BENCH, "the plan broke: LostError: balance")


def test_an_alarm_that_was_not_seen_while_the_pump_gave_no_readings_is_the_benchs(tmp_path):
    away = told_events(*lost("pump", 5 * HOUR_S, 20 * HOUR_S))
    *_, alarm = told(Infusion(besides=away, claim=ALARM), tmp_path)
    assert alarm.fault is Fault.BENCH
    assert alarm.where == "pump, lost from 2026-01-05T17:00:00Z to 2026-01-06T08:00:00Z"
