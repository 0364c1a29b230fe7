"""The driver over a real port, against the twin and against recorded bytes."""

import socket

import numpy as np
import pytest

from instruments.hosting.faults import Deaf, Garbage, Late, Silent, Truncated
from instruments.hosting.pty_host import PtyHost
from instruments.hosting.tcp_host import TcpHost
from instruments.mettler_mt_sics.dialect import REFUSALS
from instruments.mettler_mt_sics.driver import Driver
from instruments.mettler_mt_sics.twin import BalanceMalfunction, Twin
from instruments.plant.laboratory import Laboratory, Parameters
from rig.capabilities import Balance, Identity
from rig.clock import Deadline, VirtualClock
from rig.driving import DriverContext, patience_of
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    RefusedError,
)
from rig.samples import Sampled
from tests.patience import patient

MEETING = {
    b"@": b'I4 A "B1"\r\n',
    b"I2": b'I2 A "XP205 220.0 g"\r\n',
    b"I3": b'I3 A "1.0"\r\n',
    b"I4": b'I4 A "B1"\r\n',
}


class Recorded:
    """Answers each command with recorded bytes; a list is answered item by item, the last one for ever."""

    hosting = "serial"
    port_format = "socket://{host}:{port}"
    baud = 9600

    def __init__(self, answers):
        self.answers = {command: list(a) if isinstance(a, list) else [a] for command, a in answers.items()}
        self.heard = []

    def receive(self, data):
        commands = data.split(b"\r\n")[:-1]
        self.heard += commands
        return b"".join(self._next(command) for command in commands)

    def _next(self, command):
        answers = self.answers[command]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def unsolicited(self):
        return b""

    def hung_up(self):
        pass


@pytest.fixture
def twin(laboratory):
    return Twin("balance", Twin.Parameters(), laboratory)


@pytest.fixture
def open_driver(context, closing):
    def connect(port, **settings):
        driver = Driver("balance", Driver.Settings(port=port, **{"timeout_s": patient(0.1), **settings}), context)
        closing.callback(driver.close)
        return driver

    return connect


@pytest.fixture
def balance(twin, serve, open_driver):
    return open_driver(serve(twin))


@pytest.fixture
def recorded(serve, open_driver):
    def connect(answers, **settings):
        played = Recorded({**MEETING, **answers})
        return open_driver(serve(played), **settings), played

    return connect


def test_it_is_a_sampled_balance(balance):
    assert isinstance(balance, Balance)
    assert isinstance(balance, Sampled)


def test_it_says_who_the_balance_is(balance):
    assert balance.identify() == Identity("Mettler-Toledo", "XSR225DU", "B000000001", "1.0 1.0.0")


def test_it_weighs_the_beaker(balance, clock):
    reading = balance.read_mass()
    assert reading.mass_mg == pytest.approx(30_000.0, abs=0.5)
    assert (reading.t_ns, reading.stable) == (clock.now_ns(), True)


def test_it_weighs_over_tcp_as_over_a_terminal(twin, serve, open_driver):
    assert open_driver(serve(twin, tcp=True)).read_mass().mass_mg == pytest.approx(30_000.0, abs=0.5)


def test_block_holds_one_sample_of_every_channel(balance, clock):
    balance.start_sampling()
    block = balance.read_block()
    balance.stop_sampling()
    assert block.t_ns.dtype == np.int64
    assert list(block.t_ns) == [clock.now_ns()]
    assert {name: (column.dtype, column.shape) for name, column in block.columns.items()} == {
        channel.name: (np.dtype(float), (1,)) for channel in balance.channels
    }


def test_tare_sets_the_mass_to_nothing_and_is_reported(balance, journal):
    balance.tare()
    assert balance.read_mass().mass_mg == pytest.approx(0.0, abs=0.2)
    (exchange,) = journal
    assert (exchange.verb, exchange.sent, exchange.received[:4], exchange.result) == ("tare", b"TI\r\n", b"TI S", "ok")


def test_zero_sets_the_mass_to_nothing_and_is_reported(balance, journal):
    balance.zero()
    assert balance.read_mass().mass_mg == pytest.approx(0.0, abs=0.2)
    assert [(exchange.verb, exchange.received) for exchange in journal] == [("zero", b"ZI S\r\n")]


def test_refused_tare_is_reported_with_its_code(balance, twin, journal):
    twin.malfunction = BalanceMalfunction(busy=True)
    with pytest.raises(RefusedError, match="busy"):
        balance.tare()
    assert journal[0].result == f"RefusedError: {REFUSALS['I']}"


def test_tare_that_nobody_answers_is_reported_with_what_was_sent(twin, serve, open_driver, wire, journal):
    balance = open_driver(serve(twin), action_timeout_s=0.3)
    wire.fail(Truncated(3))
    with pytest.raises(NoReplyError):
        balance.tare()
    (told,) = journal
    assert (told.verb, told.sent, told.received, told.result[:12]) == ("tare", b"TI\r\n", b"TI ", "NoReplyError")


def test_reading_is_not_reported_as_a_change(balance, journal):
    balance.read_mass()
    assert journal == []


def test_stream_that_was_left_running_is_ended(twin, serve, open_driver, clock):
    twin.receive(b"SIR\r\n")
    clock.wait_s(5)
    assert open_driver(serve(twin)).read_mass().mass_mg == pytest.approx(30_000.0, abs=0.5)


def test_close_is_repeatable(balance):
    balance.close()
    balance.close()


def test_same_seed_same_blocks(serve, closing):
    def blocks():
        clock = VirtualClock(10**18)
        twin = Twin("balance", Twin.Parameters(), Laboratory(Parameters(), clock, seed=11))
        driver = Driver("balance", Driver.Settings(port=serve(twin)), DriverContext(clock, lambda _: None))
        closing.callback(driver.close)
        found = []
        for _ in range(60):
            clock.wait_s(60)
            block = driver.read_block()
            found.append((block.t_ns.tobytes(), {name: c.tobytes() for name, c in block.columns.items()}))
        return found

    assert blocks() == blocks()


# What goes wrong -----------------------------------------------------------------------------------------------------

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
    driver, _ = recorded({b"SI": [b"S S    30.0001 g\r\n", b"S S    0.0001 g\r\n"]})
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
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionFailedError, match="cannot be opened"):
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
            Deadline(0.6).nap(0.6)
            return super().receive(data)

    port = serve(Starved("balance", Twin.Parameters(), laboratory))
    patient = DriverContext(clock, lambda _: None, patience_of(clock))
    balance = Driver("balance", Driver.Settings(port=port, timeout_s=0.3), patient)
    closing.callback(balance.close)
    assert balance.read_mass().mass_mg == pytest.approx(30_000.0, abs=0.5)
