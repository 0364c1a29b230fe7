"""The twin's counters and digital lines as an unmodified nidaqmx client sees them."""

import nidaqmx.system
from nidaqmx.constants import LineGrouping
from nidaqmx.stream_readers import CounterReader

from instruments.plant.line import Stroke
from tests.instruments.ni_daq.codes import code_of


def test_a_counter_counts_the_motors_edges(new_task, clock, laboratory):
    task = new_task()
    task.ci_channels.add_ci_count_edges_chan("Dev1/ctr0", initial_count=5)
    task.start()
    laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, 12))
    assert (task.read(), CounterReader(task.in_stream).read_one_sample_uint32()) == (17, 17)


def test_a_counter_that_hangs_on_nothing_counts_nothing(new_task, clock, laboratory):
    task = new_task()
    task.ci_channels.add_ci_count_edges_chan("Dev1/ctr1")
    task.start()
    laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, 12))
    assert task.read() == 0


def test_the_interlocks_line_feeds_the_pump(new_task, laboratory):
    task = new_task()
    task.do_channels.add_do_chan("Dev1/port0/line0")
    task.write(True)
    assert (laboratory.power.interlock_closed, task.read()) == (True, True)


def test_lines_keep_their_state_when_their_task_ends(new_task, laboratory):
    task = new_task()
    task.do_channels.add_do_chan("Dev1/port0/line0")
    task.write(True)
    task.close()
    again = new_task()
    again.do_channels.add_do_chan("Dev1/port0/line0")
    assert (laboratory.power.interlock_closed, again.read()) == (True, True)


def test_lines_of_one_channel_are_written_as_a_number(new_task, laboratory):
    task = new_task()
    task.do_channels.add_do_chan("Dev1/port0/line0:3", line_grouping=LineGrouping.CHAN_FOR_ALL_LINES)
    task.write(0b0101)
    assert laboratory.power.interlock_closed


def test_lines_of_their_own_channels_are_written_one_by_one(new_task, laboratory):
    task = new_task()
    task.do_channels.add_do_chan("Dev1/port0/line0:1", line_grouping=LineGrouping.CHAN_PER_LINE)
    task.write([True, False])
    assert (laboratory.power.interlock_closed, task.read()) == (True, [True, False])


def test_a_write_that_may_not_start_a_stopped_task_is_refused(new_task):
    task = new_task()
    task.do_channels.add_do_chan("Dev1/port0/line0")
    assert code_of(task.write, True, auto_start=False) == -200846


def test_resetting_the_device_opens_the_relay_and_ends_its_tasks(ni, new_task, laboratory):
    line = new_task()
    line.do_channels.add_do_chan("Dev1/port0/line0")
    line.write(True)
    nidaqmx.system.System.remote(ni).devices["Dev1"].reset_device()
    assert (laboratory.power.interlock_closed, code_of(line.start)) == (False, -200088)
