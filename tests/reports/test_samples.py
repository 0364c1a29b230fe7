"""Thinning keeps what a reader would miss."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reports.facts.snapshot import Snapshot
from reports.facts.traces import pieces, thin, traces
from tests.reports.records import EPOCH_NS, HOUR_NS, MINUTE_NS

SERIES = arrays(np.float64, st.integers(1, 400), elements=st.floats(-1e6, 1e6))


@given(SERIES, st.integers(2, 60))
def test_highest_and_lowest_stay(values, most):
    kept = values[thin(values, most)]
    assert (kept.min(), kept.max()) == (values.min(), values.max())


@given(SERIES, st.integers(2, 60))
def test_never_more_than_asked_for(values, most):
    assert len(thin(values, most)) <= max(most, 1)


@given(SERIES, st.integers(2, 60))
def test_order_stays(values, most):
    assert (np.diff(thin(values, most)) > 0).all()


def test_few_samples_stay_all():
    assert thin(np.arange(5.0), 5).tolist() == [0, 1, 2, 3, 4]


def test_a_value_that_is_no_number_is_no_extreme():
    values = np.array([1.0, np.nan, 5.0, np.inf, 2.0, 3.0])
    assert values[thin(values, 2)].tolist() == [1.0, 5.0]


def test_pieces_hold_every_sample_once(write):
    scribe = write()
    t_ns = EPOCH_NS + np.arange(100) * MINUTE_NS
    scribe.stream("balance", {"mass": "mg"}, t_ns, mass=np.arange(100))
    with scribe.reader as reader:
        found = [series.t_ns for series in pieces(reader, "balance", ["mass"], EPOCH_NS, EPOCH_NS + 2 * HOUR_NS, 7)]
    assert np.concatenate(found).tolist() == t_ns.tolist()


def test_a_short_peak_in_a_long_trace_is_shown(write):
    scribe = write()
    values = np.zeros(50_000)
    values[31_415] = 7.0
    scribe.stream("flow", {"flow": "µL/h"}, EPOCH_NS + np.arange(50_000) * 1_000_000, flow=values)
    with scribe.reader as reader:
        trace = traces(reader, "flow", ["flow"], EPOCH_NS, EPOCH_NS + HOUR_NS)["flow"]
    assert (trace.values.max(), trace.recorded, trace.thinned) == (7.0, 50_000, True)


def test_figures_are_of_all_samples_not_of_those_shown(write):
    scribe = write()
    values = np.arange(10_001.0)
    scribe.stream("flow", {"flow": "µL/h"}, EPOCH_NS + np.arange(10_001) * 1_000_000, flow=values)
    with scribe.reader as reader:
        trace = traces(reader, "flow", ["flow"], EPOCH_NS, EPOCH_NS + HOUR_NS)["flow"]
    assert (trace.smallest, trace.mean, trace.largest) == (0.0, 5000.0, 10_000.0)


def test_figures_are_of_the_samples_that_are_numbers(write):
    scribe = write()
    values = np.array([1.0, np.nan, 2.0, np.inf, 6.0])
    scribe.stream("flow", {"flow": "µL/h"}, EPOCH_NS + np.arange(5) * MINUTE_NS, flow=values)
    with scribe.reader as reader:
        trace = traces(reader, "flow", ["flow"], EPOCH_NS, EPOCH_NS + HOUR_NS)["flow"]
    assert (trace.smallest, trace.mean, trace.largest, trace.recorded) == (1.0, 3.0, 6.0, 5)


def test_what_is_in_memory_is_one_piece(write):
    scribe = write()
    t_ns = EPOCH_NS + np.arange(100) * MINUTE_NS
    scribe.stream("balance", {"mass": "mg"}, t_ns, mass=np.arange(100))
    with Snapshot(scribe.record.path, 10) as then:
        found = [len(series.t_ns) for series in pieces(then, "balance", ["mass"], EPOCH_NS, EPOCH_NS + 2 * HOUR_NS, 7)]
    assert found == [100]
