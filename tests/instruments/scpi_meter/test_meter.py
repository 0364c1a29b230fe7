"""The meter's driver over a real socket against its twin."""

import numpy as np
import pytest

from instruments.hosting.faults import Silent
from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke
from instruments.plant.power import IDLE_A, MOTOR_A
from instruments.scpi.simulated.status_model import ScpiDevice, ScpiMalfunction
from instruments.scpi_meter.driver import Driver
from instruments.scpi_meter.twin import Twin
from rig.capabilities import Meter
from rig.clock import VirtualClock
from rig.driving import DriverContext
from rig.errors import ConnectionFailedError, GarbledReplyError, NoReplyError, RefusedError
from rig.samples import Sampled
from tests.patience import patient


@pytest.fixture
def fed(laboratory):
    laboratory.change_power(supply_v=3.0, output_on=True, interlock_closed=True)
    laboratory.clock.wait_s(1)  # longer than any aperture
    return laboratory


@pytest.fixture
def twin(fed):
    return Twin("meter", Twin.Parameters(), fed)


@pytest.fixture
def connect(context, closing):
    def open_driver(port, **settings):
        driver = Driver("meter", Driver.Settings(port=port, **{"timeout_s": patient(0.1), **settings}), context)
        closing.callback(driver.close)
        return driver

    return open_driver


@pytest.fixture
def meter(twin, serve, connect):
    return connect(serve(twin))


def test_it_is_a_sampled_meter(meter):
    assert isinstance(meter, Meter)
    assert isinstance(meter, Sampled)


def test_it_says_who_it_is(meter):
    assert meter.identify().model == "TWIN-METER"


def test_it_measures_the_idle_current(meter):
    assert meter.measure_current_a() == pytest.approx(IDLE_A, abs=3e-7)


def test_it_measures_the_voltage_at_the_pump(meter):
    assert meter.measure_voltage_v() == pytest.approx(3.0, abs=3e-4)


def test_current_after_voltage_is_current_again(meter):
    meter.measure_voltage_v()
    assert meter.measure_current_a() == pytest.approx(IDLE_A, abs=3e-7)


def test_reading_is_the_mean_over_the_aperture(meter, fed, clock):
    # A motor that began to run 0.1 s ago fills half of an aperture of 0.2 s.
    clock.wait_s(10)
    fed.advance()
    fed.line.stroke(Stroke(clock.now_ns(), 0.5, 4))
    clock.wait_s(0.1)
    assert meter.measure_current_a() == pytest.approx(IDLE_A + MOTOR_A / 2, rel=0.02)


def test_block_holds_one_sample_of_every_channel(meter, clock):
    block = meter.read_block()
    assert list(block.t_ns) == [clock.now_ns()]
    assert {name: (column.dtype, column.shape) for name, column in block.columns.items()} == {
        channel.name: (np.dtype(float), (1,)) for channel in meter.channels
    }


def test_reading_changes_nothing_and_is_not_reported(meter, journal):
    meter.measure_current_a()
    assert journal == []


def test_current_beyond_the_range_is_refused_as_overload(twin, serve, connect):
    meter = connect(serve(twin), max_current_a=0.0001)
    with pytest.raises(RefusedError) as caught:
        meter.measure_current_a()
    assert caught.value.code == "overload"


@pytest.mark.parametrize(
    "faults, error",
    [
        (Silent(), NoReplyError),
        (ScpiMalfunction(number="9.91E37"), RefusedError),
        (ScpiMalfunction(number="NAN"), GarbledReplyError),
        (ScpiMalfunction(number="0.13"), GarbledReplyError),
        (ScpiMalfunction(number="1,0"), GarbledReplyError),
    ],
    ids=["silent", "not a number", "nan", "beyond its range", "comma"],
)
def test_fault_is_never_a_current(meter, twin, strike, faults, error):
    strike(twin, faults)
    with pytest.raises(error):
        meter.measure_current_a()


def test_something_else_on_the_port_is_no_meter(serve, connect):
    device = Twin("meter", Twin.Parameters(), Laboratory(Parameters(), VirtualClock(0), seed=1))
    device._device = ScpiDevice("RIG,SOMETHING,1,0", {})
    with pytest.raises(ConnectionFailedError, match="SOMETHING answers, but not as a multimeter"):
        connect(serve(device))


def test_meter_that_is_overloaded_is_still_the_meter(twin, serve, connect):
    twin.malfunction = ScpiMalfunction(number="9.9E37")
    assert connect(serve(twin)).identify().model == "TWIN-METER"


def test_scanning_meter_measures_at_the_channels_of_the_bench_file(fed, serve, connect):
    twin = Twin("meter", Twin.Parameters(current_at_channel=121, voltage_at_channel=103, channels=22), fed)
    meter = connect(serve(twin), current_channel=121, voltage_channel=103)
    assert meter.measure_current_a() == pytest.approx(IDLE_A, abs=3e-7)
    assert meter.measure_voltage_v() == pytest.approx(3.0, abs=3e-4)


def test_another_channel_is_another_wire(fed, serve, connect):
    twin = Twin("meter", Twin.Parameters(current_at_channel=101), fed)
    assert connect(serve(twin), current_channel=102).measure_current_a() == 0.0


def test_channel_that_the_scanner_does_not_have_is_refused(fed, serve, connect):
    twin = Twin("meter", Twin.Parameters(current_at_channel=101), fed)
    with pytest.raises(ConnectionFailedError, match="not as a multimeter"):
        connect(serve(twin), current_channel=221)


def test_meter_that_takes_a_channel_for_a_resolution_is_refused(twin, serve, connect):
    with pytest.raises(ConnectionFailedError, match="takes no heed of channel lists"):
        connect(serve(twin), current_channel=101)


def test_meter_that_takes_no_heed_of_channels_is_refused(serve, connect):
    device = Twin("meter", Twin.Parameters(), Laboratory(Parameters(), VirtualClock(0), seed=1))
    device._device = ScpiDevice(
        "RIG,HEEDLESS,1,0", {"MEASure:CURRent[:DC]?": lambda _: "0.001", "MEASure:VOLTage[:DC]?": lambda _: "3.0"}
    )
    with pytest.raises(ConnectionFailedError, match="takes no heed of channel lists"):
        connect(serve(device), current_channel=101)


@pytest.mark.parametrize(
    "message, answer",
    [
        (b"CONF:CURR:DC 10 mA;:CONF?", b'"CURR +1.000000E-02"'),
        (b"CONF:VOLT;:CONF?", b'"VOLT +1.000000E+03"'),
        (b"CONF:CURR 0.02;:CONF?", b'"CURR +1.000000E-01"'),
        (b"CONF:CURR 99;:SYST:ERR?", None),
    ],
)
def test_twin_is_configured_as_in_the_standard(twin, message, answer):
    assert twin.receive(message + b"\n") == (answer + b"\n" if answer else b"")


def test_twin_reads_in_the_configured_function(twin):
    assert float(twin.receive(b"CONF:CURR;:READ?\n")) == pytest.approx(IDLE_A, abs=3e-7)


def test_same_seed_same_readings(serve, closing):
    def readings():
        clock = VirtualClock(0)
        laboratory = Laboratory(Parameters(), clock, seed=4)
        port = serve(Twin("meter", Twin.Parameters(), laboratory))
        driver = Driver("meter", Driver.Settings(port=port), DriverContext(clock, lambda _: None))
        closing.callback(driver.close)
        return [driver.read_block().columns["current"].tobytes() for _ in range(10)]

    assert readings() == readings()
