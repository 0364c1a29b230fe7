"""The battery in the firmware: its warning, its end, what the motor takes of its voltage; and how it is drained."""

import pytest

from instruments.intrathecal_pump.messages import (
    Alarm,
    DeliveryState,
    GetFullStatus,
    LogEvent,
    RefusalReply,
    ReplyResult,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import Continuous
from instruments.plant.cell import Cell, CellKeys

# At 187 µL/h the pump uses 11.61 mAh a day; service ends at 14,550 mAh.
RUN = Continuous(187_000)


def alarms(bare):
    return bare.firmware.handle(GetFullStatus(), bare.now_ns).therapy.alarms


def used(build_bare, mah):
    """A pump that has run for a moment with so much of its cell used."""
    bare = build_bare(cell_used_mah=mah)
    bare.start(RUN)
    bare.wait(1)
    return bare


@pytest.mark.parametrize("days, asks", [(106, Alarm(0)), (104, Alarm.ELECTIVE_REPLACEMENT)])
def test_replacement_is_asked_for_by_the_days_that_are_left_at_the_programmed_rate(build_bare, days, asks):
    assert alarms(used(build_bare, 14_550.0 - 11.61 * days)) == asks


def test_a_lower_rate_does_not_take_the_warning_back(build_bare):
    bare = used(build_bare, 14_550.0 - 11.61 * 104)
    bare.start(Continuous(2_000))
    bare.wait(1)
    assert alarms(bare) == Alarm.ELECTIVE_REPLACEMENT


def test_service_ends_with_delivery_and_a_line_of_the_log(build_bare):
    bare = used(build_bare, 14_549.0)
    bare.firmware.drain_battery(2.0)
    bare.wait(1)
    assert bare.status.state is DeliveryState.ALARM
    assert bare.log[-1][:2] == (LogEvent.END_OF_SERVICE, 0)
    bare.do(StopDelivery())
    assert bare.start(RUN) == RefusalReply(ReplyResult.BATTERY_DEPLETED)


def test_a_film_on_the_cell_resets_the_pump_when_its_motor_turns(build_bare):
    bare = build_bare(cell_ohm=90.0)
    bare.start(RUN)
    bare.wait(60)
    bare.wait(60)
    assert (bare.strokes, bare.status.state) == ([], DeliveryState.STOPPED)
    assert (LogEvent.POWER_ON, 1, pytest.approx(9_800, abs=30)) in bare.log


def test_a_cell_keeps_its_voltage_to_the_knee_and_then_falls():
    cell = Cell(CellKeys(cell_mah=1000.0, cell_fade_percent=50.0))
    course = []
    for mah in (0.0, 490.0, 5.0, 5.0, 100.0):
        cell.drain(mah)
        course.append(round(cell.volts(3.0), 3))
    assert course == [3.0, 3.0, 2.625, 2.25, 2.25]


def test_the_inside_of_a_cell_resists_what_is_drawn():
    cell = Cell(CellKeys(cell_ohm=100.0))
    assert (cell.volts(3.0), cell.volts_turning(3.0)) == (pytest.approx(2.975), pytest.approx(2.075))
