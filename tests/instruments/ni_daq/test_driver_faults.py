"""The driver against a device server that fails in every way it can."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import grpc
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nidaqmx._stubs import nidaqmx_pb2 as wire
from nidaqmx._stubs.nidaqmx_pb2_grpc import NiDAQmxStub

from instruments.hosting.faults import Silent
from instruments.ni_daq.driver import Driver
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    RefusedError,
)
from tests.patience import patient
from tests.ports import nobody_listens


@pytest.fixture
def sampling(open_driver, clock):
    driver = open_driver(deadline_s=patient(0.2))
    driver.start_sampling()
    clock.wait_s(1)
    return driver


def spoilt(twin, spoil):
    twin.malfunction = replace(twin.malfunction, alter_samples=spoil)


def overwrite(value, row=0, column=0):
    def spoil(volts):
        volts[row, column] = value
        return volts

    return spoil


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_no_number_is_garbled(sampling, twin, value):
    spoilt(twin, overwrite(value))
    with pytest.raises(GarbledReplyError, match="1 of 88 values are missing or not finite"):
        sampling.read_block()


@pytest.mark.parametrize("volts", [10.0, 9.99969482421875, -10.0, 12.5, 1e300])
def test_a_value_at_or_beyond_the_end_of_its_range_names_its_channel(sampling, twin, volts):
    spoilt(twin, overwrite(volts, row=1))
    with pytest.raises(GarbledReplyError, match="supply_current: 1 of 11 samples") as caught:
        sampling.read_block()
    assert "Dev1/ai1" in caught.value.advice


def test_fewer_values_than_claimed_are_garbled(sampling, twin):
    spoilt(twin, lambda volts: volts[:, :-1])
    twin.malfunction = replace(twin.malfunction, miscount=1)
    with pytest.raises(GarbledReplyError, match="8 of 88 values are missing"):
        sampling.read_block()


def test_fewer_samples_than_asked_for_are_garbled(sampling, twin):
    twin.malfunction = replace(twin.malfunction, miscount=-1)
    with pytest.raises(GarbledReplyError, match="11 samples were asked for, and 10 claimed"):
        sampling.read_block()


def test_more_values_than_asked_for_are_refused(sampling, twin):
    spoilt(twin, lambda volts: np.hstack([volts, volts]))
    with pytest.raises(InstrumentError):
        sampling.read_block()


def test_samples_that_went_with_a_garbled_read_count_as_lost(sampling, twin, clock):
    spoilt(twin, overwrite(np.nan))
    with pytest.raises(GarbledReplyError):
        sampling.read_block()
    spoilt(twin, None)
    clock.wait_s(1)
    block = sampling.read_block()
    assert (block.lost, len(block.t_ns), block.t_ns[-1]) == (11, 10, clock.now_ns())


def test_a_stalled_server_costs_one_deadline(sampling, wire):
    wire.fail(Silent())
    with pytest.raises(NoReplyError, match="no reply before the deadline") as caught:
        sampling.read_block()
    assert caught.value.sent == b"GetReadAttributeUInt32(task=daq-Dev1-analogue, attribute_raw=0x1223)"


def test_sampling_goes_on_after_a_stall_without_losing_count(sampling, wire, clock):
    wire.fail(Silent())
    with pytest.raises(NoReplyError):
        sampling.read_block()
    wire.heal()
    block = sampling.read_block()
    assert (block.lost, len(block.t_ns), block.t_ns[-1]) == (0, 11, clock.now_ns())


def test_a_server_that_goes_away_is_a_lost_connection(sampling, host):
    host.close()
    with pytest.raises(ConnectionLostError, match="cannot be reached"):
        sampling.read_block()


def test_an_error_of_the_device_carries_its_code_and_its_bytes(sampling, twin):
    twin.malfunction = replace(twin.malfunction, refuse=-200361 + 1)
    with pytest.raises(RefusedError) as caught:
        sampling.read_block()
    assert (caught.value.code, b"ni-error=-200360" in caught.value.received) == ("-200360", True)


def test_an_overflow_on_the_device_itself_restarts_the_acquisition(sampling, twin):
    twin.malfunction = replace(twin.malfunction, refuse=-200361)
    assert sampling.read_block().lost == 10  # those before the one that the new start takes
    twin.malfunction = replace(twin.malfunction, refuse=0)
    assert len(sampling.read_block().t_ns) == 1


def test_closing_a_driver_whose_server_is_gone_is_silent(sampling, host):
    host.close()
    sampling.close()


def test_a_server_that_stalls_at_opening_is_not_reached(open_driver, wire):
    wire.fail(Silent())
    with pytest.raises(ConnectionFailedError, match="no reply before the deadline"):
        open_driver(deadline_s=0.3)


def test_a_port_where_nobody_listens_is_not_reached(context):
    with nobody_listens() as number, pytest.raises(ConnectionFailedError, match="cannot be reached") as caught:
        port = f"grpc://127.0.0.1:{number}"
        Driver("daq", Driver.Settings(port=port), context)
    assert (caught.value.instrument, caught.value.port) == ("daq", port)


def test_a_grpc_server_of_another_kind_is_not_taken_for_the_device(context, closing):
    server = grpc.server(ThreadPoolExecutor(2))
    port = f"grpc://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    closing.callback(lambda: server.stop(None).wait())
    with pytest.raises(ConnectionFailedError, match="no NI gRPC device server"):
        Driver("daq", Driver.Settings(port=port), context)


@pytest.mark.parametrize("port", ["Dev1", "grpc://nowhere", "http://127.0.0.1:1", "COM3"])
def test_a_port_of_another_kind_says_what_is_allowed(port, context):
    with pytest.raises(ConnectionFailedError, match=re.escape('port = "grpc://host:port"')):
        Driver("daq", Driver.Settings(port="local").model_copy(update={"port": port}), context)


def test_a_machine_without_the_drivers_points_at_a_device_server(context):
    with pytest.raises(ConnectionFailedError, match="not Debian: there, run an NI gRPC device server"):
        Driver("daq", Driver.Settings(port="local"), context)


@given(st.lists(st.floats(), min_size=8, max_size=8))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_comes_is_a_finite_number_in_range_or_a_typed_error(sampling, twin, clock, column):
    spoilt(twin, lambda volts: np.array(column)[:, None] + 0.0 * volts)
    clock.wait_s(0.1)
    try:
        block = sampling.read_block()
    except GarbledReplyError:
        return
    assert all(abs(volts) < 10.0 for volts in column) or not len(block.t_ns)


@pytest.mark.parametrize("rate_hz", [0.0, -10.0, float("nan"), float("inf"), 1e-300, 4.9, 20.1])
def test_a_rate_that_no_timebase_gives_is_garbled(open_driver, twin, rate_hz):
    twin.malfunction = replace(twin.malfunction, rate_hz=rate_hz)
    with pytest.raises(GarbledReplyError, match="10 samples a second were asked for"):
        open_driver()


@pytest.mark.parametrize(
    "event, request_",
    [
        ("RegisterDoneEvent", wire.RegisterDoneEventRequest()),
        ("RegisterEveryNSamplesEvent", wire.RegisterEveryNSamplesEventRequest(n_samples=0)),
    ],
)
def test_an_event_of_nothing_is_refused_with_its_code(host, closing, event, request_):
    channel = grpc.insecure_channel(host.port.removeprefix("grpc://"))
    closing.callback(channel.close)
    with pytest.raises(grpc.RpcError) as caught:
        next(getattr(NiDAQmxStub(channel), event)(request_, timeout=patient(1)))
    assert dict(caught.value.trailing_metadata())["ni-error"].startswith("-200")
