"""Events as an unmodified nidaqmx client hears them: as often as with NI-DAQmx, in each run, and refused alike."""

import contextlib
import queue

import nidaqmx
import pytest
from nidaqmx.constants import AcquisitionType, EveryNSamplesEventType
from nidaqmx.error_codes import DAQmxErrors
from nidaqmx.errors import DaqError

from tests.patience import patient


class Heard:
    """Callbacks that keep what they were called with."""

    def __init__(self):
        self.queue = queue.Queue()

    def samples(self, _task, kind, count, _data):
        self.queue.put((kind, count))
        return 0

    def done(self, _task, status, _data):
        self.queue.put(status)
        return 0

    def wait_for(self, number):
        return [self.queue.get(timeout=patient(5)) for _ in range(number)]

    def nothing_more(self):
        with contextlib.suppress(queue.Empty):
            return self.queue.get(timeout=0.03) is None
        return True


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def task(live):
    with nidaqmx.Task(grpc_options=live) as one:
        one.ai_channels.add_ai_voltage_chan("Dev1/ai0")
        yield one
        one.stop()


@pytest.fixture
def finite(task):
    task.timing.cfg_samp_clk_timing(10_000.0, samps_per_chan=200)
    return task


def code_of(call, *args, **kwargs):
    with pytest.raises(DaqError) as caught:
        call(*args, **kwargs)
    return DAQmxErrors(caught.value.error_code)


def test_a_finite_acquisition_tells_of_each_n_samples_and_no_more(finite, heard):
    finite.register_every_n_samples_acquired_into_buffer_event(50, heard.samples)
    finite.start()
    assert heard.wait_for(4) == [(EveryNSamplesEventType.ACQUIRED_INTO_BUFFER.value, 50)] * 4
    assert heard.nothing_more()


def test_a_finite_acquisition_tells_of_its_end_once(finite, heard):
    finite.register_done_event(heard.done)
    finite.start()
    assert (heard.wait_for(1), heard.nothing_more()) == ([0], True)


def test_in_a_second_run_the_events_come_again(finite, heard):
    ends = Heard()
    finite.register_every_n_samples_acquired_into_buffer_event(100, heard.samples)
    finite.register_done_event(ends.done)
    for _ in range(3):
        finite.start()
        assert (len(heard.wait_for(2)), ends.wait_for(1)) == (2, [0])
        finite.stop()
    assert (heard.nothing_more(), ends.nothing_more()) == (True, True)


def test_each_run_may_have_another_interval(finite, heard):
    for each, times in ((100, 2), (50, 4)):
        finite.register_every_n_samples_acquired_into_buffer_event(each, heard.samples)
        finite.start()
        assert [count for _, count in heard.wait_for(times)] == [each] * times
        finite.stop()
        finite.register_every_n_samples_acquired_into_buffer_event(each, None)


def test_a_callback_may_read_what_it_is_told_of(task):
    rows = queue.Queue()

    def read(_task, _kind, count, _data):
        rows.put(task.read(count))
        return 0

    task.timing.cfg_samp_clk_timing(1000.0, sample_mode=AcquisitionType.CONTINUOUS, samps_per_chan=50)
    task.register_every_n_samples_acquired_into_buffer_event(20, read)
    task.start()
    assert [len(rows.get(timeout=patient(5))) for _ in range(3)] == [20, 20, 20]


def test_events_that_were_unregistered_are_not_told(finite, heard):
    for _ in range(3):
        finite.register_every_n_samples_acquired_into_buffer_event(50, heard.samples)
        finite.register_every_n_samples_acquired_into_buffer_event(50, None)
        finite.register_done_event(heard.done)
        finite.register_done_event(None)
    finite.start()
    finite.wait_until_done(patient(5))
    assert heard.nothing_more()


def test_a_second_registration_is_refused(finite, heard):
    finite.register_done_event(heard.done)
    finite.register_every_n_samples_acquired_into_buffer_event(50, heard.samples)
    assert code_of(finite.register_done_event, heard.done) is DAQmxErrors.DONE_EVENT_ALREADY_REGISTERED
    assert (
        code_of(finite.register_every_n_samples_acquired_into_buffer_event, 20, heard.samples)
        is DAQmxErrors.EVERY_N_SAMPS_ACQ_INTO_BUFFER_EVENT_ALREADY_REGISTERED
    )


def test_a_task_that_runs_takes_no_registration_and_gives_none_back(finite, heard):
    finite.register_done_event(heard.done)
    finite.start()
    assert (
        code_of(finite.register_every_n_samples_acquired_into_buffer_event, 20, heard.samples)
        is DAQmxErrors.CANNOT_REGISTER_DA_QMX_SOFTWARE_EVENT_WHILE_TASK_IS_RUNNING
    )
    assert (
        code_of(finite.register_done_event, None)
        is DAQmxErrors.CANNOT_UNREGISTER_DA_QMX_SOFTWARE_EVENT_WHILE_TASK_IS_RUNNING
    )


def test_an_event_of_outputs_is_not_for_inputs(finite, heard):
    assert (
        code_of(finite.register_every_n_samples_transferred_from_buffer_event, 20, heard.samples)
        is DAQmxErrors.EVERY_N_SAMPS_TRANSFERRED_FROM_BUFFER_EVENT_NOT_SUPPORTED_BY_DEVICE
    )


def test_an_interval_of_no_samples_is_refused(finite, heard):
    assert (
        code_of(finite.register_every_n_samples_acquired_into_buffer_event, 0, heard.samples)
        is DAQmxErrors.EVERY_N_SAMPS_EVENT_INTERVAL_ZERO_NOT_SUPPORTED
    )


def test_a_task_without_a_clock_has_no_samples_to_tell_of(task, heard):
    task.register_every_n_samples_acquired_into_buffer_event(20, heard.samples)
    assert code_of(task.start) is DAQmxErrors.EVERY_N_SAMPLES_EVENT_NOT_SUPPORTED_FOR_NON_BUFFERED_TASKS
    task.register_every_n_samples_acquired_into_buffer_event(20, None)


def test_a_counter_has_no_samples_to_tell_of(live, heard):
    with nidaqmx.Task(grpc_options=live) as counter:
        counter.ci_channels.add_ci_count_edges_chan("Dev1/ctr0")
        assert (
            code_of(counter.register_every_n_samples_acquired_into_buffer_event, 20, heard.samples)
            is DAQmxErrors.EVERY_N_SAMPLES_ACQ_INTO_BUFFER_EVENT_NOT_SUPPORTED_BY_DEVICE
        )


def test_a_read_does_not_start_a_task_with_events(finite, heard):
    finite.register_done_event(heard.done)
    assert code_of(finite.read, 10) is DAQmxErrors.AUTO_START_READ_NOT_ALLOWED_EVENT_REGISTERED


def test_a_signal_event_is_refused_loudly(finite, heard):
    with pytest.raises(nidaqmx.errors.RpcError, match="UNIMPLEMENTED"):
        finite.register_signal_event(nidaqmx.constants.Signal.SAMPLE_COMPLETE, heard.done)
