"""The driver over a real port that misbehaves: typed errors with the bytes and advice, never a wrong mass."""

import pytest

from instruments.hosting.faults import Deaf, Garbage, Late, Silent, Truncated
from instruments.hosting.pty_host import PtyHost
from instruments.hosting.tcp_host import TcpHost
from instruments.mettler_mt_sics.driver import Driver
from instruments.mettler_mt_sics.twin import BalanceMalfunction, Twin
from rig.clock import Deadline
from rig.driving import DriverContext, patience_of
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    RefusedError,
)
from tests.ports import nobody_listens

FAULTS = {
    "silent": (Silent(), NoReplyError),
    "deaf": (Deaf(), NoReplyError),
    "truncated": (Truncated(10), NoReplyError),
    "late": (Late(5.0), NoReplyError),
    "garbage": (Garbage(), NoReplyError),
    "flipped bits": (Garbage(flipped_bits=4), GarbledReplyError),
    "busy": (BalanceMalfunction(busy=True), RefusedError),
    "overloaded": (BalanceMalfunction(overloaded=True), RefusedError),
    "underloaded": (BalanceMalfunction(underloaded=True), RefusedError),
    "not a number": (BalanceMalfunction(value="NaN"), GarbledReplyError),
    "infinite": (BalanceMalfunction(value="inf"), GarbledReplyError),
    "exponent": (BalanceMalfunction(value="3E1"), GarbledReplyError),
    "beyond capacity": (BalanceMalfunction(value="99999.9"), GarbledReplyError),
    "empty": (BalanceMalfunction(value=" "), GarbledReplyError),
    "carat": (BalanceMalfunction(unit="ct"), GarbledReplyError),
    "ounce": (BalanceMalfunction(unit="oz"), GarbledReplyError),
    "no unit": (BalanceMalfunction(unit=" "), GarbledReplyError),
}


@pytest.mark.parametrize("faults, error", FAULTS.values(), ids=FAULTS)
def test_fault_is_an_error_with_bytes_and_advice(balance, twin, strike, faults, error):
    strike(twin, faults)
    with pytest.raises(error) as caught:
        balance.read_mass()
    assert caught.value.instrument == "balance"
    assert caught.value.sent == b"SI\r\n"
    assert caught.value.advice


@pytest.mark.parametrize("faults", [fault for fault, _ in FAULTS.values()], ids=FAULTS)
def test_it_reads_right_again_once_the_fault_is_over(balance, twin, strike, faults):
    strike(twin, faults)
    with pytest.raises(InstrumentError):
        balance.read_mass()
    strike(twin)
    assert balance.read_mass().mass_mg == pytest.approx(30_000.0, abs=0.5)


def test_late_reply_is_never_taken_for_the_next_one(recorded, clock):
    driver, _ = recorded({b"SI": [b"", b"S S     2.0000 g\r\n"], b"I4": b'S S     1.0000 g\r\nI4 A "B1"\r\n'})
    with pytest.raises(NoReplyError):
        driver.read_mass()
    assert driver.read_mass().mass_mg == 2000.0


def test_doubled_reply_is_never_taken_for_the_next_one(recorded):
    driver, _ = recorded({b"SI": [b"S S     1.0000 g\r\nS S     1.0000 g\r\n", b"S S     2.0000 g\r\n"]})
    driver.read_mass()
    assert driver.read_mass().mass_mg == 2000.0


def test_weight_with_a_lost_digit_is_refused(recorded):
    driver, _ = recorded({b"SI": [b"S S    30.0001 g\r\n"] * 2 + [b"S S    0.0001 g\r\n"]})
    driver.read_mass()
    with pytest.raises(GarbledReplyError, match="9 characters wide"):
        driver.read_mass()


@pytest.mark.parametrize("answer", [b"ES\r\n", b"OK\r\n", b"\x02\x0800S\x03\r\n", b"*IDN?\r\n", b"I4 I\r\n"])
def test_something_else_on_the_port_is_no_balance(recorded, answer):
    with pytest.raises((ConnectionFailedError, NoReplyError)):
        recorded({b"@": answer})


def test_other_balance_than_the_bench_file_demands_is_refused(twin, serve, open_driver):
    with pytest.raises(ConnectionFailedError, match="is 'B000000001', the bench file demands 'B7'"):
        open_driver(serve(twin), serial="B7")


def test_wrong_baud_rate_is_silence_with_advice(twin, serve, open_driver):
    with pytest.raises(NoReplyError, match="baud rate"):
        open_driver(serve(twin), baud=19_200)


def test_port_that_is_not_there(open_driver, tmp_path):
    with pytest.raises(ConnectionFailedError, match="cannot be opened"):
        open_driver(str(tmp_path / "ttyUSB9"))


def test_nothing_listening(open_driver):
    with nobody_listens() as port, pytest.raises(ConnectionFailedError, match="cannot be opened"):
        open_driver(f"socket://127.0.0.1:{port}")


@pytest.mark.parametrize("host_kind", [PtyHost, TcpHost])
def test_balance_that_is_unplugged_in_use(twin, host_kind, open_driver):
    host = host_kind("balance", twin)
    driver = open_driver(host.port)
    host.close()
    with pytest.raises(ConnectionLostError):
        driver.read_mass()


@pytest.mark.parametrize(
    "line", [b"S S     30.\xb0000 g\r\n", b"\x00\xff\r\n", b"\r\n", b"S S\r\n", b"S S   30.0000 g\n\r\n"]
)
def test_garbage_with_an_end_is_garbled(recorded, line):
    driver, _ = recorded({b"SI": line})
    with pytest.raises(GarbledReplyError) as caught:
        driver.read_mass()
    assert caught.value.received == line


def test_failed_opening_leaves_the_port_free(twin, serve, open_driver):
    port = serve(twin)
    with pytest.raises(ConnectionFailedError):
        open_driver(port, serial="B7")
    assert open_driver(port).read_mass().mass_mg == pytest.approx(30_000.0, abs=0.5)


def test_a_twin_that_a_busy_machine_starves_answers_in_time_on_the_virtual_clock(laboratory, serve, clock, closing):
    class Starved(Twin):
        def receive(self, data):
            if data == b"SI\r\n":
                Deadline(0.6).nap(0.6)
            return super().receive(data)

    port = serve(Starved("balance", Twin.Parameters(), laboratory))
    patient = DriverContext(clock, lambda _: None, patience_of(clock))
    balance = Driver("balance", Driver.Settings(port=port, timeout_s=0.3), patient)
    closing.callback(balance.close)
    assert balance.read_mass().mass_mg == pytest.approx(30_000.0, abs=0.5)
