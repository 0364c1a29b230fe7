"""The pump's clock, its reservoir and its current, each held to what the rig measured."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.errors import SeriesError
from rig.evaluation.claims.pump_account import reservoir_error
from rig.evaluation.claims.pump_clock import compute as clock_drift
from rig.evaluation.claims.supply_current import compute as supply_current
from rig.exchange import Exchange
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from rig.samples import Block
from tests.evaluation.happenings import clock_ahead, judged
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, Z_UL_MG, weighed

HOURS = 16
MINUTES = np.arange(HOURS * 60 + 1)
FROM_NS, TO_NS = EPOCH_NS + 5 * HOUR_NS, EPOCH_NS + 11 * HOUR_NS + 1


def mass_mg(hour):
    """100 µL/h from hour 5 to 11."""
    return 1000.0 + 100.0 * min(max(hour - 5.0, 0.0), 6.0) / Z_UL_MG - 0.05 * hour


def estimated(share=1.0, refilled_ul=0.0):
    """What the pump says of its reservoir each minute: so much of what it delivers is taken off."""
    hour = MINUTES / 60.0
    return 20_000.0 - share * 100.0 * np.clip(hour - 5.0, 0.0, 6.0) + np.where(hour > 8.0, refilled_ul, 0.0)


@pytest.fixture
def record(tmp_path):
    instruments = {
        **START["instruments"],
        "meter": {"capability": "meter", "sample_every_s": 60.0, "accuracy": {"percent": 1.0, "absolute": 1e-5}},
        "daq": {"capability": "daq", "sample_every_s": 60.0},
    }
    with weighed(tmp_path, mass_mg, hours=HOURS, start={"instruments": instruments}) as record:
        for hour, verb, arguments in ((5, "run_continuous", {"rate_ul_h": 100.0}), (11, "stop", {})):
            at_ns = EPOCH_NS + hour * HOUR_NS
            record.command(Exchange("pump", verb, arguments, b"", b"", at_ns, at_ns, "ok"))
        yield record


def evaluated(record, compute, **said):
    with record.reader() as reader:
        return compute(Recipe("what a pump tells", said, FROM_NS, TO_NS), reader)


def sampled(record, stream, channel, unit, values):
    record.descriptor(stream, (Channel(channel, unit),), {})
    record.samples(stream, Block(EPOCH_NS + MINUTES * (HOUR_NS // 60), {channel: values}))


def test_a_clock_that_gains_is_fast(record):
    """20 ms each hour are 5.556 ppm; the rig's own clock is stated to 50 ppm."""
    clock_ahead(record, 3.0 + 0.020 * MINUTES / 60.0, hours=HOURS)
    found = evaluated(record, clock_drift, resolution_s=0.001)
    assert found.budget.value == pytest.approx(0.020 / 3600.0 * 1e6, abs=0.1)
    assert found.budget.u == pytest.approx(50.0, rel=0.01)


def test_a_clock_of_whole_seconds_is_known_less_well(record):
    """All drifts within ± 1 s over six hours agree with every reading: 1/√3 s of 6 h at the most are 26.7 ppm."""
    clock_ahead(record, 3.0 + 0.020 * MINUTES / 60.0, hours=HOURS)
    coarse, fine = (evaluated(record, clock_drift, **said).budget.u for said in ({}, {"resolution_s": 0.001}))
    assert (coarse**2 - fine**2) ** 0.5 == pytest.approx(26.7, rel=0.1)


def test_a_limit_that_the_rigs_own_clock_cannot_decide_names_that_clock(record):
    """50 ppm of the rig's clock, twice, are all of ± 100 ppm: a longer window would not help."""
    clock_ahead(record, 3.0, hours=HOURS)
    window = (FROM_NS, TO_NS)
    result = judged(record, "pump clock drift", Limit("ppm", -100.0, 100.0), window, resolution_s=0.001)
    assert result.verdict == "INCONCLUSIVE"
    assert result.reasons[-1] == "the largest part of u² (100 %) is rig's clock: make that smaller"


def test_a_clock_that_was_read_twice_at_one_moment_is_one_comparison(record):
    clock_ahead(record, 3.0, hours=HOURS)
    twice = np.full(2, EPOCH_NS + 6 * HOUR_NS)
    record.samples("pump", Block(twice, {"clock_offset": np.full(2, 3.0)}))
    found = evaluated(record, clock_drift, resolution_s=0.001)
    assert found.budget.value == pytest.approx(0.0, abs=0.1)


def test_a_pump_that_tells_no_clock_has_no_drift(record):
    with pytest.raises(SeriesError, match="recorded no clock of the pump"):
        evaluated(record, clock_drift)


@pytest.mark.parametrize("share", [1.0, 0.9])
def test_the_reservoirs_estimate_is_held_to_the_balance(record, share):
    clock_ahead(record, 0.0, hours=HOURS, reservoir=estimated(share))
    found = evaluated(record, reservoir_error)
    assert found.budget.value == pytest.approx(100.0 * (share - 1.0), abs=2 * found.budget.u)
    assert found.budget.u < 0.3


def test_a_refill_in_the_window_is_refused(record):
    clock_ahead(record, 0.0, hours=HOURS, reservoir=estimated(refilled_ul=500.0))
    with pytest.raises(SeriesError, match=r"rose by 498.333 µL in this window: ask for a time without a refill"):
        evaluated(record, reservoir_error)


@pytest.mark.parametrize("edge_h", [5, 11])
def test_a_refill_at_the_moment_a_window_begins_or_ends_is_not_in_it(record, edge_h):
    """Where time stands still while the plan acts, the readings before and after a refill bear one stamp."""
    edge = edge_h * 60
    record.descriptor("pump", (Channel("reservoir", "µL"),), {})
    for minutes, refilled_ul in ((MINUTES[: edge + 1], 0.0), (MINUTES[edge:], 500.0)):
        content_ul = estimated()[minutes] + refilled_ul
        record.samples("pump", Block(EPOCH_NS + minutes * (HOUR_NS // 60), {"reservoir": content_ul}))
    found = evaluated(record, reservoir_error)
    assert found.budget.value == pytest.approx(0.0, abs=2 * found.budget.u)


def test_a_pump_without_an_estimate_has_no_error_of_it(record):
    clock_ahead(record, 0.0, hours=HOURS)
    with pytest.raises(SeriesError, match="tells no estimate of its reservoir"):
        evaluated(record, reservoir_error)


def noisy(mean):
    return mean * (1.0 + 0.05 * np.random.default_rng(3).normal(size=MINUTES.size))


def test_the_current_is_the_meters_in_ma(record):
    sampled(record, "meter", "current", "A", noisy(0.002))
    found = evaluated(record, supply_current)
    assert found.budget.value == pytest.approx(2.0, abs=2 * found.budget.u)
    # (1 % of 2 mA + 0.01 mA)/√3, and 5 % of 2 mA over the root of 361 readings.
    assert found.budget.u == pytest.approx(np.hypot(0.03 / 3**0.5, 0.1 / 19), rel=0.05)


def test_a_plan_may_say_how_good_the_meter_is(record):
    sampled(record, "meter", "current", "A", np.full(MINUTES.size, 0.002))
    assert evaluated(record, supply_current, accuracy_ma=0.3).budget.u == pytest.approx(0.3 / 3**0.5)


def test_without_a_meter_it_is_the_daqs(record):
    sampled(record, "daq", "supply_current", "mA", noisy(2.0))
    found = evaluated(record, supply_current, accuracy_ma=0.01)
    assert (found.details["by"], found.budget.value) == ("daq", pytest.approx(2.0, abs=0.02))


def test_a_current_that_wanders_is_known_by_its_parts(record):
    # From 1 to 3 mA: the means of 16 parts lie an eighth of a mA apart, with s = 0.125·√(16·17/12) mA.
    sampled(record, "daq", "supply_current", "mA", np.interp(MINUTES, (5 * 60, 11 * 60), (1.0, 3.0)))
    found = evaluated(record, supply_current, accuracy_ma=0.01).budget
    (scatter,) = (one for one in found.components if one.name == "scatter of the readings")
    assert (scatter.u, scatter.dof) == (pytest.approx(0.125 * (16 * 17 / 12) ** 0.5 / 4, rel=0.01), 15)


def test_a_daq_of_which_nobody_says_how_good_it_is_gives_no_current(record):
    sampled(record, "daq", "supply_current", "mA", noisy(2.0))
    with pytest.raises(SeriesError, match=r"how good daq is stands nowhere: say accuracy_ma=…"):
        evaluated(record, supply_current)


def test_a_current_that_nobody_read_is_refused(record):
    with pytest.raises(SeriesError, match="recorded no current into the pump"):
        evaluated(record, supply_current)
