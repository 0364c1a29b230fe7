"""The driver over a real port, against the twin: what it measures, sets and reports."""

import numpy as np
import pytest

from instruments.hosting.faults import Truncated
from instruments.mettler_mt_sics.dialect import REFUSALS
from instruments.mettler_mt_sics.driver import Driver
from instruments.mettler_mt_sics.twin import BalanceMalfunction, Twin
from instruments.plant.laboratory import Laboratory, Parameters
from rig.capabilities import Balance, Identity
from rig.clock import VirtualClock
from rig.driving import DriverContext
from rig.errors import (
    NoReplyError,
    RefusedError,
)
from rig.samples import Sampled


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
    told = journal[-1]
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
