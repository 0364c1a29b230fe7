"""An alarm that has ended delivery stays until somebody stops the pump or takes its power."""

import pytest

from rig.evaluation.case import case_around
from rig.evaluation.evidence import states
from rig.record.bodies.challenges import ChallengeKind
from rig.record.bodies.pump_events import AlarmExpected
from rig.record.bodies.recipe import Recipe
from tests.evaluation.happenings import WINDOW, challenge, put, status, tell
from tests.evaluation.records import weighed


@pytest.fixture
def record(tmp_path):
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        put(record, 0.0, AlarmExpected("stall"))
        yield record


def against(record):
    with record.reader() as reader:
        return states.WITNESS.testify(case_around(reader, Recipe("what a pump says", {}, *WINDOW))).against


def test_an_alarm_that_is_gone_by_itself_is_told_with_its_name(record):
    status(record, (60.0, "alarm", ("stall",)), (720.0, "stopped", ()))
    (said,) = against(record)
    assert said == "the pump was in alarm stall, and at 4.20 h 'stopped' by itself: nobody had stopped it"


def test_an_alarm_behind_a_stop_is_over_by_right(record):
    status(record, (60.0, "alarm", ("stall",)))
    tell(record, 700.0, "stop")
    status(record, (720.0, "stopped", ()))
    assert against(record) == ()


def test_an_alarm_of_a_pump_that_lost_its_power_is_over_by_right(record):
    status(record, (60.0, "alarm", ("stall",)))
    challenge(record, 600.0, ChallengeKind.POWER_CUT, until_s=660.0)
    status(record, (720.0, "stopped", ()))
    assert against(record) == ()


def test_a_warning_may_come_and_go(record):
    put(record, 1.0, AlarmExpected("battery_low"))
    status(record, (60.0, "stopped", ("battery_low",)), (720.0, "stopped", ()))
    assert against(record) == ()
