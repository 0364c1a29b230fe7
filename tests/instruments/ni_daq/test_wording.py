"""What went over the wire is told in words: methods, fields, and never a dump of protobuf."""

from dataclasses import replace

import nidaqmx._grpc_interpreter  # noqa: F401 - the stubs load only after it
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nidaqmx._stubs import nidaqmx_pb2 as messages

from instruments.hosting.faults import Silent
from instruments.ni_daq.wording import SHORT, call_in_words, fields_in_words
from rig.errors import NoReplyError, RefusedError
from tests.patience import patient


@pytest.mark.parametrize(
    "message, said",
    [
        (messages.StopTaskRequest(task={"name": "relay"}), "task=relay"),
        (
            messages.GetReadAttributeUInt32Request(task={"name": "ai"}, attribute_raw=0x1223),
            "task=ai, attribute_raw=0x1223",
        ),
        (messages.WriteDigitalLinesRequest(timeout=2.5, write_array=bytes([1])), "write_array=01"),
        (messages.WriteDigitalLinesRequest(write_array=bytes(40)), "write_array=000000000000000000000000... (40)"),
        (messages.WriteDigitalLinesResponse(), "samps_per_chan_written=0"),
        (
            messages.ReadAnalogF64Response(read_array=[0.25] * 5000, samps_per_chan_read=5000),
            "read_array=[0.25, 0.25, 0.25, 0.25, 0.25, 0.25, ... 5000 in all], samps_per_chan_read=5000",
        ),
        (messages.CfgSampClkTimingRequest(rate=10.0, sample_mode_raw=10123), "rate=10, sample_mode_raw=10123"),
        (messages.StartTaskResponse(), "nothing"),
    ],
)
def test_fields_are_told_by_their_names(message, said):
    assert fields_in_words(message) == said


@given(st.text(), st.lists(st.floats()))
def test_whatever_a_message_holds_is_told_in_short_and_in_one_line(name, values):
    message = messages.ReadAnalogF64Response(read_array=values)
    named = messages.CreateTaskRequest(session_name=name.encode("utf-8", "ignore").decode())
    for one in (message, named):
        said = call_in_words("/nidaqmx_grpc.NiDAQmx/Any", one)
        assert (said.isascii(), said.isprintable(), len(said) <= SHORT) == (True, True, True)


def test_an_error_shows_the_call_and_what_came_in_words(driver, twin):
    twin.malfunction = replace(twin.malfunction, samples_written=0)
    with pytest.raises(RefusedError) as caught:
        driver.set_interlock(closed=True)
    said = str(caught.value)
    assert "WriteDigitalLines(task=daq-Dev1-port0-line0, auto_start=true, write_array=01)" in said
    assert "received b'samps_per_chan_written=0'" in said


def test_a_call_that_nobody_answered_is_told_in_words(open_driver, wire):
    driver = open_driver(deadline_s=patient(0.05))
    wire.fail(Silent())
    with pytest.raises(NoReplyError) as caught:
        driver.set_interlock(closed=False)
    assert "sent b'WriteDigitalLines(task=daq-Dev1-port0-line0, auto_start=true, write_array=00)'" in str(caught.value)
