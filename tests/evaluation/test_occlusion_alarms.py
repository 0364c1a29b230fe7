"""A line that is closed until the pump's alarm: time to it, and the pressure by then, by status and by log."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation.claims.occlusion_alarms import pressure_at_alarm, time_to_alarm
from rig.record.bodies.recipe import Recipe
from rig.samples import Block
from tests.evaluation.happenings import WINDOW, challenge, clock_ahead, log, ns, status
from tests.evaluation.records import START, weighed

# The pressure rises from 2 kPa by 0.05 kPa/s from the 3600th second on; the alarm rises at the 4570th.
CLOSED_S, ALARM_S, BEFORE_KPA, RISE_KPA_S = 3600.0, 4570.0, 2.0, 0.05
INSTRUMENTS = {**START["instruments"], "daq": {"capability": "daq", "sample_every_s": 300.0}}
STATES = ((0, "infusing", ()), (4620, "alarm", ("occlusion",)))


@pytest.fixture
def record(tmp_path):
    with weighed(tmp_path, lambda _hour: 1000.0, hours=33, start={"instruments": INSTRUMENTS}) as record:
        t_s = np.arange(0.0, 6000.0, 5.0)
        kpa = BEFORE_KPA + RISE_KPA_S * np.clip(t_s - CLOSED_S, 0.0, None)
        kpa += 0.02 * np.random.default_rng(2).normal(size=kpa.size)
        record.descriptor("daq", (Channel("line_pressure", "kPa"),), {})
        record.samples("daq", Block((WINDOW[0] + t_s * NS_PER_S).astype(np.int64), {"line_pressure": kpa}))
        yield record


def evaluated(record, compute, to_s=6000.0, **said):
    with record.reader() as reader:
        return compute(Recipe("x", {"alarm": "occlusion", **said}, ns(0), ns(to_s)), reader)


def test_a_polled_alarm_rose_between_two_readings(record):
    challenge(record, CLOSED_S, u_s=0.5)
    status(record, *STATES)
    found = evaluated(record, time_to_alarm).budget
    # The status is read each minute: between 4560 and 4620 s.
    assert (found.value, found.u) == (pytest.approx(990.0), pytest.approx((60**2 / 12 + 0.5**2) ** 0.5))


def test_an_alarm_rises_no_sooner_than_the_line_is_closed(record):
    challenge(record, 4590.0)
    status(record, *STATES)
    found = evaluated(record, time_to_alarm).budget
    # Between 4590 and 4620 s, although the status was read at 4560 s.
    assert (found.value, found.u) == (pytest.approx(15.0), pytest.approx(30.0 / 12**0.5))


def test_an_alarm_that_the_log_dates_is_known_better(record):
    clock_ahead(record, 100.0)
    challenge(record, CLOSED_S, u_s=0.5)
    status(record, *STATES)
    log(record, (ALARM_S, "occlusion"), ahead_s=100.0, read_at_s=4620)
    found = evaluated(record, time_to_alarm).budget
    assert found.value == pytest.approx(970.0, abs=1.0)
    assert found.u < 1.0


def test_the_pressure_is_that_of_the_moment_of_the_alarm(record):
    clock_ahead(record, 0.0)
    challenge(record, CLOSED_S)
    status(record, *STATES)
    log(record, (ALARM_S, "occlusion"), read_at_s=4620)
    found = evaluated(record, pressure_at_alarm, accuracy_kpa=0.6)
    # 970 s at 0.05 kPa/s; ± 0.6 kPa, rectangular, is the most of what is uncertain.
    assert found.budget.value == pytest.approx(BEFORE_KPA + 48.5, abs=0.1)
    assert found.budget.u == pytest.approx(0.6 / 3**0.5, rel=0.02)


def test_an_alarm_that_is_only_polled_leaves_the_pressure_open(record):
    challenge(record, CLOSED_S)
    status(record, *STATES)
    found = evaluated(record, pressure_at_alarm, accuracy_kpa=0.6).budget
    # What the pressure rises by in a minute, rectangular.
    assert found.u == pytest.approx(((60 * RISE_KPA_S) ** 2 / 12 + 0.6**2 / 3) ** 0.5, rel=0.02)


def test_a_pump_without_the_alarm_has_no_time_to_it(record):
    challenge(record, CLOSED_S)
    status(record, (0, "infusing", ()), (5000, "alarm", ("battery_low",)))
    with pytest.raises(SeriesError, match=r"a pump without an occlusion alarm has no time to it.*shows battery_low"):
        evaluated(record, time_to_alarm)


def test_an_alarm_that_stood_before_says_nothing(record):
    status(record, (0, "alarm", ("occlusion",)))
    challenge(record, CLOSED_S)
    with pytest.raises(SeriesError, match="stood already when the line was closed"):
        evaluated(record, time_to_alarm)


def test_a_window_without_an_occlusion_is_refused(record):
    status(record, *STATES)
    with pytest.raises(SeriesError, match="0 occlusions begin in this window"):
        evaluated(record, time_to_alarm)
