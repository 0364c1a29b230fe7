"""The pump on the bench's supply: without power it is silent and still, and what returns is a stopped pump."""

import pytest

from rig.capabilities import PumpState
from rig.errors import NoReplyError


@pytest.fixture
def fed(build_ward):
    """A pump on the supply, powered and booted."""
    ward = build_ward(pump_power="supply")
    ward.laboratory.change_power(supply_v=3.3, current_limit_a=0.1, output_on=True, interlock_closed=True)
    ward.clock.wait_s(1.0)
    return ward


def switch(ward, seconds=1.0, **changes):
    ward.laboratory.change_power(**changes)
    ward.clock.wait_s(seconds)


def test_a_pump_without_power_is_silent(build_ward):
    with pytest.raises(NoReplyError, match="power"):
        build_ward(pump_power="supply").open(timeout_s=0.05)


def test_a_pump_that_still_boots_is_silent(build_ward):
    ward = build_ward(pump_power="supply", boot_s=0.2)
    switch(ward, 0.1, supply_v=3.0, current_limit_a=0.1, output_on=True, interlock_closed=True)
    with pytest.raises(NoReplyError):
        ward.open(timeout_s=0.05)


def test_the_battery_voltage_is_the_supplys(fed):
    assert fed.open().status().battery_v == 3.3


@pytest.mark.parametrize("cut", [{"interlock_closed": False}, {"output_on": False}, {"supply_v": 2.19}])
def test_losing_power_ends_delivery_for_good(fed, cut):
    driver = fed.open()
    driver.run_continuous(rate_ul_h=1000.0)
    fed.clock.wait_s(9)
    before_ul = fed.delivered_ul()
    switch(fed, 3600.0, **cut)
    switch(fed, 3600.0, supply_v=3.3, output_on=True, interlock_closed=True)
    assert (driver.status().state, fed.delivered_ul()) == (PumpState.STOPPED, before_ul)


def test_the_log_tells_of_the_power_that_was_lost(fed):
    driver = fed.open()
    driver.run_continuous(rate_ul_h=1000.0)
    switch(fed, 60.0, interlock_closed=False)
    switch(fed, interlock_closed=True)
    entry = driver.read_log()[-2]
    assert (entry.event, entry.detail) == ("power_on", 1)


def cut_while_infusing(fed):
    driver = fed.open()
    driver.run_continuous(rate_ul_h=1000.0)
    switch(fed, 60.0, interlock_closed=False)
    switch(fed, interlock_closed=True)
    return driver


def test_a_delivery_that_ended_with_the_power_is_a_critical_alarm_through_further_cuts(fed):
    driver = cut_while_infusing(fed)
    switch(fed, 60.0, interlock_closed=False)
    switch(fed, interlock_closed=True)
    assert (driver.status().critical, driver.status().state) == (("reset",), PumpState.STOPPED)


@pytest.mark.parametrize("act", [lambda driver: driver.stop(), lambda driver: driver.run_continuous(rate_ul_h=10.0)])
def test_whoever_says_what_is_to_be_done_now_ends_it(fed, act):
    driver = cut_while_infusing(fed)
    act(driver)
    assert driver.status().alarms == ()


def test_a_cut_too_short_to_measure_is_a_cut(fed):
    driver = fed.open()
    driver.run_continuous(rate_ul_h=1000.0)
    fed.laboratory.change_power(interlock_closed=False)
    switch(fed, interlock_closed=True)
    assert driver.status().state is PumpState.STOPPED


def test_a_reply_kept_for_repeats_does_not_survive_a_power_cut(fed):
    frame = bytes.fromhex("00 06 01 06 03 61 69 00")  # GET_STATUS, number 6
    before = fed.twin.receive(frame)
    switch(fed, interlock_closed=False)
    switch(fed, interlock_closed=True)
    assert fed.twin.receive(frame) != before


def test_half_a_frame_does_not_survive_a_power_cut(fed):
    frame = bytes.fromhex("00 06 01 06 03 61 69 00")
    fed.twin.receive(frame[:4])
    switch(fed, interlock_closed=False)
    switch(fed, interlock_closed=True)
    assert fed.twin.receive(frame[4:]) == b""
