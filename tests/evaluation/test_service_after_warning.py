"""How long a battery serves after its warning, from a record with a current and drains that are known."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.record.bodies.challenges import ChallengeBegins, ChallengeKind
from rig.record.bodies.judging import Limit
from rig.record.bodies.pump_events import AlarmExpected
from rig.samples import Block
from tests.evaluation.happenings import WINDOW, clock_ahead, judged, ns, put, status
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, weighed

INSTRUMENTS = {**START["instruments"], "meter": {"capability": "meter", "sample_every_s": 60.0}}
THREE_MONTHS = Limit(unit="day", lower=90.0)
WARNING, END = "elective_replacement", "end_of_service"


def service(folder, *, current_ma=0.5, mah=12.0, warned=WARNING, ended=END, first_s=30):
    """Drain the battery each 5 min from the window's begin on; it warns after 1 h and a minute, and ends 8 h later."""
    with weighed(folder, lambda _hour: 1000.0, hours=33, start={"instruments": INSTRUMENTS}) as record:
        minutes = np.arange(33 * 60 + 1)
        record.descriptor("meter", (Channel("current", "A"),), {})
        readings = np.full(minutes.size, current_ma / 1000.0)
        record.samples("meter", Block(EPOCH_NS + minutes * (HOUR_NS // 60), {"current": readings}))
        clock_ahead(record, 0.0)
        changes = {1: (), 3660: (warned,), 32_460: (warned, ended)}
        drains = {
            300 * n + first_s: ChallengeBegins(
                ChallengeKind.BATTERY_DRAINED, "twin", ns(300 * n + first_s), said={"mah": mah}
            )
            for n in range(120)
        }
        for alarm in (WARNING, END):
            put(record, 0, AlarmExpected(alarm))
        for at_s in sorted({*changes, *drains}):
            if at_s in changes:
                status(record, (at_s, "stopped", changes[at_s]))
            if at_s in drains:
                put(record, at_s, drains[at_s])
        return judged(record, "service after warning", THREE_MONTHS, WINDOW, accuracy_ma=0.005)


def test_what_was_drained_counts_as_days_at_the_current_that_flows(tmp_path):
    result = service(tmp_path)
    # 96 drains of 12 mAh between the alarms, 12 mAh a day, and the 8 h themselves.
    assert result.number.value == pytest.approx(96.0 + 8.0 / 24.0, abs=0.6)
    assert result.verdict == "PASS"


def test_the_time_itself_counts_beside_what_was_drained(tmp_path):
    # 8 h are a third of a day.
    assert service(tmp_path).number.value == pytest.approx(96.0 + 1.0 / 3.0, abs=1e-6)


@pytest.mark.parametrize(
    "name, days",
    [
        # Both alarms lie between two readings of the status: one drain more or less, of a day's charge, rectangular.
        ("charge at both alarms", 1.0 / 3.0**0.5),
        # A minute of either, rectangular.
        ("pace of the status", 1.0 / 60.0 / 24.0 / 3.0**0.5),
    ],
)
def test_days_are_as_uncertain_as_the_moments_of_both_alarms(tmp_path, name, days):
    (line,) = [one for one in service(tmp_path).number.budget if one.name == name]
    assert line.contribution == pytest.approx(days)


def test_a_pump_that_draws_twice_as_much_serves_half_as_long(tmp_path):
    result = service(tmp_path, current_ma=1.0)
    assert (result.verdict, result.number.value) == ("FAIL", pytest.approx(48.3, abs=0.6))


@pytest.mark.parametrize("names", [{"warned": "battery_low"}, {"ended": "battery_depleted"}])
def test_without_both_alarms_it_is_not_known(tmp_path, names):
    result = service(tmp_path, **names)
    assert (result.verdict, "did not show in this window" in result.reasons[0]) == ("INVALID", True)


def test_without_a_current_it_is_not_known(tmp_path):
    assert "the mean current is 0 mA" in service(tmp_path, current_ma=0.0).reasons[0]


def test_a_drain_at_the_moment_of_the_warning_counts_and_one_at_the_moment_of_the_end_does_not(tmp_path):
    # Drains at 3660 s, 3960 s … 32,160 s and 32,460 s: 96 without the last, wherever between its readings each rose.
    result = service(tmp_path, first_s=60)
    assert result.details["drained_mah"] == pytest.approx(12.0 * 96)
    assert not [one for one in result.number.budget if one.name == "charge at both alarms"]
