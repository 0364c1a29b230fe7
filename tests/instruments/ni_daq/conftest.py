"""A simulated NI device on a real gRPC endpoint."""

import contextlib

import grpc
import nidaqmx
import pytest
from nidaqmx.errors import DaqError, RpcError

from instruments.hosting.grpc_host import GrpcHost
from instruments.ni_daq.driver import Driver
from instruments.ni_daq.twin import Twin
from instruments.plant.laboratory import Laboratory, Parameters
from rig.bench.sampling import Sampler
from rig.bench.way_back import WayBack
from rig.bench_file.reading import load_bench_file
from rig.clock import WallClock
from rig.driving import serialise
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.docs.pages import ROOT
from tests.patience import patient


@pytest.fixture
def quiet():
    """Parameters of a device whose converter adds no noise, for known answers."""
    return Twin.Parameters(noise_v=0.0)


@pytest.fixture
def twin(laboratory, quiet):
    return Twin("daq", quiet, laboratory)


@pytest.fixture
def host(twin, wire, closing):
    served = GrpcHost("daq", twin, wire=wire)
    closing.callback(served.close)
    return served


@pytest.fixture
def open_driver(host, context, closing):
    def opened(**settings) -> Driver:
        driver = Driver("daq", Driver.Settings(port=host.port, **{"deadline_s": patient(1.0), **settings}), context)
        closing.callback(driver.close)
        return driver

    return opened


@pytest.fixture
def driver(open_driver):
    return open_driver()


@pytest.fixture
def sampling(driver):
    driver.start_sampling()
    return driver


@pytest.fixture
def sampler(tmp_path, host, driver, context, clock):
    """Sample the device each minute, with a way back to it."""
    path = tmp_path / "bench.toml"
    text = (ROOT / "benches/physical-example.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('port = "local"', f'port = "{host.port}"'), encoding="utf-8")
    entry = next(one for one in load_bench_file(path).instruments if one.name == "daq")
    with RunRecord.create(tmp_path, "a-run", Start(bench="b"), clock.now_ns(), clock) as record:
        way_back = WayBack(entry, lambda: driver._settings, context, record)
        way_back.leads_to(driver, serialise(driver, way_back.calling))
        sampler = Sampler("daq", driver, 60.0, clock, record, way_back=way_back)
        sampler.start()
        yield sampler, record
        sampler.stop()


@pytest.fixture
def ni(host, closing):
    """The options with which an unmodified nidaqmx client reaches the device, on a channel without any deadline."""
    channel = grpc.insecure_channel(host.port.removeprefix("grpc://"))
    closing.callback(channel.close)
    return nidaqmx.GrpcSessionOptions(channel, "")


@pytest.fixture
def live(closing):
    """The options of a client whose device runs on the wall clock."""
    host = GrpcHost("daq", Twin("daq", Twin.Parameters(), Laboratory(Parameters(), WallClock(), 1)))
    closing.callback(host.close)
    channel = grpc.insecure_channel(host.port.removeprefix("grpc://"))
    closing.callback(channel.close)
    return nidaqmx.GrpcSessionOptions(channel, "")


def clear_if_there(task):
    """Clear a task that neither the test nor a reset of the device nor the end of its server has cleared."""
    if task._handle is not None:
        with contextlib.suppress(DaqError, RpcError):
            task.close()


@pytest.fixture
def new_task(ni, closing):
    def created() -> nidaqmx.Task:
        task = nidaqmx.Task(grpc_options=ni)
        closing.callback(clear_if_there, task)
        return task

    return created
