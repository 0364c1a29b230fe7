"""The gRPC host: ends when told, however busy, and says when its port is taken."""

import threading

import grpc
import nidaqmx
import pytest
from nidaqmx.errors import DaqError, RpcError

from instruments.hosting.faults import Silent
from instruments.hosting.grpc_host import GrpcHost
from instruments.ni_daq.twin import Twin
from tests.patience import patient


def test_a_port_that_is_taken_is_an_os_error(host, laboratory):
    taken = int(host.port.rpartition(":")[2])
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{taken}"):
        GrpcHost("second", Twin("second", Twin.Parameters(), laboratory), taken)


def test_a_port_that_is_asked_for_is_the_one_that_is_served(host, laboratory, closing):
    port = host.port
    host.close()
    again = GrpcHost("daq", Twin("daq", Twin.Parameters(), laboratory), int(port.rpartition(":")[2]))
    closing.callback(again.close)
    assert again.port == port


def test_closing_twice_is_safe(host):
    host.close()
    host.close()


def test_closing_ends_a_call_that_waits_for_samples(host, new_task):
    task = new_task()
    task.ai_channels.add_ai_voltage_chan("Dev1/ai0")
    task.timing.cfg_samp_clk_timing(10.0, samps_per_chan=1000)
    failures = []

    def read():
        try:
            task.read(1000, timeout=-1)
        except (DaqError, RpcError) as error:
            failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    host.close()
    reader.join(patient(10))
    assert (reader.is_alive(), len(failures)) == (False, 1)


def test_closing_ends_calls_that_a_fault_keeps_silent(host, wire, ni):
    wire.fail(Silent())
    ended = threading.Event()

    def create():
        with pytest.raises(RpcError):
            nidaqmx.Task(grpc_options=ni)
        ended.set()

    threading.Thread(target=create).start()
    host.close()
    assert ended.wait(patient(10))


def test_32_channels_at_1_khz_for_a_minute_fit_a_message(laboratory, clock, closing):
    host = GrpcHost("daq", Twin("daq", Twin.Parameters(), laboratory))
    closing.callback(host.close)
    limit = [("grpc.max_receive_message_length", 64 << 20)]
    channel = grpc.insecure_channel(host.port.removeprefix("grpc://"), limit)
    closing.callback(channel.close)
    with nidaqmx.Task(grpc_options=nidaqmx.GrpcSessionOptions(channel, "")) as task:
        task.ai_channels.add_ai_voltage_chan("Dev1/ai0:31")
        task.timing.cfg_samp_clk_timing(1000.0, samps_per_chan=60_000)
        task.start()
        clock.wait_s(60)
        assert len(task.read(60_000)[31]) == 60_000
