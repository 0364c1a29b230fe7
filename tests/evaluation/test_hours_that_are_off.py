"""A rate that is right on the whole and off for some hours: a contradiction from two hours on."""

import pytest

from rig.evaluation.case import Case
from rig.evaluation.evidence import programme
from tests.evaluation.courses import given, ordered
from tests.evaluation.happenings import WINDOW, tell
from tests.evaluation.records import weighed
from tests.evaluation.steady import AGREEMENT, HOURS, RATE_UL_H, start


def contradictions(folder, percent, hours, **agreement):
    """Return what contradicts a run of 25 h that is off by so many percent from hour 7 on, for so many hours."""
    off = RATE_UL_H * (1.0 + percent / 100.0)
    mass = given((0, RATE_UL_H), (7, off), (7 + hours, RATE_UL_H), (HOURS, 0.0))
    limits = {**start()["limits"], "agreement": {**AGREEMENT, "total_percent": 5.0, **agreement}}
    with weighed(folder, mass, hours=33, noise_mg=0.0, start={**start(), "limits": limits}) as record:
        tell(record, 0.0, "run_continuous", rate_ul_h=RATE_UL_H)
        tell(record, HOURS * 3600.0, "stop")
        with record.reader() as reader:
            return programme.testify(Case(reader, *WINDOW)).against


@pytest.mark.parametrize("percent", [-7.0, 7.0])
def test_hours_that_are_off_are_told_by_their_hours(tmp_path, percent):
    (said,) = contradictions(tmp_path, percent, 6)
    begin, end = (float(word) for word in said.removeprefix("between ").split(" h ")[0].split(" and "))
    assert 6.2 <= begin < end <= 13.2


@pytest.mark.parametrize("percent, hours", [(-4.5, 6), (7.0, 0.75), (-9.0, 0.75)])
def test_what_is_within_the_limit_or_short_is_none(tmp_path, percent, hours):
    assert not contradictions(tmp_path, percent, hours)


def test_a_pump_that_may_be_off_for_hours_is_told_so(tmp_path):
    assert not contradictions(tmp_path, -7.0, 6, hours_percent=8.0)


@pytest.mark.parametrize("course_percent, told", [(6.0, 1), (10.0, 0)])
def test_without_a_statement_no_hours_may_be_off_further_than_any_stretch(tmp_path, course_percent, told):
    assert len(contradictions(tmp_path, -7.0, 6, total_percent=20.0, course_percent=course_percent)) == told


@pytest.mark.parametrize("every_minutes", [13, 15, 20, 25])
def test_what_is_within_the_limit_is_none_however_seldom_the_balance_is_read(tmp_path, every_minutes):
    programmed = [(0, 10.0), (7, 400.0), (8, 3.0), (HOURS, 0.0)]
    mass = given(*((hour, 0.96 * rate_ul_h) for hour, rate_ul_h in programmed))
    limits = {**start()["limits"], "agreement": {**AGREEMENT, "total_percent": 5.0}}
    seldom = {"keep": lambda minutes: minutes % every_minutes == 0, "noise_mg": 0.0}
    with weighed(tmp_path, mass, hours=33, start={**start(), "limits": limits}, **seldom) as record:
        ordered(record, *programmed)
        with record.reader() as reader:
            assert not programme.testify(Case(reader, *WINDOW)).against
