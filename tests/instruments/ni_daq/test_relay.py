"""The interlock relay: what was written is counted, and what became of it is read back."""

from dataclasses import replace

import pytest

from instruments.ni_daq.driver import Driver
from instruments.ni_daq.twin import Twin
from instruments.ni_daq.unattended import open_interlock
from rig.errors import GarbledReplyError, RefusedError
from tests.patience import patient

WITH_CONTACT = "port1/line0"


@pytest.fixture
def quiet():
    return Twin.Parameters(noise_v=0.0, contact_line=WITH_CONTACT)


@pytest.fixture
def goes_wrong(twin):
    def become(**how):
        twin.malfunction = replace(twin.malfunction, **how)

    return become


@pytest.mark.parametrize("readback", ["itself", WITH_CONTACT, "none"])
@pytest.mark.parametrize("closed", [True, False])
def test_the_relay_moves_however_it_is_read_back(open_driver, laboratory, readback, closed):
    open_driver(interlock_readback=readback).set_interlock(closed=closed)
    assert laboratory.power.interlock_closed is closed


@pytest.mark.parametrize("written", [0, 2])
def test_another_number_of_samples_written_than_one_is_a_failure(driver, goes_wrong, journal, written):
    goes_wrong(samples_written=written)
    with pytest.raises(RefusedError, match=f"Dev1/port0/line0 high: {written} samples were written") as caught:
        driver.set_interlock(closed=True)
    assert (caught.value.code, journal[-1].result[:12]) == ("not written", "RefusedError")


def test_no_sample_written_to_any_other_line_is_a_failure(driver, goes_wrong):
    goes_wrong(samples_written=0)
    with pytest.raises(RefusedError, match="port0/line3 high: 0 samples"):
        driver.set_line(line="port0/line3", high=True)


@pytest.mark.parametrize("closed, stands", [(True, "low"), (False, "high")])
def test_a_line_that_does_not_follow_is_a_failure(driver, goes_wrong, closed, stands):
    goes_wrong(lines_stuck_at=not closed)
    with pytest.raises(RefusedError, match=f"its line reads {stands}") as caught:
        driver.set_interlock(closed=closed)
    assert (caught.value.code, "by hand" in caught.value.advice) == ("read back", True)


def test_a_contact_that_does_not_follow_is_a_failure(open_driver, goes_wrong):
    driver = open_driver(interlock_readback=WITH_CONTACT)
    goes_wrong(lines_stuck_at=True)
    with pytest.raises(RefusedError, match="told to open, and its line reads high"):
        driver.set_interlock(closed=False)


def test_a_relay_that_nobody_reads_back_is_taken_at_its_word(open_driver, goes_wrong):
    driver = open_driver(interlock_readback="none")
    goes_wrong(lines_stuck_at=True)
    driver.set_interlock(closed=False)


def test_a_reading_back_of_no_sample_is_no_low_line(driver, goes_wrong):
    goes_wrong(lines_read=0)
    with pytest.raises(GarbledReplyError, match="reading Dev1/port0/line0: 1 sample was asked for, and 0 claimed"):
        driver.set_interlock(closed=False)


def test_an_input_that_is_not_there_is_refused_at_opening(open_driver):
    with pytest.raises(RefusedError, match="port1/line9") as caught:
        open_driver(interlock_readback="port1/line9")
    assert caught.value.code == "-200170"


@pytest.fixture
def told(host, open_driver):
    def orders(readback):
        settings = Driver.Settings(port=host.port, interlock_readback=readback, deadline_s=patient(1.0))
        open_driver(interlock_readback=readback).set_interlock(closed=True)  # a run that is never closed
        return Driver.unattended("daq", settings).settings

    return orders


@pytest.mark.parametrize("readback", ["itself", WITH_CONTACT, "none"])
def test_without_the_driver_the_relay_is_opened_and_read_back(told, laboratory, readback):
    open_interlock(told(readback))
    assert not laboratory.power.interlock_closed


@pytest.mark.parametrize("readback", ["itself", WITH_CONTACT])
def test_without_the_driver_a_relay_that_stays_is_a_failure_too(told, goes_wrong, readback):
    orders = told(readback)
    goes_wrong(lines_stuck_at=True)
    with pytest.raises(RefusedError, match="told to open, and its line reads high"):
        open_interlock(orders)


def test_without_the_driver_no_sample_written_is_a_failure_too(told, goes_wrong):
    orders = told("none")
    goes_wrong(samples_written=0)
    with pytest.raises(RefusedError, match="0 samples were written"):
        open_interlock(orders)
