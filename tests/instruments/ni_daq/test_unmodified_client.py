"""The twin as an unmodified nidaqmx client sees it."""

import nidaqmx
import nidaqmx.system
import numpy as np
import pytest
from nidaqmx.constants import READ_ALL_AVAILABLE, AcquisitionType, CountDirection, TerminalConfiguration
from nidaqmx.errors import DaqError, DaqReadError, RpcError
from nidaqmx.stream_readers import AnalogMultiChannelReader, AnalogSingleChannelReader

from tests.instruments.ni_daq.codes import code_of
from tests.patience import patient

HALF_STEP_V = 20 / 65536 / 2


@pytest.fixture
def analogue(new_task):
    task = new_task()
    task.ai_channels.add_ai_voltage_chan("Dev1/ai0:7", min_val=-10, max_val=10)
    return task


@pytest.fixture
def continuous(analogue):
    analogue.timing.cfg_samp_clk_timing(10.0, sample_mode=AcquisitionType.CONTINUOUS, samps_per_chan=1000)
    analogue.start()
    return analogue


def test_the_system_lists_the_device(ni):
    assert nidaqmx.system.System.remote(ni).devices.device_names == ["Dev1"]


def test_the_device_tells_its_channels(ni):
    device = nidaqmx.system.System.remote(ni).devices["Dev1"]
    assert [len(device.ai_physical_chans), len(device.ci_physical_chans), len(device.do_lines)] == [32, 4, 48]


def test_an_unnamed_task_gets_a_name(new_task):
    assert new_task().name == "_unnamedTask<0>"


def test_a_range_of_inputs_becomes_a_channel_each(analogue):
    assert analogue.channel_names == [f"Dev1/ai{n}" for n in range(8)]


def test_task_read_without_a_clock_is_of_this_moment(analogue):
    # 22.25 °C or so at 10 °C/V; 1013 hPa at (1013 − 500)/120.
    values = analogue.read()
    assert (len(values), values[2], values[3]) == (8, pytest.approx(2.2, abs=0.05), pytest.approx(4.28, abs=0.06))


def test_task_read_of_one_channel_is_a_single_number(new_task):
    task = new_task()
    task.ai_channels.add_ai_voltage_chan("Dev1/ai9")
    assert task.read() == pytest.approx(0.0, abs=HALF_STEP_V)


def test_task_read_of_many_samples_has_a_row_per_channel(continuous, clock):
    clock.wait_s(1)
    assert np.shape(continuous.read(10)) == (8, 10)


def test_all_that_is_available_is_read(continuous, clock):
    clock.wait_s(2)
    assert np.shape(continuous.read(READ_ALL_AVAILABLE)) == (8, 21)


def test_a_reader_fills_an_array(continuous, clock):
    clock.wait_s(1)
    data = np.zeros((8, 5))
    assert AnalogMultiChannelReader(continuous.in_stream).read_many_sample(data, 5) == 5
    assert data[2] == pytest.approx(2.2, abs=0.05)


def test_a_reader_of_one_sample_fills_a_row(continuous):
    data = np.zeros(8)
    AnalogMultiChannelReader(continuous.in_stream).read_one_sample(data)
    assert data[2] == pytest.approx(2.2, abs=0.05)


def test_a_scalar_is_read(new_task):
    task = new_task()
    task.ai_channels.add_ai_voltage_chan("Dev1/ai2")
    assert AnalogSingleChannelReader(task.in_stream).read_one_sample() == pytest.approx(2.2, abs=0.05)


def test_a_range_of_5_volts_has_finer_steps(new_task):
    task = new_task()
    task.ai_channels.add_ai_voltage_chan("Dev1/ai2", terminal_config=TerminalConfiguration.RSE, min_val=0, max_val=5)
    steps = task.read() / (10 / 65536)
    assert steps == pytest.approx(round(steps), abs=1e-6)


def test_a_read_that_is_too_early_times_out_with_what_there_is(continuous, clock):
    clock.wait_s(0.45)
    data = np.zeros((8, 10))
    with pytest.raises(DaqReadError) as caught:
        AnalogMultiChannelReader(continuous.in_stream).read_many_sample(data, 10, timeout=0.05)
    assert (caught.value.error_code, caught.value.samps_per_chan_read) == (-200284, 5)


def test_a_timeout_of_zero_tries_once(continuous):
    data = np.zeros((8, 10))
    reader = AnalogMultiChannelReader(continuous.in_stream)
    assert code_of(reader.read_many_sample, data, 10, timeout=0) == -200284


def test_samples_left_unread_overflow(continuous, clock):
    clock.wait_s(101)
    assert code_of(continuous.read, 10) == -200279


def test_an_overflow_lasts_until_the_task_is_stopped(continuous, clock):
    clock.wait_s(101)
    code_of(continuous.read, 10)
    assert code_of(continuous.read, 10) == -200279
    continuous.stop()
    continuous.start()
    assert np.shape(continuous.read(1)) == (8, 1)


def test_a_finite_acquisition_ends(analogue, clock):
    analogue.timing.cfg_samp_clk_timing(100.0, samps_per_chan=50)
    analogue.start()
    clock.wait_s(1)
    assert (analogue.is_task_done(), np.shape(analogue.read(READ_ALL_AVAILABLE))) == (True, (8, 50))


def test_a_finite_acquisition_gives_no_more_than_it_has(analogue, clock):
    analogue.timing.cfg_samp_clk_timing(100.0, samps_per_chan=50)
    analogue.start()
    clock.wait_s(1)
    analogue.read(50)
    assert code_of(analogue.read, 1) == -200278


def test_waiting_for_an_acquisition_that_goes_on_times_out(continuous):
    assert code_of(continuous.wait_until_done, timeout=0.02) == -200560


@pytest.mark.parametrize(
    "channel, code",
    [("Dev1/ai32", -200170), ("Dev1/xy0", -200170), ("Dev2/ai0", -200220), ("Dev1/ai00x", -200170)],
)
def test_channels_that_do_not_exist_are_refused(new_task, channel, code):
    assert code_of(new_task().ai_channels.add_ai_voltage_chan, channel) == code


@pytest.mark.parametrize("low, high, code", [(1, -1, -200082), (-50, 50, -200077)])
def test_ranges_that_the_device_does_not_have_are_refused(new_task, low, high, code):
    task = new_task()
    assert code_of(task.ai_channels.add_ai_voltage_chan, "Dev1/ai0", min_val=low, max_val=high) == code


def test_a_rate_may_be_set_as_an_attribute(analogue):
    analogue.timing.cfg_samp_clk_timing(10.0, sample_mode=AcquisitionType.CONTINUOUS)
    analogue.timing.samp_clk_rate = 3000.0
    assert analogue.timing.samp_clk_rate == pytest.approx(100e6 / 33_333)


def test_a_buffer_may_be_made_smaller(analogue, clock):
    analogue.timing.cfg_samp_clk_timing(10.0, sample_mode=AcquisitionType.CONTINUOUS)
    analogue.in_stream.input_buf_size = 50
    analogue.start()
    clock.wait_s(6)
    assert code_of(analogue.read, 1) == -200279


def test_a_running_task_cannot_be_changed(continuous):
    with pytest.raises(DaqError) as caught:
        continuous.in_stream.input_buf_size = 50
    assert caught.value.error_code == -200450


def test_a_finite_acquisition_may_be_read_before_its_end(analogue, clock):
    analogue.timing.cfg_samp_clk_timing(100.0, samps_per_chan=50)
    analogue.in_stream.read_all_avail_samp = True
    analogue.start()
    clock.wait_s(0.1)
    assert np.shape(analogue.read(READ_ALL_AVAILABLE)) == (8, 11)


def test_a_clock_from_outside_is_refused(analogue):
    assert code_of(analogue.timing.cfg_samp_clk_timing, 10.0, source="/Dev1/PFI0") == -200077


def test_a_counter_that_should_count_down_is_refused(new_task):
    add = new_task().ci_channels.add_ci_count_edges_chan
    assert code_of(add, "Dev1/ctr0", count_direction=CountDirection.COUNT_DOWN) == -200077


def test_the_device_knows_the_names_of_errors(analogue):
    assert analogue._interpreter.get_error_string(-200284) == "Samples not yet available"


def test_one_channel_twice_is_refused(analogue):
    assert code_of(analogue.ai_channels.add_ai_voltage_chan, "Dev1/ai0") == -200003


def test_a_second_acquisition_finds_the_device_reserved(continuous, new_task):
    second = new_task()
    second.ai_channels.add_ai_voltage_chan("Dev1/ai8")
    assert code_of(second.start) == -50103


def test_kinds_of_channels_do_not_mix(analogue):
    assert code_of(analogue.do_channels.add_do_chan, "Dev1/port0/line1") == -200559


def test_an_empty_task_cannot_start(new_task):
    assert code_of(new_task().start) == -200478


def test_a_cleared_task_is_invalid(analogue, new_task):
    other = new_task()
    stale = other._handle
    other.close()
    with pytest.raises(DaqError) as caught:
        analogue._interpreter.start_task(stale)
    assert caught.value.error_code == -200088


def test_a_method_that_the_device_lacks_is_unimplemented(new_task):
    with pytest.raises(RpcError, match="UNIMPLEMENTED"):
        new_task().ao_channels.add_ao_voltage_chan("Dev1/ao0")


def test_an_attribute_that_the_device_lacks_is_refused(continuous):
    assert code_of(lambda: continuous.timing.master_timebase_rate) == -200452


def test_samples_are_waited_for_on_the_wall_clock(live):
    with nidaqmx.Task(grpc_options=live) as task:
        task.ai_channels.add_ai_voltage_chan("Dev1/ai0:1")
        task.timing.cfg_samp_clk_timing(1000.0, sample_mode=AcquisitionType.CONTINUOUS)
        assert np.shape(task.read(50, timeout=patient(5))) == (2, 50)
