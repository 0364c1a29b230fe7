"""An alarm that has ended delivery stays until somebody stops the pump or takes its power."""

import numpy as np
import pytest

from rig.evaluation.case import case_around
from rig.evaluation.evidence import states, warnings
from rig.record.bodies.challenges import ChallengeKind
from rig.record.bodies.pump_events import AlarmExpected, PumpStateChanged
from rig.record.bodies.recipe import Recipe
from tests.evaluation.happenings import WINDOW, challenge, clock_ahead, ns, put, status, tell
from tests.evaluation.records import START, weighed

PUMP = {"instruments": {"pump": {"capability": "pump", "sample_every_s": 60.0}}}


@pytest.fixture
def record(tmp_path):
    with weighed(tmp_path, lambda _: 1000.0, hours=33, start={**START, **PUMP}) as record:
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


# The status that shows the alarm at 60 s may have been asked for ten seconds before it came.
@pytest.mark.parametrize("stop_s, told", [(51.0, 0), (49.0, 1)])
def test_a_stop_counts_that_was_on_its_way_when_the_alarm_was_shown(record, stop_s, told):
    tell(record, stop_s, "stop")
    status(record, (60.0, "alarm", ("stall",)), (720.0, "stopped", ()))
    assert len(against(record)) == told


def test_an_alarm_of_a_pump_that_lost_its_power_is_over_by_right(record):
    status(record, (60.0, "alarm", ("stall",)))
    challenge(record, 600.0, ChallengeKind.POWER_CUT, until_s=660.0)
    status(record, (720.0, "stopped", ()))
    assert against(record) == ()


# It infuses before the first cut and behind the second one; between them it has power, and is read or not.
@pytest.mark.parametrize("read_between, told", [(False, 0), (True, 1)])
def test_a_pump_says_nothing_where_it_is_not_read_between_two_power_cuts(record, read_between, told):
    tell(record, 10.0, "run_continuous", rate_ul_h=40.0)
    status(record, (60.0, "infusing", ()))
    challenge(record, 600.0, ChallengeKind.POWER_CUT, until_s=1200.0)
    challenge(record, 1500.0, ChallengeKind.POWER_CUT, until_s=3000.0)
    tell(record, 3010.0, "run_continuous", rate_ul_h=40.0)
    minutes = np.arange(33 * 60) - 240
    between = read_between & (minutes >= 21) & (minutes < 25)
    clock_ahead(record, 0.0, minutes=minutes[(minutes <= 10) | between | (minutes > 50)] + 240)
    assert len([one for one in against(record) if "told to deliver nothing" in one]) == told


def test_a_warning_may_come_and_go(record):
    put(record, 1.0, AlarmExpected("battery_low"))
    status(record, (60.0, "stopped", ("battery_low",)), (720.0, "stopped", ()))
    assert against(record) == ()


def mute(record, silenced_s):
    """Let a second alarm come at 4 h without a sound, behind a first one that was silenced."""
    put(record, 2.0, AlarmExpected("reservoir_low"))
    put(record, 60.0, PumpStateChanged("pump", "infusing", ns(60.0), ("reservoir_low",), 1, (), ("reservoir_low",)))
    tell(record, silenced_s, "acknowledge_alarms")
    both = ("reservoir_low", "stall")
    put(record, 14_400.0, PumpStateChanged("pump", "alarm", ns(14_400.0), both, 2, (), ()))


def test_an_alarm_that_comes_an_hour_behind_a_silenced_one_must_sound(record):
    mute(record, 10_800.0)
    (said,) = [one for one in against(record) if "sound" in one]
    assert said == "the alarm stall came at 8.00 h and did not sound, though nobody had silenced it"


def test_an_alarm_that_may_have_come_before_it_was_silenced_need_not(record):
    mute(record, 14_390.0)
    assert [one for one in against(record) if "sound" in one] == []


# Read each minute, the pump shows four readings of an alarm within five minutes, whatever its longest pace was.
@pytest.mark.parametrize("before_s, told", [(180.0, 0), (300.0, 1)])
def test_how_long_a_silence_excuses_goes_by_the_readings_of_that_moment(tmp_path, before_s, told):
    seldom = {"instruments": {"pump": {"capability": "pump", "sample_every_s": 600.0}}}
    with weighed(tmp_path, lambda _: 1000.0, hours=33, start={**START, **seldom}) as record:
        put(record, 0.0, AlarmExpected("stall"))
        clock_ahead(record, 0.0)
        mute(record, 14_400.0 - before_s)
        assert len([one for one in against(record) if "sound" in one]) == told


@pytest.mark.parametrize(
    "then, told", [((), 1), (("low_reservoir",), 1), (("elective_replacement",), 0), (("end_of_service",), 0)]
)
def test_a_replacement_that_was_asked_for_is_asked_for_until_the_end(record, then, told):
    clock_ahead(record, 0.0)
    status(record, (60.0, "infusing", ("elective_replacement",)), (720.0, "infusing", then))
    with record.reader() as reader:
        said = warnings.WITNESS.testify(case_around(reader, Recipe("what a pump says", {}, *WINDOW))).against
    assert len([one for one in said if one.startswith("the status showed elective_replacement until 4.20 h")]) == told


# An empty reservoir ends delivery, and is told until somebody stops the pump: also behind a refill.
@pytest.mark.parametrize("state, told", [("alarm", 0), ("infusing", 1)])
def test_an_alarm_that_has_ended_delivery_says_nothing_of_a_content_that_was_filled_anew(record, state, told):
    content_ul = np.where(np.arange(33 * 60 + 1) < 480, 100.0, 20_000.0)
    content_ul[:300] = 3_000.0
    clock_ahead(record, 0.0, reservoir=content_ul)
    status(record, (60.0, "infusing", ()), (7_200.0, state, ("reservoir_empty",)))
    with record.reader() as reader:
        said = warnings.WITNESS.testify(case_around(reader, Recipe("what a pump says", {}, *WINDOW))).against
    assert len([one for one in said if "cannot both be right" in one]) == told
