"""The refill date that a pump foretells, from a record with a content, a programme and an allotment that are known."""

import numpy as np
import pytest

from rig.record.bodies.judging import Limit
from tests.evaluation.happenings import clock_ahead, judged, ns, tell
from tests.evaluation.records import HOUR_NS, weighed

HALF_A_DAY = Limit(unit="h", lower=-12.0, upper=12.0)


def foretold(
    folder,
    hours,
    *,
    marks=(2_000.0,),
    read=True,
    rate_ul_h=20.0,
    content_ul=20_000.0,
    at_s=600,
    most_in_24_h=10,
    other_dates_s=(),
    orders=(),
    ahead_h=0.0,
):
    """A pump with 20 mL foretells so many hours to its mark of 2 mL; a patient may ask for 200 µL a day."""
    with weighed(folder, lambda _hour: 0.0, hours=33) as record:
        clock_ahead(record, 0.0, reservoir=np.broadcast_to(content_ul, 33 * 60 + 1).copy())
        for place, mark_ul in enumerate(marks):
            tell(record, place - 300, "set_low_reservoir", volume_ul=mark_ul)
        tell(record, -240, "allow_patient_boluses", volume_ul=20.0, lockout_minutes=60, most_in_24_h=most_in_24_h)
        if rate_ul_h:
            tell(record, -180, "run_continuous", rate_ul_h=rate_ul_h)
        for place, (verb, said) in enumerate(orders):
            tell(record, place - 120, verb, **said)
        for at in other_dates_s:
            tell(record, at, "read_outlook", extra={"pump_clock_ns": ns(at), "refill_by_ns": ns(at) + HOUR_NS})
        tell(record, 60, "acknowledge_alarms")
        by_its_clock_ns = ns(at_s + 3600.0 * ahead_h)
        said = {"pump_clock_ns": by_its_clock_ns, "refill_by_ns": by_its_clock_ns + round(hours * HOUR_NS)}
        if read:
            tell(record, at_s, "read_outlook", extra=said)
        return judged(record, "refill date error", HALF_A_DAY)


# 18,000 µL at 20 µL/h and 200 µL a day last 635.3 h, and 900 h without the boluses.
@pytest.mark.parametrize("hours, error_h", [(635.3, 0.0), (900.0, 264.7), (600.0, -35.3)])
def test_a_date_is_held_to_infusion_and_allotment_together(tmp_path, hours, error_h):
    assert foretold(tmp_path, hours).number.value == pytest.approx(error_h, abs=0.1)


@pytest.mark.parametrize("ahead_h", [-30.0, 30.0])
def test_a_date_is_one_of_the_pumps_own_clock(tmp_path, ahead_h):
    assert foretold(tmp_path, 635.3, ahead_h=ahead_h).number.value == pytest.approx(0.0, abs=0.1)


def test_the_mark_is_the_one_that_was_set_last(tmp_path):
    assert foretold(tmp_path, 635.3, marks=(5_000.0, 2_000.0)).number.value == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("at_s", [-60.0, 25 * 3600.0 + 60.0])
def test_a_date_that_was_read_outside_of_the_window_is_another_plan_s(tmp_path, at_s):
    assert foretold(tmp_path, 635.3, other_dates_s=(at_s,)).number.value == pytest.approx(0.0, abs=0.1)


def test_boluses_alone_take_of_the_content_too(tmp_path):
    assert foretold(tmp_path, 2160.0, rate_ul_h=0.0).number.value == pytest.approx(0.0, abs=0.1)


DAY = {"00:00": 10.0, "06:00": 40.0}
WEEKEND = {"00:00": 0.0, "12:00": 20.0}
WEEK = {"mon": DAY, "tue": DAY, "wed": DAY, "thu": DAY, "fri": DAY, "sat": WEEKEND, "sun": WEEKEND}


# Beside 200 µL of boluses a day: 6 h of 10 µL/h and 18 h of 40 are 780 µL; five such days and two of 240 µL are 4380 µL
# a week; a ramp and a bridge end at 720 µL a day; a stop leaves the boluses, once they are allowed anew.
@pytest.mark.parametrize(
    "orders, ul_day",
    [
        ((("run_flex", {"days": {"every": DAY}}),), 980.0),
        ((("run_flex", {"days": WEEK}),), 4380.0 / 7.0 + 200.0),
        ((("run_ramp", {"from_ul_h": 10.0, "to_ul_h": 30.0, "over_hours": 2.0}),), 920.0),
        ((("run_bridge", {"volume_ul": 100.0, "rate_ul_h": 10.0, "then_ul_h": 30.0}),), 920.0),
        (
            (("stop", {}), ("allow_patient_boluses", {"volume_ul": 20.0, "lockout_minutes": 60, "most_in_24_h": 10})),
            200.0,
        ),
        ((("run_flex", {"days": {"every": DAY}}), ("run_continuous", {"rate_ul_h": 50.0})), 1400.0),
    ],
    ids=["day pattern", "week", "ramp", "bridge", "stopped", "rate after a pattern"],
)
@pytest.mark.parametrize("at_s", [600, 9 * 3600 + 600], ids=["in one step", "in another step"])
def test_a_date_takes_the_mean_of_an_infusion_that_changes(tmp_path, orders, ul_day, at_s):
    assert foretold(tmp_path, 18_000.0 / ul_day * 24.0, orders=orders, at_s=at_s).number.value == pytest.approx(
        0.0, abs=0.1
    )


@pytest.mark.parametrize(
    "lacking, why", [({"marks": ()}, "the low mark is not in the record"), ({"read": False}, "no date was read")]
)
def test_what_the_record_lacks_is_said(tmp_path, lacking, why):
    result = foretold(tmp_path, 635.3, **lacking)
    assert (result.verdict, why in result.reasons[0]) == ("INVALID", True)


def test_the_content_is_that_of_the_moment_between_two_readings(tmp_path):
    # A minute before the date 20,000 µL, a minute behind it 19,400: 19,700 less the mark of 2 mL, at 20 µL/h.
    minute = np.arange(33 * 60 + 1)
    content_ul = np.where(minute < 4 * 60 + 10.5, 20_000.0, 19_400.0)
    result = foretold(tmp_path, 17_700.0 / 20.0, content_ul=content_ul, at_s=630, most_in_24_h=0)
    assert result.number.value == pytest.approx(0.0, abs=0.01)
    # Up to 300 µL to either side, rectangular.
    assert result.number.u == pytest.approx(300.0 / 20.0 / 3**0.5, rel=1e-3)


def test_the_content_is_that_of_the_readings_next_to_the_date(tmp_path):
    # It falls by 10 µL a minute all along, from 20,000 µL half a minute before the date to 19,990 half a minute behind.
    content_ul = 20_000.0 - 10.0 * (np.arange(33 * 60 + 1) - (4 * 60 + 10))
    result = foretold(tmp_path, 17_995.0 / 20.0, content_ul=content_ul, at_s=630, most_in_24_h=0)
    assert result.number.value == pytest.approx(0.0, abs=0.01)
