"""A line that is closed and opened again: pressure, compliance and the bolus that comes at the release."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation.claims.occlusions import compliance, occlusion_pressure, released
from rig.exchange import Exchange
from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds, ChallengeKind
from rig.record.bodies.recipe import Recipe
from rig.samples import Block
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, Z_UL_MG, weighed

# 100 µL/h fill a line of 0.5 µL/kPa for a quarter of an hour: 200 kPa/h, 50 kPa above the 2 kPa of before, 25 µL.
RATE, COMPLIANCE, CLOSED_H, OPENED_H, BEFORE_KPA = 100.0, 0.5, 8.0, 8.25, 2.0
INSTRUMENTS = {**START["instruments"], "daq": {"capability": "daq", "sample_every_s": 300.0}}


def mass_mg(hour):
    since = min(max(hour - 5.0, 0.0), 6.0)
    held = RATE * (hour - CLOSED_H) if CLOSED_H < hour < OPENED_H else 0.0
    return 1000.0 + (RATE * since - held) / Z_UL_MG - 0.05 * hour


def pressed(record, unit="kPa"):
    """Let the DAQ read the line's pressure each five seconds, with 0.05 kPa of noise."""
    t_s = np.arange(5 * 3600.0, 11 * 3600.0, 5.0)
    hour = t_s / 3600.0
    kpa = BEFORE_KPA + np.where((hour > CLOSED_H) & (hour < OPENED_H), RATE / COMPLIANCE * (hour - CLOSED_H), 0.0)
    kpa += 0.05 * np.random.default_rng(2).normal(size=kpa.size)
    record.descriptor("daq", (Channel("line_pressure", unit),), {})
    record.samples("daq", Block((EPOCH_NS + t_s * NS_PER_S).astype(np.int64), {"line_pressure": kpa}))


@pytest.fixture
def record(tmp_path):
    with weighed(tmp_path, mass_mg, hours=16, start={"instruments": INSTRUMENTS}) as record:
        for hour, verb, arguments in ((5, "run_continuous", {"rate_ul_h": RATE}), (11, "stop", {})):
            at_ns = EPOCH_NS + hour * HOUR_NS
            record.command(Exchange("pump", verb, arguments, b"", b"", at_ns, at_ns, "ok"))
        record.event(ChallengeBegins(ChallengeKind.OCCLUSION, "daq", EPOCH_NS + round(CLOSED_H * HOUR_NS), 0.1))
        record.event(ChallengeEnds(ChallengeKind.OCCLUSION, "daq", EPOCH_NS + round(OPENED_H * HOUR_NS), 0.1))
        yield record


def evaluated(record, compute, begin=6.0, end=10.0, **said):
    span = EPOCH_NS + round(begin * HOUR_NS), EPOCH_NS + round(end * HOUR_NS) + 1
    with record.reader() as reader:
        return compute(Recipe("occlusion", said, *span), reader)


def test_the_pressure_at_the_release_is_read(record):
    pressed(record)
    found = evaluated(record, occlusion_pressure, accuracy_kpa=0.5)
    assert found.budget.value == pytest.approx(52.0, abs=2 * found.budget.u)
    # ± 0.5 kPa, rectangular, and 0.05 kPa of noise.
    assert found.budget.u == pytest.approx(0.5 / 3**0.5, rel=0.1)


def test_the_compliance_is_the_flow_over_the_rise(record):
    pressed(record)
    found = evaluated(record, compliance, accuracy_kpa=0.5)
    assert found.budget.value == pytest.approx(COMPLIANCE, abs=2 * found.budget.u)
    # √(2/3) · 0.5 kPa of 50 kPa.
    assert found.budget.u == pytest.approx(COMPLIANCE * 0.00816, rel=0.1)


def test_what_the_release_sets_free_is_weighed(record):
    found = evaluated(record, released)
    assert found.budget.value == pytest.approx(25.0, abs=2 * found.budget.u)
    assert 0.05 < found.budget.u < 0.5


def test_a_line_whose_pressure_nobody_reads_has_none(record):
    with pytest.raises(SeriesError, match="recorded no line_pressure: give the DAQ a channel"):
        evaluated(record, occlusion_pressure, accuracy_kpa=0.5)


def test_a_pressure_in_no_unit_of_pressure_is_refused(record):
    pressed(record, unit="V")
    with pytest.raises(SeriesError, match="recorded line_pressure in 'V', where kPa is needed"):
        evaluated(record, occlusion_pressure, accuracy_kpa=0.5)


@pytest.mark.parametrize("begin, end, said", [(8.5, 10.0, "0 occlusions begin"), (6.0, 8.1, "does not end in this")])
def test_a_window_that_does_not_hold_the_occlusion_is_refused(record, begin, end, said):
    with pytest.raises(SeriesError, match=said):
        evaluated(record, released, begin, end)
