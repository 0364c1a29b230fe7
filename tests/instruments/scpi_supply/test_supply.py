"""The supply's driver over a real socket against its twin, and what that does to the pump's wires."""

import math

import numpy as np
import pytest
import pyvisa

from instruments.hosting.faults import Silent
from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.power import IDLE_A, MOTOR_A
from instruments.scpi.simulated.status_model import ScpiMalfunction
from instruments.scpi_supply.driver import Driver
from instruments.scpi_supply.twin import Twin
from rig.capabilities import Supply
from rig.clock import VirtualClock
from rig.driving import DriverContext
from rig.errors import ConnectionFailedError, GarbledReplyError, NoReplyError, OutOfRangeError, RefusedError
from rig.samples import Sampled


@pytest.fixture
def twin(laboratory):
    return Twin("supply", Twin.Parameters(), laboratory)


@pytest.fixture
def supply(twin, serve, connect):
    return connect(serve(twin))


def test_it_is_a_sampled_supply(supply):
    assert isinstance(supply, Supply)
    assert isinstance(supply, Sampled)


def test_it_says_who_it_is(supply):
    assert supply.identify().model == "TWIN-SUPPLY"


def test_settings_reach_the_wires(supply, laboratory):
    supply.set_output(voltage_v=3.125, current_limit_a=0.05)
    supply.switch(on=True)
    power = laboratory.power
    assert (power.supply_v, power.current_limit_a, power.output_on) == (3.125, 0.05, True)


def test_output_is_off_until_it_is_switched(supply, laboratory):
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    assert not laboratory.power.output_on
    assert supply.measure_voltage_v() == pytest.approx(0.0, abs=0.002)


def test_switching_off_takes_the_supply_away(supply, laboratory):
    laboratory.change_power(interlock_closed=True)
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    supply.switch(on=True)
    assert laboratory.power.pump_alive
    supply.switch(on=False)
    assert not laboratory.power.pump_alive


def test_commands_are_reported(supply, journal):
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    supply.switch(on=True)
    assert [(exchange.verb, exchange.sent, exchange.arguments, exchange.result) for exchange in journal] == [
        ("set_output", b"CURR 0.05\nVOLT 3.0\n", {"voltage_v": 3.0, "current_limit_a": 0.05}, "ok"),
        ("switch", b"OUTP ON\n", {"on": True}, "ok"),
    ]


def test_it_measures_what_the_idle_pump_draws(supply, laboratory):
    laboratory.change_power(interlock_closed=True)
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    supply.switch(on=True)
    assert supply.measure_voltage_v() == pytest.approx(3.0, abs=0.003)
    assert supply.measure_current_a() == pytest.approx(IDLE_A, abs=3e-5)


def test_block_holds_one_sample_of_every_channel(supply, clock):
    block = supply.read_block()
    assert list(block.t_ns) == [clock.now_ns()]
    assert {name: (column.dtype, column.shape) for name, column in block.columns.items()} == {
        channel.name: (np.dtype(float), (1,)) for channel in supply.channels
    }


def test_block_holds_volts_and_amperes_each_in_its_own_column(supply, laboratory):
    laboratory.change_power(interlock_closed=True)
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    supply.switch(on=True)
    columns = supply.read_block().columns
    assert (columns["voltage"][0], columns["current"][0]) == (
        pytest.approx(3.0, abs=0.003),
        pytest.approx(IDLE_A, abs=3e-5),
    )


@pytest.mark.parametrize(
    "values",
    [
        {"voltage_v": 6.01, "current_limit_a": 0.1},
        {"voltage_v": -0.1, "current_limit_a": 0.1},
        {"voltage_v": math.nan, "current_limit_a": 0.1},
        {"voltage_v": math.inf, "current_limit_a": 0.1},
        {"voltage_v": 3.0, "current_limit_a": 0.51},
        {"voltage_v": 3.0, "current_limit_a": -1.0},
        {"voltage_v": 3.0, "current_limit_a": math.nan},
    ],
)
def test_value_out_of_range_is_refused_before_anything_is_sent(supply, laboratory, journal, values):
    before = laboratory.power
    with pytest.raises(OutOfRangeError, match="nothing was sent"):
        supply.set_output(**values)
    assert laboratory.power == before
    assert journal == []


def test_supply_that_reaches_less_than_the_bench_file_says_is_refused(laboratory, serve, connect):
    twin = Twin("supply", Twin.Parameters(max_voltage_v=5.0), laboratory)
    with pytest.raises(RefusedError, match="Data out of range"):
        connect(serve(twin)).set_output(voltage_v=5.5, current_limit_a=0.1)


def test_supply_that_clips_is_found_out(supply, twin):
    twin.receive(b"VOLT 1\n")
    twin._device._found["VOLT"] = lambda _: ""
    with pytest.raises(RefusedError, match="set to 3 V, the supply says 1 V"):
        supply.set_output(voltage_v=3.0, current_limit_a=0.05)


@pytest.mark.parametrize("stays_v, is_on", [(5.0, False), (1.0, True)])
def test_supply_that_stays_above_what_was_wanted_is_switched_off(supply, twin, laboratory, stays_v, is_on):
    supply.set_output(voltage_v=stays_v, current_limit_a=0.05)
    supply.switch(on=True)
    twin._device._found["VOLT"] = lambda _: ""
    with pytest.raises(RefusedError, match="set to 3 V, the supply says"):
        supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    assert laboratory.power.output_on is is_on


# The current limit ---------------------------------------------------------------------------------------------------


@pytest.fixture
def starved(supply, laboratory):
    """A supply on the pump that can give half of what a running motor draws."""
    laboratory.change_power(interlock_closed=True)
    supply.set_output(voltage_v=3.0, current_limit_a=(IDLE_A + MOTOR_A) / 2)
    return supply


def test_limit_below_the_motor_s_current_browns_the_pump_out(starved, laboratory):
    starved.switch(on=True)
    assert not laboratory.power.pump_alive


def test_supply_in_its_limit_shows_the_limit_and_a_sagged_voltage(starved):
    starved.switch(on=True)
    assert starved.measure_current_a() == pytest.approx((IDLE_A + MOTOR_A) / 2, abs=5e-5)
    assert starved.measure_voltage_v() == pytest.approx(1.5, abs=0.003)


def test_limit_without_a_load_does_nothing(starved, laboratory):
    laboratory.change_power(interlock_closed=False)
    starved.switch(on=True)
    assert starved.measure_voltage_v() == pytest.approx(3.0, abs=0.003)


def test_protection_trips_and_the_driver_says_so(starved, twin, laboratory):
    twin.receive(b"CURR:PROT:STAT ON\n")
    with pytest.raises(RefusedError, match="did not switch on"):
        starved.switch(on=True)
    assert not laboratory.power.output_on
    assert twin.receive(b"CURR:PROT:TRIP?\n") == b"1\n"


def test_tripped_output_stays_off_until_it_is_cleared(starved, twin, laboratory):
    twin.receive(b"CURR:PROT:STAT ON;:OUTP ON;:OUTP?\n")
    twin.receive(b"CURR 1;:OUTP ON\n")
    assert not laboratory.power.output_on
    twin.receive(b"OUTP:PROT:CLE;:OUTP ON\n")
    assert laboratory.power.output_on


# What goes wrong -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "faults, error",
    [
        (Silent(), NoReplyError),
        (ScpiMalfunction(number="9.91E37"), RefusedError),
        (ScpiMalfunction(number="NAN"), GarbledReplyError),
        (ScpiMalfunction(number="6.7"), GarbledReplyError),
    ],
    ids=["silent", "not a number", "nan", "beyond its range"],
)
def test_fault_is_never_a_voltage(supply, twin, strike, faults, error):
    strike(twin, faults)
    with pytest.raises(error):
        supply.measure_voltage_v()


def test_something_else_on_the_port_is_no_supply(serve, connect, laboratory):
    from instruments.scpi_meter.twin import Twin as MeterTwin

    with pytest.raises(ConnectionFailedError, match="TWIN-METER answers, but not as a power supply"):
        connect(serve(MeterTwin("meter", MeterTwin.Parameters(), laboratory)))


def test_another_client_finds_its_own_way_through_pyvisa(twin, serve, laboratory):
    with pyvisa.ResourceManager("@py").open_resource(serve(twin), read_termination="\n") as client:
        client.write("SOURce:VOLTage:LEVel 2.5 V; :OUTPut:STATe 1")
        assert client.query("OUTP?; :VOLT?; *OPC?") == "1;2.500000E+00;1"
    assert laboratory.power.output_on


def test_reset_switches_off(twin, laboratory):
    twin.receive(b"VOLT 3;:OUTP ON\n")
    twin.receive(b"*RST\n")
    assert not laboratory.power.output_on


@pytest.mark.parametrize("query, answer", [(b"VOLT? MAX", b"2.000000E+01"), (b"CURR? MAX", b"1.500000E+00")])
def test_range_can_be_asked(twin, query, answer):
    assert twin.receive(query + b"\n") == answer + b"\n"


def test_same_seed_same_readings(serve, closing):
    def readings():
        clock = VirtualClock(0)
        laboratory = Laboratory(Parameters(), clock, seed=4)
        port = serve(Twin("supply", Twin.Parameters(), laboratory))
        driver = Driver("supply", Driver.Settings(port=port), DriverContext(clock, lambda _: None))
        closing.callback(driver.close)
        return [driver.read_block().columns["voltage"].tobytes() for _ in range(10)]

    assert readings() == readings()
