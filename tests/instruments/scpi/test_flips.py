"""A bit flipped on the wire makes another number of a number: no reading and no safety act rests on one answer."""

import pytest

from instruments.plant.power import IDLE_A
from instruments.scpi.simulated.status_model import UNDEFINED_HEADER, CommandError
from instruments.scpi_meter.driver import Driver as Meter
from instruments.scpi_meter.twin import Twin as MeterTwin
from instruments.scpi_supply.driver import Driver as Supply
from instruments.scpi_supply.twin import Twin as SupplyTwin
from rig.errors import InstrumentError, RefusedError
from rig.safety.supervisor.ending import say_on_port
from tests.patience import patient

BITS = 8 * 16
MOST_TRIES = 20


def flipped(data, bit):
    """Return bytes with one bit turned over."""
    place, within = divmod(bit, 8)
    return data[:place] + bytes([data[place] ^ 1 << within]) + data[place + 1 :] if place < len(data) - 1 else data


def flipping(kind):
    """Return a twin whose answers to `when` have `bit` turned over, `times` times; or messages to it, changed."""

    class Flipping(kind):
        when, bit, times, changed = b"nothing", 0, 0, (b"", b"")

        def receive(self, data):
            if self.when in data and self.times:
                self.times -= 1
                if self.changed[0]:
                    return super().receive(data.replace(*self.changed))
                return flipped(super().receive(data), self.bit)
            return super().receive(data)

    return Flipping


@pytest.fixture
def fed(laboratory):
    laboratory.change_power(supply_v=3.0, output_on=True, interlock_closed=True)
    laboratory.clock.wait_s(1)
    return laboratory


@pytest.fixture
def opened(serve, context, closing):
    def open_driver(driver, twin):
        found = driver("it", driver.Settings(port=serve(twin), timeout_s=patient(0.02)), context)
        closing.callback(found.close)
        return found

    return open_driver


def numbers(read, twin, when):
    """Return what is read with each single bit of an answer turned over, where a number is read at all."""
    found = []
    for bit in range(BITS):
        for _ in range(MOST_TRIES):
            twin.when, twin.bit, twin.times = when, bit, 1
            try:
                found.append(read())
            except InstrumentError as error:
                if not error.received:
                    continue  # nothing came in time: that is the machine, and says nothing of a flipped bit
            break
        else:
            raise AssertionError(f"bit {bit}: nothing came back, {MOST_TRIES} times")
    return found


@pytest.mark.parametrize("when", [b"MEAS", b"FETC"])
def test_meter_that_repeats_its_readings(fed, opened, when):
    twin = flipping(MeterTwin)("meter", MeterTwin.Parameters(current_noise_a=0.0), fed)
    meter = opened(Meter, twin)
    read = numbers(meter.measure_current_a, twin, when)
    assert len(read) > BITS / 10
    assert set(read) == {meter.measure_current_a()}


class Forgetful(MeterTwin):
    """A meter that cannot repeat a reading."""

    def _fetch(self, _):
        raise CommandError(UNDEFINED_HEADER)


def test_meter_that_cannot_repeat_its_readings(fed, opened):
    twin = flipping(Forgetful)("meter", MeterTwin.Parameters(), fed)
    read = numbers(opened(Meter, twin).measure_current_a, twin, b"MEAS")
    assert len(read) > BITS / 10
    assert max(abs(one - IDLE_A) for one in read) < 0.1 * 0.011  # the range's hundredth


def test_answer_that_was_dropped_is_told_to_the_record(fed, opened, journal):
    twin = flipping(MeterTwin)("meter", MeterTwin.Parameters(), fed)
    meter = opened(Meter, twin)
    twin.when, twin.bit, twin.times = b"MEAS", 8, 1
    meter.measure_current_a()
    (exchange,) = journal
    assert (exchange.verb, exchange.result) == (
        "read again",
        "one answer differs from its repetitions, and was dropped",
    )
    assert exchange.received.count(b"\n") == 3


def test_supply(fed, opened):
    twin = flipping(SupplyTwin)("supply", SupplyTwin.Parameters(), fed)
    supply = opened(Supply, twin)
    twin.receive(b"VOLT 3;:OUTP ON\n")
    read = numbers(supply.measure_voltage_v, twin, b"MEAS:VOLT")
    assert len(read) > BITS / 10
    assert max(abs(one - 3.0) for one in read) < 6.0 * 1.1 * 0.011


def test_current_of_a_supply_that_trips_nothing(fed, opened):
    twin = flipping(SupplyTwin)("supply", SupplyTwin.Parameters(), fed)
    supply = opened(Supply, twin)
    twin.receive(b"VOLT 3;:OUTP ON\n")
    read = numbers(supply.measure_current_a, twin, b"MEAS:CURR")
    assert max(abs(one - IDLE_A) for one in read) < 0.5 * 1.1 * 0.011


def test_setting_that_was_read_back_wrongly_is_read_again(fed, opened):
    twin = flipping(SupplyTwin)("supply", SupplyTwin.Parameters(), fed)
    supply = opened(Supply, twin)
    twin.when, twin.bit, twin.times = b"VOLT?", 2, 1
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    assert fed.power.supply_v == 3.0


def test_setting_that_arrived_wrongly_is_said_again(fed, opened):
    twin = flipping(SupplyTwin)("supply", SupplyTwin.Parameters(), fed)
    supply = opened(Supply, twin)
    twin.when, twin.changed, twin.times = b"VOLT 3", (b"VOLT 3", b"VOLT 7"), 1
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    assert fed.power.supply_v == 3.0


def test_setting_that_never_arrives_right_switches_the_output_off(fed, opened):
    twin = flipping(SupplyTwin)("supply", SupplyTwin.Parameters(), fed)
    supply = opened(Supply, twin)
    supply.switch(on=True)
    twin.when, twin.changed, twin.times = b"VOLT 3", (b"VOLT 3", b"VOLT 7"), 2
    with pytest.raises(RefusedError, match="set to 3 V, the supply says 7 V"):
        supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    assert not fed.power.output_on


class Welded(SupplyTwin):
    """Its output cannot be switched off."""

    def receive(self, data):
        return super().receive(data.replace(b"OUTP OFF", b"OUTP ON"))


def test_output_that_only_seems_to_be_off_is_found_out(fed, opened):
    twin = flipping(Welded)("supply", SupplyTwin.Parameters(), fed)
    supply = opened(Supply, twin)
    twin.when, twin.bit, twin.times = b"OUTP?", 0, 1  # 1 becomes 0
    with pytest.raises(RefusedError, match="did not switch off"):
        supply.switch(on=False)


def test_supervisor_does_not_believe_one_answer_either(fed, serve):
    twin = flipping(Welded)("supply", SupplyTwin.Parameters(), fed)
    act = Supply.unattended("supply", Supply.Settings(port=serve(twin)))
    twin.receive(b"OUTP ON\n")
    twin.when, twin.bit, twin.times = b"OUTP?", 0, 1
    assert say_on_port(act) != ""
