"""Every fault of a wire, on every medium that knows it, begins and ends as it was scripted."""

import socket

import pytest

from instruments.hosting.fault_keys import CalledParameters, FaultKeys, HostedParameters
from instruments.hosting.faults import (
    Altered,
    Deaf,
    Doubled,
    Garbage,
    Late,
    Silent,
    Truncated,
    Unplugged,
)
from instruments.hosting.host import TwinHost
from instruments.hosting.pty_host import PtyHost
from instruments.hosting.tcp_host import TcpHost
from instruments.hosting.wire import Wire, exchange
from rig.bench_file.reading import load_bench_file
from rig.clock import Deadline
from rig.driving import DriverContext
from rig.errors import BenchFileError, ConnectionFailedError, ConnectionLostError, NoReplyError
from rig.transports import ByteStream

PATIENCE_S = 30.0


class Echo:
    """Answers each piece with itself, and counts what it was told."""

    hosting = "serial"
    port_format = "socket://{host}:{port}"

    def __init__(self):
        self.heard = []

    def receive(self, data):
        self.heard.append(data)
        return data

    def unsolicited(self):
        return b""

    def hung_up(self):
        pass


@pytest.fixture
def echo():
    return Echo()


def answers(wire, twin, *words):
    return [exchange(wire, twin, word) for word in words]


@pytest.mark.parametrize(
    "fault, arrives",
    [
        (Silent(), b""),
        (Deaf(), b""),
        (Late(1.0), b""),
        (Truncated(3), b"abc"),
        (Truncated(0), b""),
        (Doubled(), b"abcdeabcde"),
        (Garbage(b"\x00\xff"), b"\x00\xff"),
        (Unplugged(from_answer=1), b""),
        (Altered(bytes.upper), b"ABCDE"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, bytes) else "",
)
def test_what_arrives_in_place_of_an_answer(wire, echo, fault, arrives):
    wire.fail(fault)
    assert answers(wire, echo, b"abcde") == [arrives]


def test_a_silent_wire_loses_the_answer_and_a_deaf_one_the_command(wire, echo):
    wire.fail(Silent(answers=1), Deaf(from_answer=2, answers=1))
    assert answers(wire, echo, b"1", b"2", b"3") == [b"", b"", b"3"]
    assert echo.heard == [b"1", b"3"]


def test_a_late_answer_comes_before_the_first_that_is_given_when_it_is_due(wire, echo, clock):
    wire.fail(Late(5.0, answers=1))
    assert answers(wire, echo, b"1", b"2") == [b"", b"2"]
    clock.wait_s(5)
    assert answers(wire, echo, b"3", b"4") == [b"13", b"4"]


def test_flipped_bits_are_as_many_as_said_and_the_same_for_the_same_seed(clock, echo):
    def flipped(seed):
        (got,) = answers(Wire(clock, [Garbage(flipped_bits=3, seed=seed)]), echo, b"\x00" * 8)
        return got

    assert sum(byte.bit_count() for byte in flipped(1)) == 3
    assert flipped(1) == flipped(1)
    assert flipped(1) != flipped(2)


def test_noise_is_as_long_as_the_answer_it_replaces(wire, echo):
    wire.fail(Garbage())
    (got,) = answers(wire, echo, b"abcde")
    assert (len(got), got == b"abcde") == (5, False)


def test_a_fault_lies_between_two_moments_of_the_rigs_clock(wire, echo, clock):
    wire.fail(Silent(after_s=3600, for_s=60))
    heard = []
    for wait_s in (0, 3599, 1, 59, 1):
        clock.wait_s(wait_s)
        heard += answers(wire, echo, b"x")
    assert heard == [b"x", b"x", b"", b"", b"x"]


def test_a_fault_meets_as_many_answers_as_said_from_the_nth_on(wire, echo):
    wire.fail(Silent(from_answer=2, answers=2))
    assert answers(wire, echo, b"1", b"2", b"3", b"4") == [b"1", b"", b"", b"4"]


def test_of_two_faults_in_force_the_first_counts(wire, echo):
    wire.fail(Doubled(answers=1), Truncated(0, answers=2))
    assert answers(wire, echo, b"1", b"2", b"3", b"4") == [b"11", b"", b"", b"4"]


@pytest.mark.parametrize("host_kind", [PtyHost, TcpHost])
def test_a_port_that_is_unplugged_dies_and_can_be_opened_again_when_the_fault_is_over(host_kind, echo, clock, closing):
    wire = Wire(clock, [Unplugged(after_s=10, for_s=5)])
    host = host_kind("echo", echo, wire=wire)
    closing.callback(host.close)
    with ByteStream("echo", host.port, timeout_s=PATIENCE_S) as stream:
        assert stream.exchange(b"1\n", b"\n") == b"1\n"
        clock.wait_s(60)
        with pytest.raises(ConnectionLostError):
            stream.exchange(b"2\n", b"\n")
    with plugged_in_again(host) as stream:
        assert stream.exchange(b"3\n", b"\n") == b"3\n"


def plugged_in_again(host):
    """Open a host's port once its own thread has made it anew: a pseudo-terminal comes back under another name."""
    deadline = Deadline(PATIENCE_S)
    while True:
        try:
            return ByteStream("echo", host.port, timeout_s=PATIENCE_S)
        except ConnectionFailedError:
            if deadline.passed():
                raise
            deadline.nap(0.01)


def test_nothing_answers_on_tcp_while_the_plug_is_out(echo, clock, closing):
    host = TcpHost("echo", echo, wire=Wire(clock, [Unplugged()]))
    closing.callback(host.close)
    with socket.create_connection(host.address) as client:
        client.settimeout(PATIENCE_S)
        assert client.recv(1) == b""


# In a bench file -----------------------------------------------------------------------------------------------------

BENCH = """
[bench]
name = "faulty"
kind = "mocked"
clock = "virtual"
epoch = 2026-01-05T08:00:00Z
[dut]
model = "m"
serial = "s"
[safety]
link_watchdog_s = 100
[laboratory]
[instruments.it]
driver = "DRIVER"
calibration = { id = "c", due = 2030-01-01 }
twin = { faults = [FAULTS] }
"""


@pytest.fixture
def bench_file(tmp_path):
    def written(driver, faults):
        path = tmp_path / "bench.toml"
        path.write_text(BENCH.replace("DRIVER", driver).replace("FAULTS", faults), encoding="utf-8")
        return load_bench_file(path)

    return written


def test_a_bench_file_scripts_a_silence_in_time(bench_file, clock, closing):
    file = bench_file("scpi_meter", '{ kind = "silent", after_s = 3600, for_s = 60 }')
    host = TwinHost(file, clock, 1)
    closing.callback(host.close)
    (entry,) = file.instruments
    settings = entry.settings.model_copy(update={"port": host.ports["it"], "timeout_s": 0.2})
    driver = entry.driver("it", settings, DriverContext(clock, print))
    closing.callback(driver.close)
    driver.measure_voltage_v()
    clock.wait_s(3600)
    with pytest.raises(NoReplyError):
        driver.measure_voltage_v()
    clock.wait_s(60)
    driver.measure_voltage_v()


def test_a_bench_file_unplugs_a_device_server(bench_file, clock, closing):
    file = bench_file("ni_daq", '{ kind = "unplugged", after_s = 10, for_s = 10 }')
    host = TwinHost(file, clock, 1)
    closing.callback(host.close)
    (entry,) = file.instruments
    driver = entry.driver(
        "it", entry.settings.model_copy(update={"port": host.ports["it"]}), DriverContext(clock, print)
    )
    closing.callback(driver.close)
    clock.wait_s(10)
    with pytest.raises(ConnectionLostError):
        driver.count_edges()
    clock.wait_s(10)
    assert driver.count_edges() == 0


@pytest.mark.parametrize(
    "driver, faults, said",
    [
        ("ni_daq", '{ kind = "doubled" }', "doubled cannot happen here: gRPC delivers an answer whole and once"),
        ("scpi_meter", '{ kind = "silence" }', "instruments.it.twin.faults.0.kind: found 'silence'"),
        ("scpi_meter", '{ kind = "silent", by_s = 1 }', "by_s is for kind = 'late' alone"),
        ("scpi_meter", '{ kind = "late" }', "kind = 'late' needs by_s"),
        ("scpi_meter", '{ kind = "truncated" }', "kind = 'truncated' needs after_bytes"),
        ("scpi_meter", '{ kind = "unplugged", answers = 2 }', "end it with for_s"),
        ("scpi_meter", '{ kind = "silent", after = 2 }', "did you mean 'after_s'?"),
    ],
)
def test_a_fault_that_cannot_be_is_a_mistake_of_the_bench_file(bench_file, driver, faults, said):
    with pytest.raises(BenchFileError) as caught:
        bench_file(driver, faults)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "keys, fault",
    [
        ({"kind": "silent", "after_s": 1, "for_s": 2}, Silent(after_s=1, for_s=2)),
        ({"kind": "deaf", "from_answer": 3, "answers": 4}, Deaf(from_answer=3, answers=4)),
        ({"kind": "late", "by_s": 0.5}, Late(0.5)),
        ({"kind": "truncated", "after_bytes": 2}, Truncated(2)),
        ({"kind": "doubled"}, Doubled()),
        ({"kind": "garbage", "given": "00 ff"}, Garbage(b"\x00\xff")),
        ({"kind": "garbage", "flipped_bits": 2, "seed": 7}, Garbage(flipped_bits=2, seed=7)),
        ({"kind": "unplugged", "for_s": 5}, Unplugged(for_s=5)),
    ],
)
def test_keys_of_a_bench_file_mean_a_fault(keys, fault):
    assert FaultKeys(**keys).fault() == fault


def test_both_kinds_of_twins_have_the_same_key_for_their_wires():
    assert HostedParameters().faults == CalledParameters().faults == ()
