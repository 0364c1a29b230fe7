"""The simulated balance as another client sees it: bytes in, bytes out."""

import re
import socket

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from instruments.mettler_mt_sics.twin import BalanceMalfunction, Twin
from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke
from rig.clock import VirtualClock, WallClock
from tests.patience import patient

WEIGHT = re.compile(rb"S [SD] [ -]{1,10}\d+\.\d{5} g\r\n")
QUIET = {"noise_mg": 0.0, "wander_mg": 0.0, "drift_mg_h": 0.0, "sensitivity_ppm": 0.0, "temperature_ppm_k": 0.0}


@pytest.fixture
def still(clock):
    return Laboratory(Parameters(evaporation_mg_h=0.0, capillary_mg=0.0, air_temperature_swing_c=0.0), clock, seed=7)


@pytest.fixture
def twin(still):
    return Twin("balance", Twin.Parameters(**QUIET), still)


def drop(laboratory, clock):
    clock.wait_s(10)
    laboratory.advance()
    laboratory.line.stroke(Stroke(clock.now_ns(), 20.0, 0))
    clock.wait_s(0.5)


@pytest.mark.parametrize(
    "command, answer",
    [
        (b"SI", b"S S   30.00000 g\r\n"),
        (b"S", b"S S   30.00000 g\r\n"),
        (b"I1", b'I1 A "01" "2.30" "2.20" "" ""\r\n'),
        (b"I2", b'I2 A "XSR225DU 220.00000 g"\r\n'),
        (b"I3", b'I3 A "1.0 1.0.0"\r\n'),
        (b"I4", b'I4 A "B000000001"\r\n'),
        (b"@", b'I4 A "B000000001"\r\n'),
        (b"I10", b'I10 A ""\r\n'),
        (b'I10 "bench 1"', b"I10 A\r\n"),
        (b"I10 bench", b"I10 L\r\n"),
        (b"I11", b'I11 A "XSR225DU"\r\n'),
        (b"T", b"T S   30.00000 g\r\n"),
        (b"TI", b"TI S   30.00000 g\r\n"),
        (b"TA", b"TA A    0.00000 g\r\n"),
        (b"TA 12.5 g", b"TA A   12.50000 g\r\n"),
        (b"TA 12.5 oz", b"TA L\r\n"),
        (b"TA -1 g", b"TA L\r\n"),
        (b"TAC", b"TAC A\r\n"),
        (b"Z", b"Z A\r\n"),
        (b"ZI", b"ZI S\r\n"),
        (b"si", b"ES\r\n"),
        (b"SIX", b"ES\r\n"),
        (b"S\xc9", b"ET\r\n"),
        (b"", b""),
    ],
)
def test_each_command_answers_as_in_the_manual(twin, command, answer):
    assert twin.receive(command + b"\r\n") == answer


def test_every_command_that_i0_lists_is_known(twin):
    listed = re.findall(rb'I0 [AB] \d "([^"]+)"\r\n', twin.receive(b"I0\r\n"))
    assert len(listed) == 23
    assert b"ES\r\n" not in [twin.receive(command + b"\r\n") for command in listed]


def test_commands_may_come_in_any_cut(twin):
    answers = [twin.receive(bytes([byte])) for byte in b"SI\r\nI4\r\n"]
    assert b"".join(answers) == b'S S   30.00000 g\r\nI4 A "B000000001"\r\n'


def test_half_a_command_is_forgotten_when_the_client_goes(twin):
    twin.receive(b"garb")
    twin.hung_up()
    assert twin.receive(b"SI\r\n") == b"S S   30.00000 g\r\n"


def test_tare_is_subtracted_until_it_is_cleared(twin):
    twin.receive(b"TI\r\n")
    assert twin.receive(b"SI\r\n") == b"S S    0.00000 g\r\n"
    assert twin.receive(b"TA\r\n") == b"TA A   30.00000 g\r\n"
    twin.receive(b"TAC\r\n")
    assert twin.receive(b"SI\r\n") == b"S S   30.00000 g\r\n"


def test_preset_tare_gives_negative_weights(twin):
    twin.receive(b"TA 40 g\r\n")
    assert twin.receive(b"SI\r\n") == b"S S  -10.00000 g\r\n"


def test_zero_clears_the_tare(twin):
    twin.receive(b"TA 40 g\r\n")
    twin.receive(b"ZI\r\n")
    assert twin.receive(b"SI\r\nTA\r\n") == b"S S    0.00000 g\r\nTA A    0.00000 g\r\n"


def test_cancel_clears_the_tare_and_keeps_the_zero(twin):
    twin.receive(b"ZI\r\n")
    twin.receive(b"TA 1 g\r\n")
    twin.receive(b"@\r\n")
    assert twin.receive(b"SI\r\n") == b"S S    0.00000 g\r\n"


def test_zero_beyond_the_zero_range_is_refused(still):
    twin = Twin("balance", Twin.Parameters(**QUIET, zero_range_percent=2.0), still)
    assert twin.receive(b"ZI\r\nZ\r\n") == b"ZI +\r\nZ +\r\n"


def test_too_heavy_a_beaker_is_overload(still):
    twin = Twin("balance", Twin.Parameters(**QUIET, capacity_mg=20_000.0), still)
    assert twin.receive(b"SI\r\nTI\r\nZI\r\n") == b"S +\r\nTI +\r\nZI +\r\n"


def test_readability_rounds(still):
    twin = Twin("balance", Twin.Parameters(**QUIET | {"sensitivity_ppm": 2.0}, readability_mg=0.1), still)
    assert twin.receive(b"SI\r\n") == b"S S    30.0001 g\r\n"


def test_stable_weight_waits_for_the_pan_to_rest(twin, still, clock):
    drop(still, clock)
    assert twin.receive(b"S\r\n") == b""
    assert twin.unsolicited() == b""
    clock.wait_s(30)
    assert twin.unsolicited().startswith(b"S S ")
    assert twin.unsolicited() == b""


def test_stable_weight_is_given_up_when_the_pan_never_rests(twin, clock):
    twin.malfunction = BalanceMalfunction(busy=True)
    assert twin.receive(b"S\r\n") == b""
    clock.wait_s(39)
    assert twin.unsolicited() == b""
    clock.wait_s(1)
    assert twin.unsolicited() == b"S I\r\n"


def test_repetition_is_23_readings_a_second_in_bursts(twin, clock):
    assert twin.receive(b"SIR\r\n") == b""
    bursts = []
    for _ in range(91):
        clock.wait_s(0.11)
        bursts.append(len(WEIGHT.findall(twin.unsolicited())))
    assert set(bursts) == {2, 3}
    assert sum(bursts) == pytest.approx(23 * 91 * 0.11, abs=1)


def test_repetition_between_bursts_is_silent(twin, clock):
    twin.receive(b"SIR\r\n")
    clock.wait_s(0.109)
    assert twin.unsolicited() == b""


@pytest.mark.parametrize("command", [b"@", b"SI", b"S"])
def test_repetition_ends_on(twin, clock, command):
    twin.receive(b"SIR\r\n")
    twin.receive(command + b"\r\n")
    clock.wait_s(1)
    assert twin.unsolicited() == b""


def test_questions_do_not_end_a_repetition(twin, clock):
    twin.receive(b"SIR\r\n")
    twin.receive(b"I4\r\n")
    clock.wait_s(1)
    assert twin.unsolicited() != b""


def test_repetition_that_nobody_reads_keeps_about_a_second(twin, clock):
    twin.receive(b"SIR\r\n")
    clock.wait_s(86_400)
    assert len(WEIGHT.findall(twin.unsolicited())) == 25


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=200), max_size=5))
@example([b"C3\r\n"])
def test_garbage_never_confuses_it_for_good(noise):
    laboratory = Laboratory(Parameters(), VirtualClock(0), seed=1)
    twin = Twin("balance", Twin.Parameters(), laboratory)
    for data in noise:
        twin.receive(data)
    twin.receive(b"\r\n@\r\n")
    assert WEIGHT.fullmatch(twin.receive(b"SI\r\n"))


def test_same_seed_same_bytes(clock):
    def dialogue():
        own_clock = VirtualClock(clock.now_ns())
        twin = Twin("balance", Twin.Parameters(), Laboratory(Parameters(), own_clock, seed=5))
        answers = []
        for _ in range(50):
            own_clock.wait_s(60)
            answers.append(twin.receive(b"SI\r\n"))
        return answers

    assert dialogue() == dialogue()


def test_another_seed_other_bytes(clock):
    def reading(seed):
        return Twin("balance", Twin.Parameters(), Laboratory(Parameters(), clock, seed)).receive(b"SI\r\n" * 9)

    assert reading(1) != reading(2)


def test_another_client_streams_over_a_socket_until_it_cancels(serve):
    laboratory = Laboratory(Parameters(), WallClock(), seed=1)
    host, _, port = (
        serve(Twin("balance", Twin.Parameters(), laboratory), tcp=True).removeprefix("socket://").partition(":")
    )
    with socket.create_connection((host, int(port)), timeout=patient(5)) as client, client.makefile("rwb") as stream:
        stream.write(b"SIR\r\n")
        stream.flush()
        readings = [stream.readline() for _ in range(5)]
        stream.write(b"@\r\n")
        stream.flush()
        rest = iter(stream.readline, b'I4 A "B000000001"\r\n')
        assert all(WEIGHT.fullmatch(line) for line in (*readings, *rest))
