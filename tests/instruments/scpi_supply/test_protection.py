"""Over-voltage protection and remote sense: set as the bench file says, read back, and named when they strike."""

import pytest

from instruments.scpi_supply.twin import Twin
from rig.errors import OutOfRangeError, RefusedError


@pytest.fixture
def twin(twin_of):
    return twin_of(outputs=1, pump_output=1)


def test_protection_is_set_before_the_voltage(twin, serve, connect, journal):
    connect(serve(twin), over_voltage_v=4.5).set_output(voltage_v=3.0, current_limit_a=0.05)
    assert [exchange.verb for exchange in journal] == ["set_over_voltage", "set_output"]
    assert twin.receive(b"VOLT:PROT?;PROT:STAT?\n") == b"4.500000E+00;1\n"


def test_protection_that_was_disarmed_is_armed(twin, serve, connect):
    twin.receive(b"VOLT:PROT:STAT OFF\n")
    connect(serve(twin), over_voltage_v=4.5).set_output(voltage_v=3.0, current_limit_a=0.05)
    assert twin.receive(b"VOLT:PROT:STAT?\n") == b"1\n"


def test_nothing_is_protected_unless_the_bench_file_says_so(twin, serve, connect):
    connect(serve(twin)).set_output(voltage_v=3.0, current_limit_a=0.05)
    assert twin.receive(b"VOLT:PROT?\n") == b"2.200000E+01\n"


def test_voltage_above_the_protection_is_never_sent(twin, serve, connect, laboratory):
    supply = connect(serve(twin), over_voltage_v=2.5)
    with pytest.raises(OutOfRangeError, match=r"outside 0 to 2\.5 V; nothing was sent"):
        supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    assert laboratory.power.supply_v == 0.0


class Clipping(Twin):
    """Takes no protection below 5 V."""

    def receive(self, data):
        return super().receive(data.replace(b"VOLT:PROT 4.5", b"VOLT:PROT 5"))


def test_protection_that_was_not_taken_is_refused(twin_of, serve, connect, laboratory):
    supply = connect(serve(twin_of(Clipping, outputs=1, pump_output=1)), over_voltage_v=4.5)
    with pytest.raises(RefusedError, match=r"protection was set to 4\.5 V, and the supply says 5 V"):
        supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    assert laboratory.power.supply_v == 0.0


def test_output_that_trips_is_named_when_it_is_read(twin, serve, connect):
    supply = connect(serve(twin), over_voltage_v=4.5)
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    supply.switch(on=True)
    twin.receive(b"VOLT 5\n")  # what a broken regulator does
    with pytest.raises(RefusedError, match=r"fell to .* of 3 V: its over-voltage protection has tripped") as caught:
        supply.read_block()
    assert caught.value.code == "tripped"


def test_output_that_cannot_be_switched_on_names_what_tripped(twin, serve, connect):
    supply = connect(serve(twin), over_voltage_v=4.5)
    twin.receive(b"VOLT 5;:VOLT:PROT 4;:OUTP ON\n")
    with pytest.raises(RefusedError, match="did not switch on: its over-voltage protection has tripped"):
        supply.switch(on=True)


@pytest.mark.parametrize("remotely", [True, False])
def test_remote_sense_is_set_and_read_back(twin, serve, connect, remotely):
    twin.receive(b"SYST:RSEN OFF\n" if remotely else b"SYST:RSEN ON\n")
    connect(serve(twin), remote_sense=remotely).set_output(voltage_v=3.0, current_limit_a=0.05)
    assert twin.receive(b"SYST:RSEN?\n") == str(int(remotely)).encode() + b"\n"


def test_remote_sense_stays_as_it_is_unless_the_bench_file_says_so(twin, serve, connect):
    twin.receive(b"SYST:RSEN ON\n")
    connect(serve(twin)).set_output(voltage_v=3.0, current_limit_a=0.05)
    assert twin.receive(b"SYST:RSEN?\n") == b"1\n"


class Senseless(Twin):
    """Keeps its sense where it is (`stuck`), or knows no such command."""

    stuck = True

    def receive(self, data):
        if data.startswith(b"SYST:RSEN ON"):
            return b""
        return super().receive(data if self.stuck else data.replace(b"RSEN", b"NONE"))


@pytest.mark.parametrize("stuck, said", [(True, "is to be on, and the supply says 0"), (False, "knows no command")])
def test_remote_sense_that_does_not_come_is_refused(twin_of, serve, connect, laboratory, stuck, said):
    twin = twin_of(Senseless, outputs=1, pump_output=1)
    twin.stuck = stuck
    with pytest.raises(RefusedError, match=said):
        connect(serve(twin), remote_sense=True).set_output(voltage_v=3.0, current_limit_a=0.05)
    assert laboratory.power.supply_v == 0.0
