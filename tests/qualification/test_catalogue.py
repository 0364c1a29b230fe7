"""Which plans are asked about a defect: quick ones that claim it, of what they miss general ones, then all others."""

from collections import deque
from dataclasses import dataclass, replace

import pytest

from qualification.catalogue import Catalogue
from qualification.jobs import Done, Job
from qualification.running import Asked, qualify
from tests.qualification.findings import claim, defect, finding

GENERAL = "test_plans/test_basal.py::test_an_infusion_starts_up_in_time"
QUICK, SLOW = "test_plans/test_a.py::test_flow[100]", "test_plans/test_a.py::test_flow[2]"
LONG, OTHER = "test_plans/test_c.py::test_month", "test_plans/test_d.py::test_alarm"


def plan(name, seconds=1.0, requirements=("ACC-001",)):
    return finding(claim("PASS", value=0.1), plan=name, seconds=seconds, requirements=requirements)


PLANS = (plan(GENERAL, requirements=()), plan(QUICK), plan(SLOW, 3.0), plan(LONG, 90.0), plan(OTHER, 1.0, ("IT-04",)))
# Orders drawn by chance, which claim what the others do and are asked when these missed.
DRAWN = "test_plans/test_therapies.py::test_whatever_is_ordered_is_given_and_nothing_else[1]"
# One thing upon another.
UPON = "test_plans/test_pairs.py::test_any_bolus_is_given_on_any_infusion"
PLANS += (plan(DRAWN, 0.5), plan(UPON, 2.0, ("IT-01",)))


def test_the_quick_ones_that_claim_it_are_asked_first():
    assert Catalogue(PLANS).could_see(defect()) == (QUICK,)


@pytest.mark.parametrize("kind", ["control", "of_the_bench"])
def test_of_what_is_not_the_pump_s_fault_the_general_ones_are_asked_as_well(kind):
    assert Catalogue(PLANS).could_see(replace(defect(), **{kind: True})) == (GENERAL, QUICK)


def test_other_cases_and_long_plans_that_claim_it_are_left_out_and_known():
    assert Catalogue(PLANS).left_out(defect()) == (SLOW, LONG)


@pytest.mark.parametrize(
    "named, seen, left",
    [
        ("test_plans/test_a.py", (QUICK,), (SLOW,)),
        ("test_plans/test_a.py::test_flow[2", (SLOW,), ()),
        ("test_plans/test_d.py", (OTHER,), ()),
    ],
)
def test_of_a_plan_that_is_named_the_quickest_case_is_asked_first_unless_the_case_is_named(named, seen, left):
    one = replace(defect(plans=(named,)), violates="IT-99")
    assert (Catalogue(PLANS).could_see(one), Catalogue(PLANS).left_out(one)) == (seen, left)


@dataclass
class Finds:
    """A workshop in which plans of a name call the pump faulty."""

    faulty: tuple[str, ...]
    cut: str = ""
    without_words: tuple[str, ...] = ()
    of_the_bench: tuple[str, ...] = ()

    def __post_init__(self):
        self.asked = []

    def done(self, jobs):
        waiting = jobs if isinstance(jobs, deque) else deque(jobs)
        while waiting:
            job = waiting.popleft()
            found = tuple(self._found(job, one) for one in job.plans)
            yield job, Done(found, 1.0, "it was cut" if job.defect is not None and self.cut in job.plans else "")

    def _found(self, job: Job, name: str):
        if job.defect is None:
            return next(one for one in PLANS if one.plan == name)
        self.asked.append(name)
        said = "" if name in self.without_words else "the books are off"
        found = finding(claim("FAIL" if name in self.faulty else "PASS", said, 9.0), plan=name)
        blamed = replace(found.claims[0], verdict="INVALID", fault="bench")
        return replace(found, claims=(blamed,), outcome="failed") if name in self.of_the_bench else found


@pytest.mark.parametrize(
    "faulty, control, asked, word",
    [
        ((QUICK,), False, [QUICK], "caught"),
        ((GENERAL,), False, [QUICK, GENERAL], "caught"),
        ((LONG,), False, [QUICK, GENERAL, SLOW, LONG], "caught"),
        ((OTHER,), False, [QUICK, GENERAL, SLOW, LONG, UPON, DRAWN, OTHER], "caught"),
        ((), False, [QUICK, GENERAL, SLOW, LONG, UPON, DRAWN, OTHER], "missed"),
        ((DRAWN,), False, [QUICK, GENERAL, SLOW, LONG, UPON, DRAWN], "caught"),
        ((LONG,), True, [QUICK, GENERAL], "let pass"),
    ],
)
def test_what_the_quick_ones_miss_is_asked_of_general_ones_and_then_of_all_that_claim_it(faulty, control, asked, word):
    workshop, said = Finds(faulty), []
    names = tuple(one.plan for one in PLANS)
    (row,) = qualify(workshop, Asked(names, (defect(control=control),)), said.append).matrix.rows
    assert (workshop.asked, row.word) == (asked, word)
    assert sorted(one.plan for one in row.findings) == sorted(asked)


@pytest.mark.parametrize(
    "without_words, asked",
    [((), [QUICK]), ((QUICK,), [QUICK, GENERAL]), ((QUICK, GENERAL), [QUICK, GENERAL, SLOW, LONG])],
)
def test_what_was_caught_without_the_words_for_it_is_asked_of_others_until_one_names_it(without_words, asked):
    workshop = Finds((QUICK, GENERAL, LONG), without_words=without_words)
    names = tuple(one.plan for one in PLANS)
    (row,) = qualify(workshop, Asked(names, (defect(),)), [].append).matrix.rows
    assert (workshop.asked, row.names_it) == (asked, True)


def test_what_was_put_down_to_the_bench_is_asked_of_others():
    workshop, names = Finds((GENERAL,), of_the_bench=(QUICK,)), tuple(one.plan for one in PLANS)
    (row,) = qualify(workshop, Asked(names, (defect(),)), [].append).matrix.rows
    assert (workshop.asked, row.blames) == ([QUICK, GENERAL], "pump")


def test_a_defect_without_words_for_itself_is_asked_until_it_is_caught():
    workshop, names = Finds((QUICK,), without_words=(QUICK,)), tuple(one.plan for one in PLANS)
    qualify(workshop, Asked(names, (defect(says=()),)), [].append)
    assert workshop.asked == [QUICK]


def test_one_thing_upon_another_is_asked_before_what_was_drawn_by_chance():
    workshop, names = Finds((UPON, DRAWN)), tuple(one.plan for one in PLANS)
    qualify(workshop, Asked(names, (replace(defect(), violates="IT-99"),)), [].append)
    assert workshop.asked == [GENERAL, UPON]


def test_the_quicker_half_of_all_plans_looks_before_the_others():
    one, names = replace(defect(), violates="IT-99"), tuple(one.plan for one in PLANS)
    workshop = Finds((QUICK,))
    qualify(workshop, Asked(names, (one,)), [].append)
    assert workshop.asked == [GENERAL, UPON, DRAWN, QUICK]


def test_a_defect_that_no_plan_claims_is_asked_of_all_and_missed():
    one, names = replace(defect(), violates="IT-99"), tuple(one.plan for one in PLANS)
    (row,) = qualify(Finds(()), Asked(names, (one,)), [].append).matrix.rows
    assert (sorted(one.plan for one in row.findings), row.word) == (sorted(names), "missed")


def test_a_session_that_did_not_end_is_still_told_when_others_looked():
    workshop, names = Finds((), cut=QUICK), tuple(one.plan for one in PLANS)
    (row,) = qualify(workshop, Asked(names, (defect(),)), [].append).matrix.rows
    assert (row.word, row.said) == ("not shown", "it was cut")
