"""The twin in bytes: hand-written frames, any cut, any garbage."""

import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sensirion_shdlc_driver import ShdlcConnection, ShdlcDevice, ShdlcSerialPort
from sensirion_shdlc_driver.command import ShdlcCommand
from sensirion_shdlc_driver.errors import ShdlcCommandParameterError, ShdlcUnknownCommandError

from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke
from instruments.sensirion_scc1 import dialect
from instruments.sensirion_scc1.dialect import CableCommand
from instruments.sensirion_scc1.simulated.lg16 import MODELS, Lg16Sensor
from instruments.sensirion_scc1.twin import Twin
from rig.clock import VirtualClock

START = bytes.fromhex("7e 00 33 04 00 0a 36 08 80 7e")
READ = bytes.fromhex("7e 00 36 01 03 c5 7e")
STOP = bytes.fromhex("7e 00 34 00 cb 7e")
VERSION = bytes.fromhex("7e 00 d1 00 2e 7e")
any_frames = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def ask(twin, command, data=b""):
    """Send one request and return state and data of the reply."""
    content = dialect.unstuff(twin.receive(dialect.request(0, command, data))[1:-1])
    assert dialect.checksum(content[:-1]) == content[-1]
    assert content[3] == len(content) - 5
    return content[2], content[4:-1]


def samples_in(reply):
    return dialect.parse_buffer(reply[1]).raw


def test_the_version_is_answered_byte_for_byte(twin):
    assert twin.receive(VERSION) == bytes.fromhex("7e 00 d1 00 07 01 09 00 01 00 01 00 1b 7e")


def test_start_and_stop_are_answered_byte_for_byte(twin):
    assert (twin.receive(START), twin.receive(STOP)) == (
        bytes.fromhex("7e 00 33 00 00 cc 7e"),
        bytes.fromhex("7e 00 34 00 00 cb 7e"),
    )


def test_a_hundred_samples_a_second_at_10_ms(twin, clock):
    twin.receive(START)
    clock.wait_s(1)
    counts = []
    while not counts or counts[-1]:
        counts.append(len(samples_in(ask(twin, CableCommand.READ_BUFFER, b"\x03"))))
    assert counts == [41, 41, 18, 0]


def test_the_buffer_says_how_many_bytes_remain(twin, clock):
    twin.receive(START)
    clock.wait_s(0.5)
    assert dialect.parse_buffer(ask(twin, CableCommand.READ_BUFFER, b"\x03")[1]).remaining == 9 * 6


def test_a_full_buffer_loses_its_oldest_samples_and_counts_their_bytes(laboratory, clock):
    twin = Twin("flow", Twin.Parameters(buffer_bytes=60), laboratory)
    twin.receive(START)
    clock.wait_s(1)
    first = dialect.parse_buffer(ask(twin, CableCommand.READ_BUFFER, b"\x03")[1])
    assert (first.lost, len(first.raw)) == (90 * 6, 10)


def test_lost_samples_are_told_once(laboratory, clock):
    twin = Twin("flow", Twin.Parameters(buffer_bytes=60), laboratory)
    twin.receive(START)
    clock.wait_s(1)
    ask(twin, CableCommand.READ_BUFFER, b"\x03")
    assert dialect.parse_buffer(ask(twin, CableCommand.READ_BUFFER, b"\x03")[1]).lost == 0


def test_at_rest_the_interval_is_empty_and_so_is_the_buffer(twin):
    assert (ask(twin, CableCommand.START), len(samples_in(ask(twin, CableCommand.READ_BUFFER, b"\x03")))) == (
        (0, b""),
        0,
    )


def test_while_measuring_the_interval_is_told(twin):
    twin.receive(START)
    assert ask(twin, CableCommand.START) == (0, b"\x00\x0a")


def test_the_last_measurement_is_the_newest_of_the_buffer(twin, clock):
    twin.receive(START)
    clock.wait_s(0.2)
    last = struct.unpack(">hhH", ask(twin, CableCommand.LAST_MEASUREMENT, b"\x03")[1])
    assert list(last) == samples_in(ask(twin, CableCommand.READ_BUFFER, b"\x03"))[-1].tolist()


def test_the_totaliser_adds_every_raw_flow(twin, clock, laboratory):
    laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, 1))
    ask(twin, CableCommand.TOTALISER, b"\x01")
    twin.receive(START)
    clock.wait_s(0.4)
    raw = samples_in(ask(twin, CableCommand.READ_BUFFER, b"\x03"))
    assert struct.unpack(">q", ask(twin, CableCommand.TOTALISER_VALUE)[1]) == (int(raw[:, 0].sum(dtype=np.int64)),)


def test_the_totaliser_at_rest_adds_nothing(twin, clock):
    twin.receive(START)
    clock.wait_s(0.4)
    assert ask(twin, CableCommand.TOTALISER_VALUE) == (0, bytes(8))


@pytest.mark.parametrize(
    "command, data, state",
    [
        (0x99, b"", 2),
        (CableCommand.READ_BUFFER, b"", 1),
        (CableCommand.READ_BUFFER, b"\x00", 4),
        (CableCommand.START, b"\x00", 1),
        (CableCommand.START, b"\x00\x0a\x12\x34", 4),
        (CableCommand.SCALE_AND_UNIT, b"\x12\x34", 4),
        (CableCommand.SENSOR_TYPE, b"\x09", 4),
        (CableCommand.TOTALISER, b"\x02", 4),
        (CableCommand.BAUD, struct.pack(">I", 9600), 4),
        (CableCommand.DEVICE_INFO, b"\x09", 4),
    ],
)
def test_what_cannot_be_done_is_answered_with_its_state(twin, command, data, state):
    assert ask(twin, command, data) == (state, b"")


def test_a_second_start_has_no_access(twin):
    twin.receive(START)
    assert ask(twin, CableCommand.START, b"\x00\x0a\x36\x08")[0] == 3


def test_a_wrong_checksum_is_answered_as_such_and_not_obeyed(twin):
    spoilt = bytearray(START)
    spoilt[-2] ^= 1
    reply = twin.receive(bytes(spoilt))
    assert (reply[3], ask(twin, CableCommand.START)) == (5, (0, b""))


def test_the_last_error_is_kept_until_it_is_cleared(twin):
    ask(twin, 0x99)
    assert [ask(twin, CableCommand.ERROR_STATE, b"\x01")[1][-1] for _ in range(2)] == [2, 0]


def test_another_address_is_left_unanswered(twin):
    assert twin.receive(dialect.request(1, CableCommand.VERSION)) == b""


def test_a_new_address_is_heard(twin):
    ask(twin, CableCommand.ADDRESS, b"\x05")
    assert twin.receive(dialect.request(5, CableCommand.VERSION)) != b""


@given(st.lists(st.integers(1, 30), max_size=20))
@any_frames
def test_a_frame_may_come_in_any_pieces(twin, cuts):
    stream = VERSION + READ + VERSION
    pieces, place = [], 0
    for cut in cuts:
        pieces.append(stream[place : place + cut])
        place += cut
    answer = b"".join(twin.receive(piece) for piece in [*pieces, stream[place:]])
    assert answer == twin.receive(VERSION) + twin.receive(READ) + twin.receive(VERSION)


@given(st.binary(max_size=300))
@any_frames
def test_after_any_garbage_the_next_frame_is_answered(twin, garbage):
    twin.receive(garbage)
    # A flag ends whatever the noise was taken for.
    assert twin.receive(b"\x7e" + VERSION).endswith(bytes.fromhex("7e 00 d1 00 07 01 09 00 01 00 01 00 1b 7e"))


def test_endless_noise_is_not_kept(twin):
    for _ in range(100):
        twin.receive(b"\x55" * 1000)
    assert len(twin._pending) <= 1000


def test_half_a_frame_is_forgotten_when_the_client_hangs_up(twin):
    twin.receive(VERSION[:4])
    twin.hung_up()
    assert twin.receive(VERSION[4:]) == b""


def test_the_makers_own_device_class_reads_the_cable(twin, serve, closing):
    port = ShdlcSerialPort(serve(twin), 115_200)
    closing.callback(port.close)
    device = ShdlcDevice(ShdlcConnection(port), slave_address=0)
    told = (device.get_product_name(), str(device.get_version().firmware), device.get_baudrate())
    assert told == ("SCC1-USB", "1.9", 115_200)


@pytest.mark.parametrize(
    "order, error",
    [
        (ShdlcCommand(0x99, b"", 1), ShdlcUnknownCommandError),
        (ShdlcCommand(0x36, b"\x07", 1), ShdlcCommandParameterError),
    ],
)
def test_the_makers_own_device_class_understands_refusals(twin, serve, closing, order, error):
    port = ShdlcSerialPort(serve(twin), 115_200)
    closing.callback(port.close)
    with pytest.raises(error):
        ShdlcDevice(ShdlcConnection(port), slave_address=0).execute(order)


def steady(flow_ul_min, name="LG16-0430", *, gain_percent=0.0, air_c=23.0, n=20_000):
    """Return raw samples of a sensor under a constant flow."""
    laboratory = Laboratory(Parameters(air_temperature_c=air_c, air_temperature_swing_c=0.0), VirtualClock(0), 5)
    laboratory.line.flow_ul_h = lambda t_ns: np.full(len(t_ns), flow_ul_min * 60.0)
    return Lg16Sensor("s", MODELS[name], laboratory, gain_percent=gain_percent).raw(np.arange(n, dtype=np.int64))


@pytest.mark.parametrize(
    "flow_ul_min, sigma_ul_min",
    [(0.0, 0.008), (1.0, 0.008), (10.0, 0.05)],  # the greater of 0.01 % of 80 µL/min and 0.5 % of value
)
def test_noise_follows_the_repeatability_of_the_data_sheet(flow_ul_min, sigma_ul_min):
    spread = steady(flow_ul_min)[:, 0].std() / 240
    assert spread == pytest.approx(np.hypot(sigma_ul_min, 1 / 240 / np.sqrt(12)), rel=0.03)


def test_a_gain_error_is_a_gain_error():
    assert steady(10.0, gain_percent=4.0)[:, 0].mean() / 240 == pytest.approx(10.4, rel=1e-3)


def test_flow_reads_a_tenth_of_a_percent_more_per_kelvin():
    assert steady(10.0, air_c=33.0)[:, 0].mean() / 240 == pytest.approx(10.1, rel=1e-3)


def test_temperature_is_in_two_hundredths_of_a_degree():
    assert steady(0.0)[:, 1].mean() == pytest.approx(23.0 * 200, abs=1)


def test_beyond_full_scale_a_flag_says_so():
    assert set(steady(100.0, n=10)[:, 2].tolist()) == {2}


def test_beyond_its_numbers_the_sensor_says_its_last_one():
    assert set(steady(200.0, n=10)[:, 0].tolist()) == {32767}


def test_the_nl_min_of_the_smallest_sensor_are_the_same_flow():
    assert steady(5.0, "LG16-0150")[:, 0].mean() / 3 == pytest.approx(5000, rel=1e-3)


def test_a_sensors_own_error_scatters_by_a_third_of_its_accuracy():
    # Three standard deviations of the drawn errors are the printed limit of 5 %.
    readings = [steady_of_seed(seed) for seed in range(200)]
    assert np.std(readings) / 10.0 * 100 == pytest.approx(5 / 3, rel=0.15)


def test_no_sensor_is_beyond_its_accuracy():
    # 0.15 % of 80 µL/min is 0.12; the mean of 50 samples scatters by 0.0011.
    assert max(abs(steady_of_seed(seed, flow_ul_h=0.0)) for seed in range(1000)) < 0.12 + 0.005


def steady_of_seed(seed, flow_ul_h=600.0):
    laboratory = Laboratory(Parameters(air_temperature_c=23.0, air_temperature_swing_c=0.0), VirtualClock(0), seed)
    laboratory.line.flow_ul_h = lambda t_ns: np.full(len(t_ns), flow_ul_h)
    return Lg16Sensor("s", MODELS["LG16-0430"], laboratory, gain_percent=None).raw(np.arange(50))[:, 0].mean() / 240
