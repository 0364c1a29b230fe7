"""The driver against the twin over a real pseudo-terminal."""

import pytest

from instruments.intrathecal_pump.frames import decode_frame
from instruments.intrathecal_pump.messages import SetWatchdog
from rig.capabilities import Identity, Pump, PumpLimits, PumpState
from rig.clock import WallClock
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    InstrumentError,
    NoReplyError,
    OutOfRangeError,
    RefusedError,
)
from rig.samples import Sampled


def test_it_can_do_what_a_pump_and_a_sampled_instrument_can(driver):
    assert isinstance(driver, Pump)
    assert isinstance(driver, Sampled)


def test_it_tells_who_the_pump_is(driver):
    assert driver.identify() == Identity("PUMP-RIG", "ITP-1", "SIM-0001", "1.0.0")


def test_it_takes_its_limits_from_the_pump(driver):
    assert driver.limits == PumpLimits(2.0, 1000.0, 0.001, 5.0, 500.0, 0.1)


@pytest.mark.parametrize("rate_ul_h", [2.0, 12.5, 41.7, 999.999, 1000.0])
def test_an_infusion_runs_at_the_rate(driver, rate_ul_h):
    driver.run_continuous(rate_ul_h=rate_ul_h)
    status = driver.status()
    assert (status.state, status.rate_ul_h) == (PumpState.INFUSING, rate_ul_h)


def test_a_day_of_infusion_delivers_a_day_of_volume(ward, driver):
    driver.set_link_watchdog(seconds=600)
    driver.run_continuous(rate_ul_h=41.7)
    for _ in range(24 * 12):
        ward.clock.wait_s(300)
        driver.read_block()
    assert ward.delivered_ul() == pytest.approx(41.7 * 24, abs=0.5 + 4 * 0.0025 * 2000**0.5)


def test_a_bolus_is_given_on_top_and_the_infusion_resumes(ward, driver):
    driver.run_continuous(rate_ul_h=12.5)
    driver.give_bolus(volume_ul=5.0)
    during = driver.status()
    ward.clock.wait_s(31)
    after = driver.status()
    assert (during.state, during.rate_ul_h) == (PumpState.BOLUS, 612.5)
    assert (after.state, after.rate_ul_h) == (PumpState.INFUSING, 12.5)


@pytest.mark.parametrize("volume_ul", [5.0, 500.0])
def test_a_bolus_on_a_stopped_pump_delivers_its_volume_and_nothing_more(build_ward, volume_ul):
    ward = build_ward(stroke_variation_percent=0)
    driver = ward.open()
    driver.set_link_watchdog(seconds=600)
    driver.give_bolus(volume_ul=volume_ul)
    for _ in range(12):
        ward.clock.wait_s(300)
        driver.read_block()
    assert (driver.status().state, ward.delivered_ul()) == (PumpState.STOPPED, pytest.approx(volume_ul))


def test_stop_is_stopped_from_every_state_and_may_be_repeated(ward, driver):
    states = []
    for begin in (lambda: None, lambda: driver.run_continuous(rate_ul_h=2.0), lambda: driver.give_bolus(volume_ul=5.0)):
        begin()
        driver.stop()
        driver.stop()
        states.append(driver.status().state)
    driver.run_continuous(rate_ul_h=2.0)
    ward.clock.wait_s(3600)
    states.append(driver.status().state)
    driver.stop()
    states.append(driver.status().state)
    assert states == ["stopped", "stopped", "stopped", "alarm", "stopped"]


@pytest.mark.parametrize("rate_ul_h", [0.0, -2.0, 1.999, 1000.001, 2.0005, float("nan"), float("inf"), 1e300])
def test_a_rate_that_the_pump_cannot_be_set_to_is_refused_before_anything_is_sent(ward, driver, rate_ul_h):
    ward.unplug()  # whoever sends now finds the port dead
    with pytest.raises(OutOfRangeError, match=r"pump .*rate.*refused before anything was sent(.|\n)*2 to 1000 µL/h"):
        driver.run_continuous(rate_ul_h=rate_ul_h)


@pytest.mark.parametrize("volume_ul", [0.0, -5.0, 4.9, 500.1, 5.05, float("nan"), float("inf")])
def test_a_bolus_that_the_pump_cannot_be_set_to_is_refused_before_anything_is_sent(ward, driver, volume_ul):
    ward.unplug()
    with pytest.raises(OutOfRangeError, match=r"bolus.*refused before anything was sent(.|\n)*5 to 500 µL"):
        driver.give_bolus(volume_ul=volume_ul)


@pytest.mark.parametrize("seconds", [0.0, -1.0, 0.099, 172_800.1, 1.0005, float("nan"), float("inf")])
def test_a_watchdog_beyond_its_range_is_refused_before_anything_is_sent(ward, driver, seconds):
    ward.unplug()
    with pytest.raises(OutOfRangeError, match=r"watchdog is 0\.1 to 172800 s"):
        driver.set_link_watchdog(seconds=seconds)


def test_a_watchdog_of_hours_is_for_the_virtual_clock_alone(ward):
    """Before a real pump a rig that is gone must be noticed soon: the same order is refused, and nothing is sent."""
    driver = ward.open(clock=WallClock())
    ward.unplug()
    with pytest.raises(OutOfRangeError, match=r"watchdog is 0\.1 to 600 s"):
        driver.set_link_watchdog(seconds=3600)


def test_a_pump_hears_nobody_for_hours_and_delivers_on_when_it_was_told_to(ward, driver):
    driver.set_link_watchdog(seconds=172_800)
    driver.run_continuous(rate_ul_h=10.0)
    ward.clock.wait_s(47 * 3600)
    assert (driver.status().state, driver.status().delivered_ul) == (PumpState.INFUSING, 470.0)


def test_a_bolus_beside_too_fast_an_infusion_is_refused(ward):
    driver = ward.open(bolus_rate_ul_h=1600.0)
    driver.run_continuous(rate_ul_h=2.0)
    with pytest.raises(OutOfRangeError, match="1602 µL/h"):
        driver.give_bolus(volume_ul=5.0)


def test_a_bolus_rate_in_the_bench_file_that_the_pump_cannot_deliver_is_refused_at_open(ward):
    with pytest.raises(OutOfRangeError, match=r"bolus_rate_ul_h in the bench file.*1600\.001"):
        ward.open(bolus_rate_ul_h=1600.001)


def test_a_refusal_by_the_pump_carries_its_reason_and_advice(driver):
    driver.give_bolus(volume_ul=500.0)
    with pytest.raises(RefusedError, match="wait for the end of the bolus") as caught:
        driver.give_bolus(volume_ul=5.0)
    assert caught.value.code == "BOLUS_RUNNING"


def test_the_link_watchdog_stops_the_pump_when_the_rig_is_silent(ward, driver):
    driver.set_link_watchdog(seconds=0.5)
    driver.run_continuous(rate_ul_h=1000.0)
    ward.clock.wait_s(60)
    status = driver.status()
    assert (status.state, status.alarms, status.delivered_ul) == (PumpState.ALARM, ("link_lost",), 0.0)


def test_the_log_comes_whole_over_many_frames(driver):
    for _ in range(20):
        driver.run_continuous(rate_ul_h=2.0)
        driver.stop()
    log = driver.read_log()
    assert [entry.number for entry in log] == list(range(41))
    assert [entry.event for entry in log] == ["power_on"] + ["infusion_started", "stopped"] * 20


def test_the_log_is_read_from_an_entry_on(driver):
    driver.run_continuous(rate_ul_h=2.0)
    assert [entry.event for entry in driver.read_log(first=1)] == ["infusion_started"]


@pytest.mark.parametrize("first", [1, 1000])
def test_there_is_no_log_beyond_its_end(driver, first):
    assert driver.read_log(first=first) == ()


def test_the_log_starts_with_the_oldest_entry_still_kept(ward, driver):
    ward.laboratory.advance()
    for n in range(4100):
        ward.twin.firmware.handle(SetWatchdog(60_000 + n), ward.clock.now_ns())
    log = driver.read_log()
    assert (log[0].number, log[-1].number, len(log)) == (5, 4100, 4096)


def test_one_reading_is_one_sample_stamped_with_the_rigs_clock(build_ward):
    ward = build_ward(clock_drift_ppm=50.0)
    driver = ward.open()
    driver.set_link_watchdog(seconds=600)
    driver.run_continuous(rate_ul_h=1000.0)
    ward.clock.wait_s(540)
    block = driver.read_block()
    values = {name: column.tolist() for name, column in block.columns.items()}
    assert block.t_ns.tolist() == [ward.clock.now_ns()]
    assert values == {
        "delivered": [150.0],
        "rate": [1000.0],
        "reservoir": [119_850.0],
        "battery": [3.0],
        "state": [1.0],
        "alarms": [0.0],
        "boluses": [0.0],
        "clock_offset": [0.027],  # 50 ppm of 540 s
    }


def test_the_columns_of_a_block_are_the_channels(driver):
    assert tuple(driver.read_block().columns) == tuple(channel.name for channel in driver.channels)


def test_the_pumps_clock_is_set_and_read(ward, driver):
    driver.set_clock(t_ns=ward.clock.now_ns() + 60_000_000_000)
    assert driver.read_clock_ns() - ward.clock.now_ns() == 60_000_000_000


def test_closing_may_be_repeated_and_stops_nothing(ward, driver):
    driver.run_continuous(rate_ul_h=2.0)
    driver.close()
    driver.close()
    assert ward.open().status().state == PumpState.INFUSING


def test_commands_are_journalled_with_their_bytes_and_questions_are_not(ward, driver):
    driver.status()
    driver.read_block()
    driver.run_continuous(rate_ul_h=41.7)
    (entry,) = ward.journal
    assert (entry.instrument, entry.verb, entry.arguments, entry.result) == (
        "pump",
        "run_continuous",
        {"rate_ul_h": 41.7},
        "ok",
    )
    # Stage, read back, commit, status: four frames each way, the numbers 0 to 3 being used up.
    assert entry.sent.startswith(bytes.fromhex("00 05 01 04 10 01 01 05 a2 e4"))
    assert (entry.sent.count(0), entry.received.count(0)) == (8, 8)


def test_a_command_that_fails_is_journalled_with_its_failure(ward, driver):
    driver.give_bolus(volume_ul=500.0)
    with pytest.raises(RefusedError):
        driver.give_bolus(volume_ul=5.0)
    assert ward.journal[-1].result == "RefusedError: COMMIT was refused: BOLUS_RUNNING"


@pytest.mark.parametrize("setting, value", [("model", "OTHER-2"), ("serial", "SIM-0002")])
def test_another_pump_than_the_bench_file_names_is_not_opened(ward, setting, value):
    with pytest.raises(ConnectionFailedError, match=f"ITP-1.*SIM-0001.*{value}"):
        ward.open(**{setting: value})


def test_the_pump_that_the_bench_file_names_is_opened(ward):
    assert ward.open(serial="SIM-0001").identify().serial == "SIM-0001"


def test_a_wrong_baud_rate_is_no_reply(ward):
    with pytest.raises(NoReplyError, match="baud rate"):
        ward.open(baud=9600, timeout_s=0.05)


def test_a_port_that_is_not_there_is_a_failed_connection(ward):
    with pytest.raises(ConnectionFailedError, match="cannot be opened"):
        ward.open(port="/dev/no-such-port")


def test_a_cable_pulled_out_is_a_lost_connection(ward, driver):
    ward.unplug()
    with pytest.raises(ConnectionLostError, match="the port died"):
        driver.status()


def test_a_failed_open_leaves_the_port_free(ward):
    with pytest.raises(InstrumentError):
        ward.open(model="OTHER-2")
    assert ward.open().identify().model == "ITP-1"


def test_sequence_numbers_go_round_without_zero(ward, driver):
    heard = []
    receive = ward.twin.receive
    ward.twin.receive = lambda data: heard.append(data) or receive(data)
    for _ in range(300):
        driver.status()
    numbers = [decode_frame(chunk).sequence for chunk in b"".join(heard).split(b"\0") if chunk]
    assert numbers == [*range(2, 256), *range(1, 47)]
