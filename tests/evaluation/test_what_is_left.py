"""What a pump tells is left of what is under way, and was given up to now, held to orders, answers and its count."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.evaluation.case import Case
from rig.evaluation.evidence.told_left import NUMBERS, WITNESS
from rig.record.bodies.events import BenchOpened, PlanBegins
from rig.samples import Block
from tests.evaluation.happenings import WINDOW, asks, tell
from tests.evaluation.records import EPOCH_NS, HOUR_NS, weighed

HOURS = 33
HOUR_OF = np.arange(HOURS * 60 + 1) / 60.0 - 4.0  # of the window, which begins 4 h after the record
ORDERS = (
    (0.0, "run_continuous", {"rate_ul_h": 40.0}),
    (2.0, "give_bolus", {"volume_ul": 100.0, "rate_ul_h": 60.0}),
    (5.0, "give_square_bolus", {"volume_ul": 120.0, "over_minutes": 120.0}),
    (6.0, "give_bolus", {"volume_ul": 10.0, "rate_ul_h": 60.0}),
    (8.0, "prime", {"volume_ul": 100.0, "rate_ul_h": 1000.0}),
    (10.0, "run_bridge", {"volume_ul": 60.0, "rate_ul_h": 60.0, "then_ul_h": 30.0}),
    (10.6, "prime", {"volume_ul": 100.0, "rate_ul_h": 1000.0}),
    (12.0, "run_continuous", {"rate_ul_h": 40.0}),
    (12.0, "set_dose_limit", {"volume_ul": 500.0, "window_hours": 2.0}),
    (12.0, "begin_trial", {"total_ul": 300.0, "over_hours": 10.0}),
    (16.0, "allow_patient_boluses", {"volume_ul": 2.0, "lockout_minutes": 60.0, "most_in_24_h": 9, "rate_ul_h": 60.0}),
)
# When the pump is asked, what the driver notes, and what is right, reckoned by hand.
RIGHT = {
    "a bolus of 100 µL at 60 µL/h, half an hour on": (2.5, "given_now_left_ul", 70.0),
    "nothing but an infusion": (4.5, "given_now_left_ul", 0.0),
    "a square bolus of 60 µL/h, half an hour on": (5.5, "square_left_ul", 90.0),
    "a square bolus alone is what is given now": (5.5, "given_now_left_ul", 90.0),
    "a single bolus goes before it": (6.05, "given_now_left_ul", 7.0),
    "which waits meanwhile": (6.1, "square_left_ul", 60.0),
    "a prime of 100 µL at 1000 µL/h, three minutes on": (8.05, "prime_left_ul", 50.0),
    "a prime goes before everything": (8.05, "given_now_left_ul", 50.0),
    "a bridge of 60 µL/h, half an hour on": (10.5, "bridge_left_ul", 30.0),
    "a bridge waits for a prime, here in its middle": (10.65, "bridge_left_ul", 24.0),
    "and goes on behind it": (10.8, "bridge_left_ul", 18.0),
    "behind the bridge": (11.5, "bridge_left_ul", 0.0),
    "the last hour at 40 µL/h": (15.0, "last_hour_ul", 40.0),
    "a window of two hours of that": (15.0, "window_ul", 80.0),
    "a trial of 300 µL, two hours on": (14.0, "trial_left_ul", 220.0),
    "a trial of 10 h, two hours on": (14.0, "trial_left_s", 28_800.0),
    "a lockout of an hour, 24 min on": (16.9, "lockout_left_s", 2_160.0),
    "a request that was refused begins none": (17.3, "lockout_left_s", 720.0),
    "two boluses in a day": (17.9, "given_in_24_h", 2.0),
}


@pytest.fixture
def record(tmp_path):
    with weighed(tmp_path, lambda _: 1000.0, hours=HOURS) as record:
        record.event(BenchOpened(1, 7))
        record.event(PlanBegins("plan"))
        for hour, verb, arguments in ORDERS:
            tell(record, hour * 3600.0, verb, **arguments)
        asks(record, (16.5 * 3600.0, None), (17.0 * 3600.0, "locked_out"), (17.6 * 3600.0, None))
        count = 40.0 * np.clip(HOUR_OF, 0.0, 24.0)
        record.descriptor("pump", (Channel("delivered", "µL"),), {})
        record.samples("pump", Block(EPOCH_NS + np.arange(HOURS * 60 + 1) * (HOUR_NS // 60), {"delivered": count}))
        yield record


def said(record):
    with record.reader() as reader:
        return WITNESS.testify(Case(reader, *WINDOW))


def look(record, hour, **notes):
    tell(record, hour * 3600.0, "read_outlook", extra=notes)


@pytest.mark.parametrize("what", RIGHT)
def test_what_is_right_is_no_contradiction(record, what):
    hour, key, right = RIGHT[what]
    look(record, hour, **{key: right})
    assert (said(record).against, said(record).said) == ((), "1 numbers of what is left and was given")


@pytest.mark.parametrize("what", RIGHT)
@pytest.mark.parametrize("share", [0.7, 1.3])
def test_a_third_more_or_less_is_a_contradiction_with_both_numbers(record, what, share):
    hour, key, right = RIGHT[what]
    wrong = right * share if right else 5.0
    look(record, hour, **{key: wrong})
    (against,) = said(record).against
    assert f"at {hour:.2f} h it told {wrong:.5g}" in against
    assert ", where that is " in against


def test_each_number_has_a_case():
    assert {key for _, key, _ in RIGHT.values()} == {number.key for number in NUMBERS}


@pytest.mark.parametrize("seconds, compared", [(3.0, False), (7.0, True)])
def test_so_near_to_an_order_that_either_may_have_come_first_nothing_is_compared(record, seconds, compared):
    look(record, 2.0 + seconds / 3600.0, given_now_left_ul=0.0)
    assert bool(said(record).against) == compared


def test_a_question_changes_nothing_and_may_be_near(record):
    tell(record, 2.5 * 3600.0 - 1.0, "read_log")
    look(record, 2.5, given_now_left_ul=0.0)
    assert said(record).against


@pytest.mark.parametrize("key", ["trial_left_ul", "trial_left_s", "window_ul"])
def test_a_bound_that_has_just_been_set_may_not_be_told_yet(record, key):
    look(record, 12.0 + 1.0 / 3600.0, **{key: 0.0})
    assert said(record).not_asked == "nothing that the pump told of what is left can be compared"


def test_what_its_driver_does_not_note_is_not_compared(record):
    look(record, 14.0, refill_by_ns=0)
    assert said(record).not_asked == "nothing that the pump told of what is left can be compared"


def test_it_is_the_pumps_fault(record):
    look(record, 14.0, trial_left_s=3600.0)
    assert said(record).of_the_pump
