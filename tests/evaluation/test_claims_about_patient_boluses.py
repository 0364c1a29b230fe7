"""A patient's requests: given and refused as was allowed, the lockout as it shows, the most in any 24 h."""

import numpy as np
import pytest

from rig.evaluation.buttons import ordered_by_button
from rig.evaluation.case import Case
from rig.evaluation.orders import told
from rig.evaluation.patient_requests import Request, requests_of, u_between_s
from rig.record.bodies.challenges import ChallengeKind
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.judging import Limit
from tests.evaluation.courses import line
from tests.evaluation.happenings import WINDOW, asks, challenge, clock_ahead, judged, log, ns, tell
from tests.evaluation.records import HOUR_NS, Z_UL_MG, weighed

LOCKOUT_S = 1800.0
AT_LEAST = Limit("s", 1799.0, None)


@pytest.fixture
def run(tmp_path):
    """2 µL for a request, 30 min from start to start, three in any 24 h."""
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, noise_mg=0) as record:
        record.event(PlanBegins("plan"))
        tell(record, 10, "allow_patient_boluses", volume_ul=2.0, lockout_minutes=30.0, most_in_24_h=3)
        yield record


def own_reasons(result):
    return [one for one in result.reasons if one.startswith("the request")]


def test_requests_that_were_granted_as_allowed_are_given(run):
    asks(run, (100, None), (1900, None), (3700, None))
    result = judged(run, "patient bolus given")
    assert (own_reasons(result), result.fact) == ([], "3 of 3 requests granted, 0 refused")


def test_a_request_is_held_to_what_was_allowed_whatever_the_pump_says_that_it_gives(run):
    tell(run, 20, "allow_patient_boluses", volume_ul=3.0, lockout_minutes=30.0, most_in_24_h=3, rate_ul_h=90.0)
    tell(run, 100, "request_patient_bolus", extra={"granted": True}, volume_ul=2.0, rate_ul_h=600.0)
    with run.reader() as reader:
        (order,) = told(reader)
    assert (order.amount, order.rate_ul_h) == (3.0, 90.0)


@pytest.mark.parametrize(
    "answers, words",
    [
        (((100, None), (1000, None)), "was granted within the lockout of 30 min"),
        (((100, None), (2000, None), (4000, None), (6000, None)), "was granted beyond the 3 that any 24 h may hold"),
        (((100, None), (200, "locked_out")), "was refused (locked_out)"),
    ],
)
def test_what_is_not_given_as_allowed_is_named(run, answers, words):
    asks(run, *answers)
    result = judged(run, "patient bolus given")
    assert [one.endswith(words) for one in own_reasons(result)] == [True]
    assert result.verdict == "FAIL"


def test_a_time_between_two_requests_has_both_their_moments_and_the_pumps_clock(run):
    requests = tuple(Request(WINDOW[0] + at_s * 10**9, 3.0, granted=True) for at_s in (0, 1800))
    with run.reader() as reader:
        between_s = u_between_s(Case(reader, *WINDOW), requests, 36_000.0)
    # 3 s each; 100 ppm of ten hours, rectangular.
    assert between_s == pytest.approx((2.0 * 3.0**2 + 3.6**2 / 3.0) ** 0.5)


def refused(record, from_s, **more):
    """Ask of a window that begins behind the grants."""
    return judged(record, "patient bolus refused", window=(WINDOW[0] + from_s * 10**9, WINDOW[1]), **more)


def test_requests_within_the_lockout_are_refused(run):
    asks(run, (100, None), (700, "locked_out"), (1800, "locked_out"))
    assert own_reasons(refused(run, 500, why="locked_out")) == []


def test_a_request_beyond_the_allotment_is_refused(run):
    asks(run, (100, None), (2000, None), (4000, None), (6000, "allotment_used"))
    assert own_reasons(refused(run, 5000)) == []


def test_a_refusal_that_nothing_justifies_is_named(run):
    asks(run, (100, None), (2000, "locked_out"))
    assert own_reasons(refused(run, 500))[0].endswith("although lockout and allotment allowed it")


def test_a_refusal_for_something_else_is_the_pumps_affair(run):
    asks(run, (100, None), (2000, "alarm_active"))
    assert own_reasons(refused(run, 500)) == []


def test_a_refusal_for_another_reason_than_claimed_is_named(run):
    asks(run, (100, None), (700, "alarm_active"))
    assert own_reasons(refused(run, 500, why="locked_out"))[0].endswith(
        "was refused for alarm_active, not for locked_out"
    )


def test_a_stop_ends_what_was_allowed(run):
    tell(run, 50, "stop")
    asks(run, (100, None))
    assert own_reasons(judged(run, "patient bolus given"))[0].endswith("was granted although nothing was allowed")


def test_a_window_without_a_request_says_nothing(run):
    result = judged(run, "patient bolus given")
    assert result.verdict == "INVALID"
    assert "nobody asked" in result.reasons[0]


def test_a_request_at_the_moment_of_a_windows_end_comes_behind_it(run):
    asks(run, (100, None), (700, "locked_out"))
    ends_ns = WINDOW[0] + 700 * 10**9 + 1
    assert own_reasons(judged(run, "patient bolus given", window=(WINDOW[0], ends_ns))) == []


def test_a_button_is_answered_by_the_log(run):
    clock_ahead(run, 30.0)
    challenge(run, 100, ChallengeKind.BUTTON)
    challenge(run, 700, ChallengeKind.BUTTON)
    log(run, (100, "patient_bolus_given"), (700, "patient_bolus_refused"), ahead_s=30.0, read_at_s=800)
    result = judged(run, "patient bolus given")
    assert result.fact == "1 of 2 requests granted, 1 refused"


def test_the_lockout_is_the_shortest_time_between_two_that_were_granted(run):
    asks(run, (100, None), (1000, "locked_out"), (1950, None), (3760, None))
    result = judged(run, "lockout", AT_LEAST)
    assert result.number.value == 1810.0
    assert result.number.u == pytest.approx(1810.0 * 100e-6 / 3**0.5)
    assert result.details["longest_refused_s"] == 900.0


def test_the_longest_refusal_need_not_be_the_last(run):
    asks(run, (100, None), (1000, "locked_out"), (1950, None), (2000, "locked_out"), (3760, None))
    assert judged(run, "lockout", AT_LEAST).details["longest_refused_s"] == 900.0


def test_a_lockout_that_is_too_short_fails(run):
    asks(run, (100, None), (1500, None))
    result = judged(run, "lockout", AT_LEAST)
    assert result.verdict == "FAIL"
    assert "a lockout of 1800 s was set, and was not kept" in result.remarks


def test_a_refusal_behind_the_lockout_leaves_it_unknown(run):
    asks(run, (100, None), (2100, "locked_out"), (3000, None))
    result = judged(run, "lockout", AT_LEAST)
    assert result.verdict == "INVALID"
    assert "is not its lockout" in own_reasons(result)[0]


def test_one_granted_request_shows_no_lockout(run):
    asks(run, (100, None))
    assert "a lockout shows between two" in judged(run, "lockout", AT_LEAST).reasons[0]


def bursts_ul(hour):
    """10 µL in the 5th hour of the window, 30 µL in its 20th and 25 µL in its 40th; the largest 24 h hold 55 µL."""
    return float(np.interp(hour - 4, [5, 6, 20, 21, 40, 41], [0, 10, 10, 40, 40, 65]))


def test_the_most_in_24_h_is_that_of_the_fullest_span(tmp_path):
    with weighed(tmp_path, lambda h: 30_000 + bursts_ul(h) / Z_UL_MG, hours=60, noise_mg=0.01) as record:
        window = (WINDOW[0], WINDOW[0] + 50 * HOUR_NS)
        result = judged(record, "most in 24 h", Limit("µL", None, 60.0), window)
    assert result.number.value == pytest.approx(55.0, abs=result.number.expanded)
    assert result.number.expanded < 2.0


def test_what_a_vessel_loses_meanwhile_belongs_to_the_most_in_24_h(tmp_path):
    # 2 mg/h: two days of it are more than all boluses together.
    with weighed(tmp_path, lambda h: 30_000 - 2.0 * h + bursts_ul(h) / Z_UL_MG, hours=60, noise_mg=0.01) as record:
        window = (WINDOW[0], WINDOW[0] + 50 * HOUR_NS)
        result = judged(record, "most in 24 h", Limit("µL", None, 60.0), window)
    assert result.number.value == pytest.approx(55.0, abs=result.number.expanded)


def test_the_most_in_24_h_is_told_beside_what_was_allotted(run):
    asks(run, (100, None))
    result = judged(run, "most in 24 h", Limit("µL", None, 10.0))
    assert result.details["allotted_ul"] == 6.0


@pytest.mark.parametrize("hours", [10.0, 24.0])
def test_a_loss_is_as_uncertain_as_the_window_is_long_where_that_is_shorter(run, hours):
    window = (WINDOW[0], WINDOW[0] + 10 * HOUR_NS + 1)
    spanned = judged(run, "most in any span", Limit("µL", None, 10.0), window, hours=hours)
    whole = judged(run, "delivered volume", Limit("µL", None, 10.0), window)
    told = (line(one, "change of evaporation in between").contribution for one in (spanned, whole))
    assert next(told) == pytest.approx(next(told))


def test_what_is_given_for_a_button_is_what_was_allowed_last(tmp_path):
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, noise_mg=0) as record:
        record.event(PlanBegins("plan"))
        clock_ahead(record, 0.0)
        for at_s, volume_ul in ((10, 5.0), (3600, 3.0), (9000, 4.0)):
            tell(record, at_s, "allow_patient_boluses", volume_ul=volume_ul, lockout_minutes=30.0, most_in_24_h=3)
        challenge(record, 7200, ChallengeKind.BUTTON)
        log(record, (7200, "patient_bolus_given"), (7200, "bolus_started"), (7320, "bolus_ended"), read_at_s=7330)
        with record.reader() as reader:
            (order,) = ordered_by_button(reader)
    # 3 µL in two minutes.
    assert (order.sent_ns, order.amount, order.rate_ul_h) == (ns(7200), 3.0, pytest.approx(90.0))


def test_a_refusal_that_says_another_reason_shows_nothing_of_the_lockout(run):
    asks(run, (100, None), (700, "locked_out"), (1750, "reservoir_empty"), (2000, None))
    assert judged(run, "lockout", AT_LEAST).details["longest_refused_s"] == pytest.approx(600.0)


def test_a_request_is_known_to_how_long_its_answer_took(run):
    extra = {"granted": True, "why": ""}
    tell(run, 100, "request_patient_bolus", extra=extra, took_s=6.0, volume_ul=2.0, rate_ul_h=60.0)
    with run.reader() as reader:
        (request,) = requests_of(Case(reader, *WINDOW))
    # Anywhere within six seconds.
    assert (request.at_ns, request.u_s) == (ns(100), pytest.approx(6.0 / 12.0**0.5))
