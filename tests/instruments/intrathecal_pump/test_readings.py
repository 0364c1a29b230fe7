"""What a pump's integers are as quantities: no two of them alike, so that none can stand in another's place."""

import pytest

from instruments.intrathecal_pump.codes import Alarm, DeliveryState, LogEvent
from instruments.intrathecal_pump.messages import Limits, LogRecord, StatusReply
from instruments.intrathecal_pump.readings import log_entry, pump_limits, pump_status, sample
from rig.capabilities import LogEntry, PumpLimits, PumpState

STATUS = StatusReply(
    state=DeliveryState.BOLUS,
    alarms=Alarm.RESERVOIR_LOW | Alarm.LINK_LOST,
    basal_nl_h=41_700,
    bolus_nl_h=600_000,
    bolus_left_nl=2_500,
    delivered_nl=123_456,
    reservoir_nl=18_500_250,
    battery_mv=3_210,
    clock_ms=7_250,
    log_entries=31,
    boluses=17,
    watchdog_ms=60_000,
)


@pytest.mark.parametrize(
    "channel, value",
    [
        ("delivered", 123.456),
        ("rate", 641.7),
        ("reservoir", 18_500.25),
        ("battery", 3.21),
        ("state", 2.0),
        ("alarms", 17.0),
        # 7.25 s by the pump's clock, 5 s by the rig's.
        ("clock_offset", 2.25),
    ],
)
def test_a_sample_is_in_the_units_of_its_channels(channel, value):
    assert sample(STATUS, 5_000_000_000)[channel] == pytest.approx(value)


@pytest.mark.parametrize(
    "name, value",
    [
        ("state", PumpState.BOLUS),
        ("rate_ul_h", 641.7),
        ("delivered_ul", 123.456),
        ("reservoir_ul", 18_500.25),
        ("battery_v", 3.21),
        ("alarms", ("reservoir_low", "link_lost")),
        ("pump_clock_ns", 7_250_000_000),
        ("log_entries", 31),
        ("critical", None),
    ],
)
def test_a_status_is_in_the_units_that_plans_see(name, value):
    assert getattr(pump_status(STATUS), name) == (pytest.approx(value) if isinstance(value, float) else value)


def test_critical_alarms_are_those_that_the_pump_names():
    assert pump_status(STATUS, Alarm.LINK_LOST).critical == ("link_lost",)


def test_a_line_of_the_log_is_in_the_pumps_own_nanoseconds():
    event = next(iter(LogEvent))
    assert log_entry(LogRecord(4, 7_250, event, 9)) == LogEntry(4, 7_250_000_000, event.name.lower(), 9)


def test_limits_are_in_microlitres():
    limits = Limits(2_000, 1_000_000, 100, 500, 50_000, 250, 1_200_000)
    assert pump_limits(limits) == PumpLimits(2.0, 1000.0, 0.1, 0.5, 50.0, 0.25)
