"""Bounds of the dose in every plan, unasked: the pump's count, alarms and refusals against what it was set to."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.evaluation.case import Case
from rig.evaluation.dose_bounds import counted_within
from rig.evaluation.evidence.dose_bounds import WITNESS
from rig.record.bodies.events import BenchOpened, PlanBegins
from rig.samples import Block
from tests.evaluation.happenings import WINDOW, ns, status, tell
from tests.evaluation.records import EPOCH_NS, HOUR_NS, weighed

HOURS = 33
HOUR_OF = np.arange(HOURS * 60 + 1) / 60.0 - 4.0  # of the window, which begins 4 h after the record


@pytest.fixture
def record(tmp_path):
    with weighed(tmp_path, lambda _: 1000.0, hours=HOURS) as record:
        record.event(BenchOpened(1, 7))
        record.event(PlanBegins("plan"))
        yield record


def counts(record, *given):
    """Let the pump count each minute what it gives: (hour from, hour to, µL), evenly."""
    count = sum(np.interp(HOUR_OF, (begin, end), (0.0, volume_ul)) for begin, end, volume_ul in given)
    record.descriptor("pump", (Channel("delivered", "µL"),), {})
    record.samples("pump", Block(EPOCH_NS + np.arange(HOURS * 60 + 1) * (HOUR_NS // 60), {"delivered": count}))


def told(record, hour, verb, **arguments):
    extra = {"own_limit_ul": 1600.0} if verb == "set_dose_limit" else {}
    tell(record, hour * 3600.0, verb, extra=extra, **arguments)


def asks(record, hour, why):
    extra = {"granted": not why, "why": why}
    tell(record, hour * 3600.0, "request_patient_bolus", extra=extra, volume_ul=20.0, rate_ul_h=600.0)


def said(record):
    with record.reader() as reader:
        return WITNESS.testify(Case(reader, *WINDOW)).against


def limited(record, hour=1.0):
    told(record, hour, "set_dose_limit", volume_ul=100.0, window_hours=4.0)


def test_what_was_counted_in_a_span_is_bounded_by_the_readings_within_and_around_it(record):
    """1 µL a minute, and a span of 9.5 min: 8 lie between the readings within it, 10 between those around it."""
    counts(record, (0, 10, 600.0))
    with record.reader() as reader:
        found = counted_within(Case(reader, *WINDOW), ns(60.25 * 60.0), ns(69.75 * 60.0))
    assert found == pytest.approx((8.0, 10.0))


@pytest.mark.parametrize(
    "second_ul, found", [(49.0, ()), (54.0, ("rose by 104 µL in the sliding window of 4 h up to",))]
)
def test_no_window_holds_more_by_the_pumps_own_count(record, second_ul, found):
    limited(record)
    told(record, 2, "give_bolus", volume_ul=50.0, rate_ul_h=600.0)
    counts(record, (2, 2.1, 50.0), (5, 5.1, second_ul))
    against = said(record)
    assert len(against) == len(found)
    assert all(words in one for words, one in zip(found, against, strict=True))


def test_what_leaves_a_window_makes_room(record):
    limited(record)
    counts(record, (2, 2.1, 60.0), (6.2, 6.3, 60.0))
    assert said(record) == ()


@pytest.mark.parametrize("behind_ul, found", [(0.0, 0), (30.0, 1)])
def test_what_was_given_before_a_window_was_set_cannot_be_taken_back_and_counts(record, behind_ul, found):
    counts(record, (1, 2, 130.0), (3.5, 3.6, behind_ul))
    limited(record, hour=3.0)
    assert len(said(record)) == found


# The pump was read a minute before the alarm showed.
@pytest.mark.parametrize("given_ul, found", [(99.5, ()), (80.0, ("80 of the 100 µL that it was set to",))])
def test_an_alarm_that_a_window_is_full_is_held_to_the_count(record, given_ul, found):
    limited(record)
    told(record, 2, "run_continuous", rate_ul_h=given_ul)
    counts(record, (2, 3, given_ul))
    status(record, (2 * 3600, "infusing", ()), (3 * 3600, "alarm", ("dose_limit",)))
    against = said(record)
    assert len(against) == len(found)
    assert all(words in one for words, one in zip(found, against, strict=True))


@pytest.mark.parametrize("total_ul, found", [(100.0, ()), (80.0, ("its count rose by 100 µL in a trial of 80 µL",))])
def test_a_trial_gives_no_more_than_its_dose(record, total_ul, found):
    told(record, 1, "begin_trial", total_ul=total_ul, over_hours=10.0)
    counts(record, (2, 4, 100.0))
    assert said(record) == found


@pytest.mark.parametrize("over_hours, found", [(4.0, 0), (2.5, 1)])
def test_nothing_is_given_behind_a_trials_time(record, over_hours, found):
    told(record, 1, "begin_trial", total_ul=500.0, over_hours=over_hours)
    counts(record, (2, 4, 100.0))
    against = said(record)
    assert len(against) == found
    assert all("behind the end of a trial" in one for one in against)


@pytest.mark.parametrize("shown_h, given_ul, found", [(5.0, 100.0, 0), (11.0, 50.0, 0), (5.0, 50.0, 1)])
def test_a_trial_is_over_when_its_dose_or_its_time_is(record, shown_h, given_ul, found):
    told(record, 1, "begin_trial", total_ul=100.0, over_hours=10.0)
    counts(record, (2, 5, given_ul))
    status(record, (2 * 3600, "infusing", ()), (shown_h * 3600, "alarm", ("trial_over",)))
    against = said(record)
    assert len(against) == found
    assert all("it said trial_over" in one and "50 of the trial's 100 µL" in one for one in against)


# A dose of 20 µL, and 10 µL/h for 4 h beside it.
@pytest.mark.parametrize("given_ul, found", [(45.0, 0), (30.0, 1)])
def test_a_request_is_refused_for_a_window_only_where_that_has_no_room(record, given_ul, found):
    limited(record)
    told(record, 1, "run_continuous", rate_ul_h=10.0)
    told(record, 1, "allow_patient_boluses", volume_ul=20.0, lockout_minutes=30.0, most_in_24_h=9)
    counts(record, (1, 2, given_ul))
    asks(record, 3.0, "above_dose_limit")
    against = said(record)
    assert len(against) == found
    assert all("for 20 µL was refused for the dose limit, where by its count 30 of 100 µL" in one for one in against)


def test_a_pump_whose_own_limit_is_not_known_may_refuse_for_that(record):
    tell(record, 3600.0, "set_dose_limit", volume_ul=100.0, window_hours=4.0)
    told(record, 1, "allow_patient_boluses", volume_ul=20.0, lockout_minutes=30.0, most_in_24_h=9)
    counts(record, (1, 2, 30.0))
    asks(record, 3.0, "above_dose_limit")
    assert said(record) == ()


@pytest.mark.parametrize("given_ul, ended, found", [(100.0, False, 0), (50.0, False, 1), (100.0, True, 1)])
def test_a_request_is_refused_for_a_trial_only_where_that_is_over(record, given_ul, ended, found):
    told(record, 1, "begin_trial", total_ul=100.0, over_hours=10.0)
    counts(record, (2, 5, given_ul))
    if ended:
        told(record, 5.5, "end_trial")
    asks(record, 6.0, "trial_over")
    against = said(record)
    assert len(against) == found
    assert all("was refused for a trial" in one for one in against)


def test_a_plan_without_a_bound_has_no_such_witness(record):
    counts(record, (1, 2, 30.0))
    with record.reader() as reader:
        assert not WITNESS.concerns(Case(reader, *WINDOW))
