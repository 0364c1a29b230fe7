"""The driver over a pseudo-terminal, against the twin and against every spoilt answer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.hosting.faults import Altered
from instruments.hosting.pty_host import PtyHost
from instruments.hosting.wire import Wire
from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke
from instruments.sensirion_scc1 import dialect
from instruments.sensirion_scc1.dialect import ShdlcState
from instruments.sensirion_scc1.driver import Driver
from instruments.sensirion_scc1.simulated.cable_firmware import Sayings
from instruments.sensirion_scc1.twin import Twin
from rig.capabilities import FlowSensor, Identity
from rig.clock import VirtualClock
from rig.driving import DriverContext
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    RefusedError,
)
from tests.patience import patient


def test_it_is_a_flow_sensor(driver):
    assert isinstance(driver, FlowSensor)


def test_sensor_and_cable_say_who_they_are(driver):
    assert driver.identify() == Identity("Sensirion", "0702050019230042", "19230042", "SCC1 1.9 (hardware 1.0)")


def test_sample_k_is_k_plus_one_intervals_after_the_start(sampling, clock):
    t0_ns = clock.now_ns()
    clock.wait_s(60)
    assert sampling.read_block().t_ns.tolist() == [t0_ns + k * 200_000_000 for k in range(1, 301)]


def test_the_interval_is_the_one_the_cable_really_keeps(open_driver, clock):
    driver = open_driver(interval_ms=1)  # the cable's fastest is 2 ms
    driver.start_sampling()
    t0_ns = clock.now_ns()
    clock.wait_s(1)
    assert driver.read_block().t_ns[-1] - t0_ns == 1_000_000_000


def test_the_next_block_goes_on_where_the_last_one_ended(sampling, clock):
    clock.wait_s(1.1)
    last = sampling.read_block().t_ns[-1]
    clock.wait_s(1)
    assert sampling.read_block().t_ns[0] == last + 200_000_000


def test_a_block_read_twice_in_one_moment_is_empty(sampling, clock):
    clock.wait_s(1)
    sampling.read_block()
    assert len(sampling.read_block().t_ns) == 0


def test_a_strokes_volume_is_the_integral_of_the_flow(sampling, clock, laboratory):
    # 2 µL decay with 2.34 s; midpoints of 0.2 s bins begin 0.05 s late, which is the sensor's response.
    laboratory.line.stroke(Stroke(clock.now_ns(), 2.0, 12))
    clock.wait_s(30)
    volume_ul = sampling.read_block().columns["flow"].sum() * 0.2 / 3600
    # Riemann sum of an exponential sampled at 0.15, 0.35 … s.
    expected_ul = 2.0 * 0.2 / 2.34 * np.exp(-0.15 / 2.34) / (1 - np.exp(-0.2 / 2.34))
    assert volume_ul == pytest.approx(expected_ul, rel=0.01)


def test_temperature_is_the_liquids(sampling, clock, laboratory):
    clock.wait_s(10)
    block = sampling.read_block()
    true_c = laboratory.environment.liquid_temperature_c(block.t_ns)
    assert np.abs(block.columns["temperature"] - true_c).max() < 0.1


def test_samples_that_the_cable_lost_are_counted_and_move_the_stamps(open_driver, clock):
    driver = open_driver()
    driver.start_sampling()
    t0_ns = clock.now_ns()
    clock.wait_s(600)  # 3000 samples, of which 8192 // 6 fit the buffer
    block = driver.read_block()
    assert (block.lost, len(block.t_ns), block.t_ns[-1] - t0_ns) == (3000 - 1365, 1365, 600_000_000_000)


@pytest.mark.parametrize("raw", [32767, -32768])
def test_saturation_at_either_end_is_no_number(sampling, clock, twin, raw):
    twin.malfunction = replace(twin.malfunction, sayings=Sayings(raw_flow=raw))
    clock.wait_s(1)
    assert np.isnan(sampling.read_block().columns["flow"]).all()


def test_beyond_full_scale_a_flag_goes_with_the_number(sampling, clock, laboratory):
    # 5 µL out of 2.34 s: 128 µL/min, beyond 80 and within the sensor's numbers.
    laboratory.line.stroke(Stroke(clock.now_ns(), 5.0, 1))
    clock.wait_s(0.2)
    block = sampling.read_block()
    assert (block.columns["flags"].tolist(), np.isfinite(block.columns["flow"]).all()) == ([2.0], True)


def test_a_temperature_that_no_liquid_has_is_garbled(sampling, clock, twin):
    twin.malfunction = replace(twin.malfunction, sayings=Sayings(raw_temperature=32767))
    clock.wait_s(1)
    with pytest.raises(GarbledReplyError, match="temperature"):
        sampling.read_block()


@pytest.mark.parametrize("unit, why", [(0x0043, "norm litres"), (0x0944, "grams"), (0x0FFF, "unknown")])
def test_a_unit_that_is_no_volume_flow_is_refused_at_opening(open_driver, twin, unit, why):
    twin.malfunction = replace(twin.malfunction, sayings=Sayings(unit=unit))
    with pytest.raises(GarbledReplyError, match=why):
        open_driver()


def test_another_sensor_than_the_calibrated_one_is_not_accepted(open_driver):
    with pytest.raises(ConnectionFailedError, match="is '19230042', the bench file demands 'ABCD'"):
        open_driver(serial="ABCD")


@pytest.mark.parametrize(
    "spoil, error",
    [
        (lambda _: b"", NoReplyError),
        (lambda answer: answer[:-3], NoReplyError),
        (lambda answer: answer + answer, GarbledReplyError),
        (lambda answer: answer[:5] + bytes([answer[5] ^ 1]) + answer[6:], GarbledReplyError),
        (lambda answer: b"\x7e" + answer[3:], GarbledReplyError),
        (lambda _: dialect.reply(0, 0x36, 0, b"\x00" * 9), GarbledReplyError),
        (lambda _: dialect.reply(0, 0x35, 0, b"\x00" * 8), GarbledReplyError),
        (lambda _: dialect.reply(1, 0x36, 0, b"\x00" * 8), GarbledReplyError),
        (lambda _: dialect.reply(0, 0x36, 0, bytes.fromhex("00000000 0000 0002")), GarbledReplyError),
        (lambda _: dialect.reply(0, 0x36, 0, bytes.fromhex("00000000 0006 0003")), GarbledReplyError),
        (lambda _: b"\x55" * 100_000, InstrumentError),
    ],
    ids=[
        "silent",
        "truncated",
        "duplicated",
        "wrong byte",
        "too short",
        "half a sample",
        "another command",
        "another address",
        "two signals",
        "bytes that never come",
        "endless noise",
    ],
)
def test_a_spoilt_answer_is_a_typed_error_with_its_bytes(sampling, clock, wire, spoil, error):
    clock.wait_s(1)
    wire.fail(Altered(spoil))
    with pytest.raises(error) as caught:
        sampling.read_block()
    assert caught.value.sent == bytes.fromhex("7e 00 36 01 03 c5 7e")


def test_samples_that_went_with_a_spoilt_answer_count_as_lost(sampling, clock, wire):
    clock.wait_s(2)
    wire.fail(Altered(lambda answer: answer[:5] + bytes([answer[5] ^ 1]) + answer[6:]))
    with pytest.raises(GarbledReplyError):
        sampling.read_block()
    wire.heal()
    clock.wait_s(1)
    block = sampling.read_block()
    assert (block.lost, len(block.t_ns), block.t_ns[-1]) == (10, 5, clock.now_ns())


def test_an_answer_that_never_was_given_loses_nothing(sampling, clock, twin):
    clock.wait_s(1)
    twin.malfunction = replace(twin.malfunction, refuse=ShdlcState.ACCESS)
    with pytest.raises(RefusedError):
        sampling.read_block()
    twin.malfunction = replace(twin.malfunction, refuse=ShdlcState.OK)
    block = sampling.read_block()
    assert (block.lost, len(block.t_ns), block.t_ns[-1]) == (0, 5, clock.now_ns())


@given(garbage=st.binary(max_size=300))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_garbage_is_never_a_sample(laboratory, clock, context, garbage):
    twin = Twin("flow", Twin.Parameters(), laboratory)
    wire = Wire(clock)
    host = PtyHost("flow", twin, wire=wire)
    try:
        driver = Driver("flow", Driver.Settings(port=host.port, timeout_s=patient(0.1)), context)
        driver.start_sampling()
        clock.wait_s(1)
        wire.fail(Altered(lambda _: b"\x7e" + garbage + b"\x7e"))
        with pytest.raises(InstrumentError):
            driver.read_block()
        driver.close()
    finally:
        host.close()


@pytest.mark.parametrize("state", [state for state in ShdlcState if state is not ShdlcState.OK])
def test_each_refusal_says_what_it_means(sampling, twin, state):
    twin.malfunction = replace(twin.malfunction, refuse=state)
    with pytest.raises(RefusedError, match=state.name.lower().replace("_", " ")) as caught:
        sampling.read_block()
    assert (caught.value.code, bool(caught.value.advice)) == (f"0x{state:02x}", True)


def test_a_device_in_error_says_which(sampling, twin, clock):
    clock.wait_s(1)
    twin.malfunction = replace(twin.malfunction, error_flags=0x0000_0040)
    with pytest.raises(RefusedError, match="flags 0x00000040"):
        sampling.read_block()


def test_an_old_error_of_the_device_is_cleared_and_reported_at_opening(open_driver, twin, journal):
    twin.malfunction = replace(twin.malfunction, error_flags=0x0000_0040)
    open_driver()
    assert (journal[0].verb, journal[0].arguments) == ("clear_errors", {"flags": 0x40, "last_error": 0})


def test_a_measurement_left_running_is_ended_before_the_next(open_driver, clock):
    left_running = open_driver()
    left_running.start_sampling()
    left_running._cable._stream.close()  # as when its process is killed
    clock.wait_s(5)
    driver = open_driver()
    driver.start_sampling()
    clock.wait_s(1)
    assert len(driver.read_block().t_ns) == 5


def test_sampling_may_be_stopped_twice(sampling):
    sampling.stop_sampling()
    sampling.stop_sampling()


def test_samples_before_the_start_are_refused(driver):
    with pytest.raises(RefusedError, match="before the measurement was started"):
        driver.read_block()


def test_a_stop_is_reported_with_its_frames(sampling, journal):
    sampling.stop_sampling()
    told = journal[-1]
    assert (told.verb, told.sent, told.received) == (
        "stop_sampling",
        bytes.fromhex("7e 00 34 00 cb 7e"),
        bytes.fromhex("7e 00 34 00 00 cb 7e"),
    )


def test_a_start_is_reported_with_its_frames(sampling, journal):
    told = journal[-1]
    assert (told.verb, told.sent) == ("start_sampling", bytes.fromhex("7e 00 33 04 00 c8 36 08 c2 7e"))


def test_a_wrong_baud_rate_is_silence_with_advice(open_driver):
    with pytest.raises(NoReplyError) as caught:
        open_driver(baud=9600)
    assert "baud rate" in caught.value.advice


def test_a_cable_that_is_unplugged_is_a_lost_connection(laboratory, clock, context):
    twin = Twin("flow", Twin.Parameters(), laboratory)
    host = PtyHost("flow", twin)
    driver = Driver("flow", Driver.Settings(port=host.port, timeout_s=patient(0.1)), context)
    host.close()
    with pytest.raises((ConnectionLostError, NoReplyError)):
        driver.start_sampling()
    driver.close()


def test_the_driver_works_over_tcp_too(twin, serve, context, clock, closing):
    driver = Driver("flow", Driver.Settings(port=serve(twin, tcp=True)), context)
    closing.callback(driver.close)
    driver.start_sampling()
    clock.wait_s(1)
    assert len(driver.read_block().t_ns) == 5


def test_one_seed_gives_identical_samples_however_they_are_read():
    def run(cuts):
        clock = VirtualClock(0)
        host = PtyHost("flow", Twin("flow", Twin.Parameters(), Laboratory(Parameters(), clock, 3)))
        driver = Driver("flow", Driver.Settings(port=host.port), DriverContext(clock, lambda _: None))
        driver.start_sampling()
        flow = []
        for seconds in cuts:
            clock.wait_s(seconds)
            flow.append(driver.read_block().columns["flow"])
        driver.close()
        host.close()
        return np.concatenate(flow).tobytes()

    assert run([30, 30]) == run([7, 13, 40])
