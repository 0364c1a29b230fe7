"""What NI's own examples and tests do with tasks of the kinds that the rig uses, by an unmodified nidaqmx client."""

import nidaqmx
import numpy as np
import pytest
from nidaqmx.constants import READ_ALL_AVAILABLE, AcquisitionType, Edge, LineGrouping, TaskMode
from nidaqmx.errors import DaqError
from nidaqmx.stream_readers import AnalogSingleChannelReader, CounterReader

from instruments.plant.line import Stroke
from tests.instruments.ni_daq.codes import code_of


@pytest.fixture
def on_demand(new_task):
    task = new_task()
    task.ai_channels.add_ai_voltage_chan("Dev1/ai0:3", name_to_assign_to_channel="MyChannel")
    return task


@pytest.fixture
def finite(new_task):
    task = new_task()
    task.ai_channels.add_ai_voltage_chan("Dev1/ai2")
    task.timing.cfg_samp_clk_timing(100.0, samps_per_chan=50)
    return task


def test_a_task_on_demand_is_done_whenever_it_is_asked(on_demand):
    before = on_demand.is_task_done()
    on_demand.start()
    on_demand.wait_until_done()
    assert (before, on_demand.is_task_done(), np.shape(on_demand.read(3))) == (True, True, (4, 3))


def test_lines_are_done_as_soon_as_they_are_written(new_task):
    task = new_task()
    task.do_channels.add_do_chan("Dev1/port0/line3")
    task.start()
    task.wait_until_done()


@pytest.mark.parametrize("rate_hz", [1e6, 1e-3, 0.0, -5.0, float("nan"), float("inf")])
def test_a_timing_out_of_range_is_taken_and_refused_when_it_is_verified(finite, rate_hz):
    finite.timing.cfg_samp_clk_timing(rate_hz)
    uses = (
        finite.start,
        lambda: finite.timing.samp_clk_rate,
        lambda: finite.control(TaskMode.TASK_VERIFY),
        finite.read,
    )
    assert {code_of(use) for use in uses} == {-200077}


def test_the_refusal_says_what_is_allowed(finite):
    finite.timing.samp_clk_rate = 1e6
    with pytest.raises(DaqError, match="SampClk_Rate\nRequested Value: 1000000\nMaximum Value: 250000"):
        finite.control(TaskMode.TASK_COMMIT)


def test_no_samples_are_no_acquisition(finite):
    assert code_of(finite.timing.cfg_samp_clk_timing, 100.0, samps_per_chan=0) == -200077


def test_a_timing_may_be_made_right_before_it_is_used(finite, clock):
    finite.timing.samp_clk_rate = 1e6
    finite.timing.samp_clk_rate = 1000.0
    assert (finite.timing.samp_clk_rate, finite.timing.samp_clk_timebase_div) == (1000.0, 100_000)


def test_a_finite_acquisition_that_reads_start_may_be_read_again_and_again(finite, clock):
    finite.start()
    clock.wait_s(1)
    finite.stop()
    for _ in range(2):
        reader = AnalogSingleChannelReader(finite.in_stream)
        finite.control(TaskMode.TASK_START)
        clock.wait_s(1)
        data = np.zeros(50)
        assert reader.read_many_sample(data, READ_ALL_AVAILABLE) == 50
        finite.stop()


def test_what_a_read_has_started_ends_with_the_last_sample(live):
    with nidaqmx.Task(grpc_options=live) as task:
        task.ai_channels.add_ai_voltage_chan("Dev1/ai0")
        task.timing.cfg_samp_clk_timing(10_000.0, samps_per_chan=20)
        assert [len(task.read(READ_ALL_AVAILABLE)), len(task.read(30)), task.is_task_done()] == [20, 20, True]


def test_a_task_that_was_reserved_keeps_what_it_needs(finite, on_demand):
    finite.control(TaskMode.TASK_RESERVE)
    refused = code_of(on_demand.read)
    finite.control(TaskMode.TASK_UNRESERVE)
    assert (refused, len(on_demand.read())) == (-50103, 4)


def test_an_empty_task_is_refused_when_it_is_verified(new_task):
    assert code_of(new_task().control, TaskMode.TASK_VERIFY) == -200478


@pytest.fixture
def counter(new_task):
    task = new_task()
    task.ci_channels.add_ci_count_edges_chan("Dev1/ctr0", edge=Edge.FALLING, initial_count=3)
    return task


def test_a_counter_is_polled(counter, clock, laboratory):
    counter.start()
    counts = [counter.read()]
    for edges in (5, 7):
        laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, edges))
        clock.wait_s(1)
        counts.append(CounterReader(counter.in_stream).read_one_sample_uint32())
    counter.stop()
    assert counts == [3, 8, 15]


def test_a_counter_counts_at_the_terminal_that_it_is_given(counter, new_task, clock, laboratory):
    other = new_task()
    other.ci_channels.add_ci_count_edges_chan("Dev1/ctr1").ci_count_edges_term = "/Dev1/PFI8"
    counter.ci_channels["Dev1/ctr0"].ci_count_edges_term = "/Dev1/PFI9"
    for task in (counter, other):
        task.start()
    laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, 12))
    clock.wait_s(1)
    assert (counter.read(), other.read()) == (3, 12)


def test_a_second_counter_in_one_task_is_refused(counter):
    assert code_of(counter.ci_channels.add_ci_count_edges_chan, "Dev1/ctr1") == -200147


def test_a_counter_that_another_task_has_is_reserved(counter, new_task):
    counter.start()
    other = new_task()
    other.ci_channels.add_ci_count_edges_chan("Dev1/ctr0")
    assert code_of(other.start) == -50103


def test_a_port_is_written_and_read_as_a_number(new_task, laboratory):
    task = new_task()
    task.do_channels.add_do_chan("Dev1/port0", line_grouping=LineGrouping.CHAN_FOR_ALL_LINES)
    task.write(0xFFFF0001, auto_start=True)
    assert (task.read(), laboratory.power.interlock_closed) == (0xFFFF0001, True)


def test_lines_are_written_and_read_one_by_one(new_task):
    out = new_task()
    out.do_channels.add_do_chan("Dev1/port1/line0:3", line_grouping=LineGrouping.CHAN_PER_LINE)
    assert out.write([True, False, True, False], auto_start=True) == 1
    out.close()
    seen = new_task()
    seen.di_channels.add_di_chan("Dev1/port1/line0:3", line_grouping=LineGrouping.CHAN_PER_LINE)
    assert seen.read() == [True, False, True, False]


@pytest.mark.parametrize("grouping", [LineGrouping.CHAN_PER_LINE, LineGrouping.CHAN_FOR_ALL_LINES])
def test_lines_are_read_as_often_as_they_are_asked_for(new_task, grouping):
    task = new_task()
    task.do_channels.add_do_chan("Dev1/port1/line0:1", line_grouping=grouping)
    task.write([True, False] if grouping is LineGrouping.CHAN_PER_LINE else 1)
    said = {LineGrouping.CHAN_PER_LINE: [[True] * 3, [False] * 3], LineGrouping.CHAN_FOR_ALL_LINES: [1, 1, 1]}
    assert task.read(3) == said[grouping]


def test_a_counter_is_read_as_often_as_it_is_asked_for(counter):
    counter.start()
    assert counter.read(3) == [3, 3, 3]


def test_one_sample_of_several_channels_is_refused(on_demand):
    assert code_of(AnalogSingleChannelReader(on_demand.in_stream).read_one_sample) == -200523


def test_an_input_is_not_written(new_task):
    task = new_task()
    task.di_channels.add_di_chan("Dev1/port1/line0")
    with pytest.raises(DaqError):
        task.write(True)


def test_an_error_that_is_none_says_so(finite):
    said = [finite._interpreter.get_error_string(code) for code in (-12345, -200077)]
    assert [one.partition(".")[0] for one in said] == [
        "Error code could not be found",
        "Requested value is not a supported value for this property",
    ]


def test_a_continuous_acquisition_is_read_in_parts(new_task, clock):
    task = new_task()
    task.ai_channels.add_ai_voltage_chan("Dev1/ai0")
    task.timing.cfg_samp_clk_timing(1000.0, sample_mode=AcquisitionType.CONTINUOUS)
    task.start()
    clock.wait_s(3)
    assert [len(task.read(1000)) for _ in range(3)] == [1000] * 3
    task.stop()
