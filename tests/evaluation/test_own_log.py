"""Lines of the pump's log on the rig's clock, by comparisons of both clocks."""

import numpy as np
import pytest

from rig.evaluation.own_log import stamped_lines
from rig.evaluation.pump_alarms import states_of
from rig.evaluation.stops import ended_by_alarm_ns
from tests.evaluation.happenings import clock_ahead, log, ns, status, tell
from tests.evaluation.records import weighed

MINUTES = np.arange(33 * 60 + 1) - 240  # of the window, which begins 4 h after the record


def line(folder, ahead_s, at_s, by_s=0.0):
    """Return the one line of a log, written at a moment by a clock that is `by_s` ahead then."""
    with weighed(folder, lambda _: 1000.0, hours=33) as record:
        clock_ahead(record, ahead_s)
        log(record, (at_s, "infusion_started"), ahead_s=by_s)
        with record.reader() as reader:
            (found,) = stamped_lines(reader)
    return found


def test_a_line_is_dated_by_how_far_the_clock_was_ahead(tmp_path):
    found = line(tmp_path, 45.0, 3600.0, by_s=45.0)
    # Half of an exchange and the clock's digit.
    assert (found.at_ns, found.u_s, found.off_s) == (ns(3600.0), pytest.approx(0.2), 0.0)


@pytest.mark.parametrize("ahead_s", [30.0, -30.0])
def test_a_line_between_two_comparisons_that_differ_may_be_by_either(tmp_path, ahead_s):
    found = line(tmp_path, np.where(MINUTES > 60, ahead_s, 0.0), 3600.0)
    # It may be 30 s off to one side, rectangular.
    assert found.u_s == pytest.approx((0.2**2 + 30.0**2 / 3.0) ** 0.5)


def test_a_line_is_written_since_the_log_was_read_before(tmp_path):
    """The clock was set back by an hour at 2 h: at 2.5 h it shows what it showed at 1.5 h."""
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        clock_ahead(record, np.where(MINUTES > 120, -3600.0, 0.0))
        log(record, (7200.0, "clock_set"), ahead_s=-3600.0, read_at_s=7260.0)
        log(record, (9000.0, "infusion_started"), ahead_s=-3600.0, read_at_s=9060.0, first=11)
        with record.reader() as reader:
            *_, found = stamped_lines(reader)
    assert (found.at_ns, found.u_s) == (ns(9000.0), pytest.approx(0.2))


def test_a_line_may_be_by_either_where_comparisons_come_seldom_and_came_often_before(tmp_path):
    # Each minute at first, then each 5 min: set back by 2 min, 144 s behind one comparison and 156 s before the next.
    minutes = np.concatenate([np.arange(0, 1200), np.arange(1200, 33 * 60 + 1, 5)])
    set_s = 20.0 * 3600 + 144.0
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        clock_ahead(record, np.where(minutes * 60 - 4 * 3600 > set_s, 0.0, 120.0), minutes=minutes)
        log(record, (set_s, "clock_set"))
        with record.reader() as reader:
            (found,) = stamped_lines(reader)
    assert found.u_s == pytest.approx((0.2**2 + 120.0**2 / 3.0) ** 0.5)


def test_a_line_is_dated_by_the_comparisons_of_its_own_case(tmp_path):
    # The plan before left off at 12 h of the record, with a clock that was an hour ahead; this one begins at 16 h.
    minutes = np.concatenate([np.arange(0, 720), np.arange(960, 33 * 60 + 1)])
    begin_s = 12.0 * 3600
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        clock_ahead(record, np.where(minutes < 960, 3600.0, 0.0), minutes=minutes)
        log(record, (begin_s + 5.0, "watchdog_set"))
        with record.reader() as reader:
            (found,) = stamped_lines(reader, ns(begin_s))
    assert (found.at_ns, found.u_s) == (ns(begin_s + 5.0), pytest.approx(0.2))


def test_of_an_alarm_that_came_twice_the_last_one_ended_delivery(tmp_path):
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        clock_ahead(record, 0.0)
        status(record, (0, "infusing", ()), (600, "alarm", ("occlusion",)))
        log(record, (550, "occlusion"), (580, "occlusion"), (700, "occlusion"))
        with record.reader() as reader:
            states = states_of(reader)
            assert list(ended_by_alarm_ns(reader, states, frozenset({"occlusion"}))) == [ns(580)]


# It came and was answered between two readings of the status. A warning ends no delivery.
@pytest.mark.parametrize("alarm, ended", [("trial_over", [580]), ("battery_low", [])])
def test_an_alarm_that_the_log_alone_tells_of_ended_delivery(tmp_path, alarm, ended):
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        clock_ahead(record, 0.0)
        status(record, (0, "bolus", ()), (900, "stopped", ()), (1800, "infusing", ()))
        tell(record, 700, "stop")
        log(record, (580, alarm), (700, "stopped"), read_at_s=1800)
        with record.reader() as reader:
            assert list(ended_by_alarm_ns(reader, states_of(reader), frozenset({alarm}))) == [ns(at) for at in ended]


# Its cause stands all the time: told to run again, the pump stands in alarm again before anybody sees it run.
@pytest.mark.parametrize("lines, ended_s", [([(300, "stall"), (720, "stall")], 720), ([(300, "stall")], 900)])
def test_an_alarm_whose_cause_stands_ends_what_is_ordered_anew(tmp_path, lines, ended_s):
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        clock_ahead(record, 0.0)
        status(record, (360, "alarm", ("stall",)), (600, "stopped", ("stall",)))
        tell(record, 700, "run_continuous", rate_ul_h=200.0)
        status(record, (900, "alarm", ("stall",)))
        log(record, *lines, read_at_s=1800)
        with record.reader() as reader:
            assert list(ended_by_alarm_ns(reader, states_of(reader), frozenset({"stall"}))) == [ns(ended_s)]


def test_of_a_clock_that_was_set_the_log_tells_when_an_alarm_ended_delivery(tmp_path):
    # Set three days ahead at the 5th minute, the status read each 10 min.
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        clock_ahead(record, np.where(MINUTES > 5, 3 * 86_400.0, 0.0))
        status(record, (0, "infusing", ()), (600, "infusing", ()), (1200, "alarm", ("link_lost",)))
        log(record, (900, "link_lost"), ahead_s=3 * 86_400.0, read_at_s=1200)
        with record.reader() as reader:
            states = states_of(reader)
            assert list(ended_by_alarm_ns(reader, states, frozenset({"link_lost"}))) == [ns(900)]


def test_a_stamp_by_either_setting_of_a_clock_around_its_moment_is_true(tmp_path):
    # Set forward by an hour at the 60th minute: half a second before, a line bears the time before.
    found = line(tmp_path, np.where(MINUTES >= 60, 3600.0, 0.0), 3599.5)
    assert found.off_s == 0.0


def test_a_line_behind_an_earlier_reading_of_the_log_is_true_by_the_clock_of_its_own_moment(tmp_path):
    # Set forward by a minute four hours into the window; the log was read at eight hours, and again behind twelve.
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        clock_ahead(record, np.where(MINUTES > 240, 60.0, 0.0))
        log(record, (8.0 * 3600, "infusion_started"), ahead_s=60.0)
        log(record, (12.0 * 3600, "infusion_stopped"), ahead_s=60.0, first=11)
        with record.reader() as reader:
            _, found = stamped_lines(reader)
    assert found.off_s == 0.0


def test_a_line_between_two_settings_of_a_clock_is_dated_by_the_first_of_them(tmp_path):
    # Compared each 20 min; set by 75 min back in the 5th minute, and to within a minute of the truth in the 9th.
    minutes = np.arange(-240, 1741, 20)
    with weighed(tmp_path, lambda _: 1000.0, hours=33) as record:
        clock_ahead(record, np.where(minutes > 5, 60.0, 0.0), minutes=minutes + 240)
        tell(record, 300.0, "set_clock", t_ns=ns(300.0 - 4500.0))
        log(record, (300.0, "clock_set"), ahead_s=-4500.0, read_at_s=1300.0)
        tell(record, 540.0, "set_clock", t_ns=ns(540.0 + 60.0))
        with record.reader() as reader:
            (found,) = stamped_lines(reader)
    assert (found.at_ns, found.off_s) == (ns(300.0), 0.0)
