"""The battery's voltage that a pump tells, held to what feeds it."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.evaluation.case import Case
from rig.evaluation.evidence.battery import WITNESS
from rig.record.bodies.challenges import ChallengeKind
from rig.samples import Block
from tests.evaluation.happenings import WINDOW, challenge, status
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, weighed

HOURS = 33
HOUR_OF = np.arange(HOURS * 60 + 1) / 60.0 - 4.0  # of the window, which begins 4 h after the record
T_NS = EPOCH_NS + np.arange(HOURS * 60 + 1) * (HOUR_NS // 60)


INSTRUMENTS = {**START["instruments"], "supply": {"capability": "supply", "sample_every_s": 300.0}}


@pytest.fixture
def record(tmp_path):
    start = {"instruments": INSTRUMENTS, "fed_by_supply": True}
    with weighed(tmp_path, lambda _: 1000.0, hours=HOURS, start=start) as record:
        yield record


def test_a_pump_that_its_own_cell_feeds_is_not_held_to_a_supply_beside_it(tmp_path):
    with weighed(tmp_path, lambda _: 1000.0, hours=HOURS, start={"instruments": INSTRUMENTS}) as own:
        volts(own, 2.0)
        assert said(own).not_asked


def volts(record, told, fed=3.0):
    """Let the pump tell a voltage each minute, and the supply what it feeds each five."""
    record.descriptor("pump", (Channel("battery", "V"),), {})
    record.samples("pump", Block(T_NS, {"battery": np.broadcast_to(np.asarray(told, float), T_NS.shape).copy()}))
    record.descriptor("supply", (Channel("voltage", "V"),), {})
    each = np.broadcast_to(np.asarray(fed, float), T_NS.shape)[::5].copy()
    record.samples("supply", Block(T_NS[::5], {"voltage": each}))


def said(record):
    with record.reader() as reader:
        return WITNESS.testify(Case(reader, *WINDOW))


@pytest.mark.parametrize("told_v, found", [(2.56, 0), (2.54, 1), (3.29, 0), (3.31, 1)])
def test_what_is_told_is_what_feeds_less_what_leads_and_cell_take(record, told_v, found):
    volts(record, told_v)
    against = said(record).against
    assert len(against) == found
    assert all(f"it told {told_v:.4g} V, where supply fed it 3 V" in one for one in against)


@pytest.mark.parametrize("minutes, found", [(2, 0), (3, 1)])
def test_fewer_than_three_readings_are_none_that_the_pump_had_caught_up_with(record, minutes, found):
    wrong = (HOUR_OF > 2.0) & (2.0 + minutes / 60.0 + 1e-9 >= HOUR_OF)
    volts(record, np.where(wrong, 2.0, 3.0))
    assert len(said(record).against) == found


def test_a_voltage_that_changes_between_two_readings_of_it_is_not_compared(record):
    volts(record, 2.0, np.where(np.arange(len(T_NS)) // 5 % 2, 3.0, 2.9))
    assert said(record).against == ()


def test_a_supply_that_is_off_feeds_nothing_to_compare_with(record):
    volts(record, 0.0, np.where((HOUR_OF > 2.0) & (HOUR_OF < 4.0), 0.0, 0.4))
    assert said(record).against == ()


@pytest.mark.parametrize("kind", [ChallengeKind.SUPPLY_VOLTAGE, ChallengeKind.POWER_CUT, ChallengeKind.BATTERY_DRAINED])
def test_in_a_challenge_of_its_power_nothing_is_compared(record, kind):
    challenge(record, 2 * 3600, kind, until_s=4 * 3600)
    volts(record, np.where((HOUR_OF > 2.01) & (HOUR_OF < 3.99), 2.0, 3.0))
    assert said(record).against == ()


@pytest.mark.parametrize("alarms, found", [(("battery_low",), 0), (("reservoir_low",), 1)])
def test_a_pump_that_warns_of_its_battery_may_tell_a_low_one(record, alarms, found):
    status(record, (0, "infusing", alarms))
    volts(record, np.where(HOUR_OF > 0.0, 2.3, 3.0))
    assert len(said(record).against) == found


def test_without_a_supply_or_a_daq_it_is_not_asked(record):
    record.descriptor("pump", (Channel("battery", "V"),), {})
    record.samples("pump", Block(T_NS, {"battery": np.full(T_NS.shape, 1.0)}))
    assert said(record).not_asked
