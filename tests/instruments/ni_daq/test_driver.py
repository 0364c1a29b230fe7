"""The driver over a real gRPC channel against the twin."""

import math

import numpy as np
import pytest

from instruments.hosting.grpc_host import GrpcHost
from instruments.ni_daq.driver import Driver
from instruments.ni_daq.settings import STANDARD_CHANNELS
from instruments.ni_daq.twin import Twin
from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke
from rig.capabilities import Daq, Identity
from rig.clock import NS_PER_S, VirtualClock
from rig.driving import DriverContext
from rig.errors import ConnectionFailedError, OutOfRangeError, RefusedError

pytestmark = pytest.mark.usefixtures("host")


def test_it_is_a_daq(driver):
    assert isinstance(driver, Daq)


def test_the_device_says_who_it_is(driver):
    assert driver.identify() == Identity("National Instruments", "PCIe-6323", "01A2B3C4", "NI-DAQmx 25.3.0")


def test_a_block_holds_every_sample_from_the_start_to_the_present(sampling, clock):
    t0_ns = clock.now_ns()
    clock.wait_s(1.05)
    assert sampling.read_block().t_ns.tolist() == [t0_ns + k * 100_000_000 for k in range(11)]


def test_the_next_block_begins_where_the_last_one_ended(sampling, clock):
    clock.wait_s(1)
    last = sampling.read_block().t_ns[-1]
    clock.wait_s(1)
    assert sampling.read_block().t_ns[0] == last + 100_000_000


def test_a_block_read_twice_in_one_moment_is_empty(sampling):
    sampling.read_block()
    assert len(sampling.read_block().t_ns) == 0


def test_line_pressure_follows_a_stroke_as_volume_over_compliance(sampling, clock, laboratory):
    # 1 µL into 0.26 µL/kPa, decaying with 0.0025 kPa·h/µL · 0.26 µL/kPa = 2.34 s.
    laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, 12))
    clock.wait_s(2.34)
    pressure_kpa = sampling.read_block().columns["line_pressure"]
    expected_kpa = [math.exp(-k / 23.4) / 0.26 for k in range(24)]
    assert pressure_kpa == pytest.approx(expected_kpa, abs=20.0 * 20 / 65536 / 2)


@pytest.mark.parametrize(
    "channel, value, scale",
    [
        ("air_temperature", 21.0, 10.0),
        ("liquid_temperature", 21.0, 10.0),
        ("air_pressure", 980.0, 120.0),
        ("back_pressure", 3.0, 5.0),
    ],
)
def test_steady_quantities_come_back_to_half_a_converter_step(channel, value, scale, closing):
    clock = VirtualClock(0)  # where the swing of the air pressure passes through zero
    still = Parameters(
        air_pressure_hpa=980.0, air_temperature_c=21.0, air_temperature_swing_c=0.0, back_pressure_kpa=3.0
    )
    host = GrpcHost("daq", Twin("daq", Twin.Parameters(noise_v=0.0), Laboratory(still, clock, 1)))
    closing.callback(host.close)
    driver = Driver("daq", Driver.Settings(port=host.port), DriverContext(clock, lambda _: None))
    closing.callback(driver.close)
    driver.start_sampling()
    assert driver.read_block().columns[channel][0] == pytest.approx(value, abs=scale * 20 / 65536 / 2)


def test_the_rate_is_the_one_the_device_really_has(open_driver, clock):
    # 100 MHz / 33333, the nearest whole divisor below 100 MHz / 3 kHz.
    driver = open_driver(sample_rate_hz=3000.0)
    driver.start_sampling()
    t0_ns = clock.now_ns()
    clock.wait_s(1)
    block = driver.read_block()
    assert (len(block.t_ns), block.t_ns[-1] - t0_ns) == (3001, 3000 * 333_330)


def test_an_overflow_costs_samples_that_are_counted_and_nothing_else(open_driver, clock):
    driver = open_driver(buffer_s=100.0)
    driver.start_sampling()
    t0_ns = clock.now_ns()
    clock.wait_s(10)
    read = len(driver.read_block().t_ns)
    clock.wait_s(200)  # twice the device's smallest buffer of 1000 samples
    lost = driver.read_block().lost
    after = driver.read_block()
    assert (read, read + lost) == (101, (after.t_ns[0] - t0_ns) // 100_000_000)


def test_more_than_a_default_message_holds_is_read_at_once(open_driver, clock):
    driver = open_driver(sample_rate_hz=1000.0)
    driver.start_sampling()
    clock.wait_s(90)  # 8 × 90001 doubles are 5.8 MB; gRPC's own limit is 4 MiB
    assert len(driver.read_block().t_ns) == 90_001


def test_what_no_message_can_hold_is_read_in_parts(sampling, clock, monkeypatch):
    monkeypatch.setattr("instruments.ni_daq.driver._VALUES_PER_READ", 8 * 7)
    t0_ns = clock.now_ns()
    clock.wait_s(2)
    assert sampling.read_block().t_ns.tolist() == [t0_ns + k * 100_000_000 for k in range(21)]


def test_lost_samples_are_told_once(open_driver, clock):
    driver = open_driver(buffer_s=100.0)
    driver.start_sampling()
    clock.wait_s(200)
    driver.read_block()
    assert driver.read_block().lost == 0


def test_edges_count_from_the_start_of_sampling(driver, clock, laboratory):
    laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, 7))
    driver.start_sampling()
    clock.wait_s(1)
    laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, 12))
    assert driver.count_edges() == 12


@pytest.mark.parametrize("closed", [True, False])
def test_the_interlock_moves_the_relay(driver, laboratory, closed):
    driver.set_interlock(closed=closed)
    assert laboratory.power.interlock_closed is closed


def test_closing_the_driver_leaves_the_relay_alone(driver, laboratory):
    driver.set_interlock(closed=True)
    driver.close()
    assert laboratory.power.interlock_closed


@pytest.fixture
def quiet():
    """A device that adds no noise, with a valve and a button on its lines."""
    valve = {"line": "port0/line3", "does": "kink", "times_resistance": 1e6}
    return Twin.Parameters(noise_v=0.0, relays=[valve, {"line": "port0/line4", "does": "magnet"}])


def test_a_line_moves_the_valve_that_hangs_on_it(driver, laboratory, clock):
    driver.set_line(line="port0/line3", high=True)
    laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, 12))
    clock.wait_s(60)
    closed_ul = laboratory.line.tip_ul(np.asarray([clock.now_ns()]))[0]
    driver.set_line(line="port0/line3", high=False)
    clock.wait_s(60)
    opened_ul = laboratory.line.tip_ul(np.asarray([clock.now_ns()]))[0]
    assert (closed_ul, opened_ul) == (pytest.approx(0.0, abs=1e-4), pytest.approx(1.0, abs=1e-4))


def test_a_line_with_nothing_on_it_moves_nothing(driver, laboratory):
    driver.set_line(line="port0/line7", high=True)
    driver.set_line(line="port0/line4", high=True)  # a magnet, and no pump that feels one
    assert not laboratory.power.interlock_closed


def test_the_interlock_is_no_line_for_a_plan(driver, laboratory):
    driver.set_interlock(closed=True)
    with pytest.raises(OutOfRangeError, match="it moves the interlock relay"):
        driver.set_line(line="port0/line0", high=False)
    assert laboratory.power.interlock_closed


def test_what_changes_something_is_reported_with_its_bytes(driver, journal):
    driver.set_interlock(closed=True)
    told = journal[-1]
    assert (told.verb, told.arguments, told.result) == ("set_interlock", {"closed": True}, "ok")
    assert told.sent.startswith(b"WriteDigitalLines(task=daq-Dev1-port0-line0, ")


def test_a_start_that_fails_is_reported_as_failed(driver, new_task, journal):
    other = new_task()
    other.ai_channels.add_ai_voltage_chan("Dev1/ai8")
    other.start()
    with pytest.raises(RefusedError):
        driver.start_sampling()
    assert journal[-1].result.startswith("RefusedError: starting the acquisition")


def test_sampling_may_be_stopped_twice_and_started_again(sampling, clock):
    sampling.stop_sampling()
    sampling.stop_sampling()
    clock.wait_s(5)
    sampling.start_sampling()
    assert sampling.read_block().t_ns.tolist() == [clock.now_ns()]


def test_samples_before_the_start_are_refused(driver):
    with pytest.raises(RefusedError, match="before the acquisition was started"):
        driver.read_block()


def test_a_device_held_by_a_client_that_died_is_taken_over(open_driver):
    # The first driver is never closed: its tasks live on in the server.
    open_driver().start_sampling()
    open_driver().start_sampling()


def test_a_device_held_by_a_living_program_is_refused_with_advice(driver, new_task):
    other = new_task()
    other.ai_channels.add_ai_voltage_chan("Dev1/ai8")
    other.start()
    with pytest.raises(RefusedError, match="another task holds the device") as caught:
        driver.start_sampling()
    assert caught.value.code == "-50103"


def test_an_unknown_device_is_named_beside_those_that_exist(open_driver):
    with pytest.raises(ConnectionFailedError, match="no device 'Dev7'; there are Dev1"):
        open_driver(device="Dev7")


def test_an_unknown_channel_is_refused_with_its_code(open_driver):
    channel = STANDARD_CHANNELS[0].model_copy(update={"physical": "ai77"})
    with pytest.raises(RefusedError, match="ai77") as caught:
        open_driver(channels=(channel,))
    assert caught.value.code == "-200170"


def test_one_seed_gives_identical_samples_however_they_are_read(closing):
    def run(cuts):
        clock = VirtualClock(NS_PER_S)
        host = GrpcHost("daq", Twin("daq", Twin.Parameters(), Laboratory(Parameters(), clock, 3)))
        driver = Driver("daq", Driver.Settings(port=host.port), DriverContext(clock, lambda _: None))
        driver.start_sampling()
        blocks = []
        for seconds in cuts:
            clock.wait_s(seconds)
            blocks.append(driver.read_block())
        driver.close()
        host.close()
        names = [channel.name for channel in driver.channels]
        return b"".join(np.concatenate([block.columns[name] for block in blocks]).tobytes() for name in names)

    assert run([30, 30]) == run([7, 13, 40])
