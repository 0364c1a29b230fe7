"""A graph's last point is of an interval that is over: each held against the record's own samples."""

import re

import numpy as np
import pytest

from reports.dashboards import health, signals
from rig.channels import Channel
from rig.clock import VirtualClock
from rig.record.bodies.others import Stop
from rig.record.reader import RecordReader
from rig.samples import Block
from tests.dashboards.grafana import EVERYTHING, Span, substituted
from tests.dashboards.test_queries import FINE
from tests.streaming import records

# One sample each 10 s and six in a block, from 7 minutes on; the end lies within an interval of every width.
PACE_S, BLOCK = 10, 6
MINUTES = range(7, 147)
RISING = {"line_pressure": "kPa", "supply": "V", "air": "°C"}
CHOSEN = {"run": "rising", "source": "mocked", "bench": EVERYTHING, "dut": EVERYTHING, "instrument": EVERYTHING}
HOURS = pytest.mark.parametrize("hours, width_s", [(2, 10), (24, 300), (240, 900)], ids=["10 s", "5 min", "15 min"])


def rising(folder):
    """Write a run in which all that is measured rises, so that a mean over a part of an interval is a wrong one."""
    clock = VirtualClock(records.EPOCH_NS)
    with records.begin(folder, "rising", clock) as record:
        record.descriptor("daq", [Channel(name, unit, "it rises") for name, unit in RISING.items()], {})
        for minute in MINUTES:
            seconds = minute * 60 + PACE_S * np.arange(BLOCK)
            t_ns = records.EPOCH_NS + seconds * records.SECOND_NS
            clock.wait_until(int(t_ns[-1]))
            block = Block(t_ns, dict.fromkeys(RISING, seconds / 60.0))
            record.samples("daq", block, due_ns=int(t_ns[-1]) - minute * 1_000_000)
        record.stop(Stop("FINISHED"))
    return record.path


@pytest.fixture(scope="module")
def world(streamed):
    return streamed(rising)


@pytest.fixture(scope="module")
def measured(world):
    """Return seconds since the run's first moment and values of the record itself."""
    with RecordReader(world.records[0]) as reader:
        series = reader.series("daq")
    return (series.t_ns - records.EPOCH_NS) / records.SECOND_NS, series.columns["line_pressure"]


def whole(measured, width_s, hours=24):
    """Return the record's samples in each interval that was measured from end to end: start in s to values."""
    in_span = measured[0] < hours * 3600
    seconds, values = (one[in_span] for one in measured)
    starts = np.arange(0, seconds[-1] + 1, width_s)
    return {
        start: values[(seconds >= start) & (seconds < start + width_s)]
        for start in starts
        if seconds[0] < start and start + width_s <= seconds[-1] + PACE_S
    }


def shown(world, panel, hours, number=0):
    """Return the only series of a panel's query of this number, by the pace of the span: start in s to value."""
    of_pace = [query for query in panel.queries if (FINE in query.text) == (hours == 2)] or panel.queries
    begun_ms = records.EPOCH_NS // 1_000_000
    text = substituted(of_pace[number].text, CHOSEN, Span(begun_ms, begun_ms + hours * 3_600_000 - 1))
    (found,) = world.server.query(text, world.database)
    return {(t_ns - records.EPOCH_NS) / records.SECOND_NS: value for t_ns, value in found["values"]}


@HOURS
@pytest.mark.parametrize("panel", [signals.PRESSURE, signals.SUPPLY, signals.TEMPERATURES], ids=lambda one: one.title)
def test_a_mean_is_that_of_the_record_in_each_whole_interval_and_shown_in_no_other(
    world, measured, panel, hours, width_s
):
    wanted = {start: values.mean() for start, values in whole(measured, width_s, hours).items()}
    assert shown(world, panel, hours) == pytest.approx(wanted)


@HOURS
@pytest.mark.parametrize("number, extreme", [(1, np.max), (2, np.min)], ids=["highest", "lowest"])
def test_an_extreme_is_that_of_the_record_in_each_whole_interval_and_shown_in_no_other(
    world, measured, number, extreme, hours, width_s
):
    wanted = {start: extreme(values) for start, values in whole(measured, width_s, hours).items()}
    assert shown(world, signals.PRESSURE, hours, number) == pytest.approx(wanted)


def test_what_is_read_in_a_second_is_that_of_whole_intervals(world):
    rates = list(shown(world, health.READ, 24).values())
    assert rates == pytest.approx([1 / PACE_S] * len(rates))


def test_an_interval_that_is_not_over_has_no_rate_of_reading(world):
    assert max(shown(world, health.READ, 24)) < MINUTES[-1] * 60 // 300 * 300


def test_a_legend_says_the_worst_lateness_of_the_record(world):
    assert max(shown(world, health.LATE, 24).values()) == MINUTES[-1]
    assert health.LATE.told == "max"


def test_what_99_of_100_stay_below_is_of_whole_intervals(world, measured):
    starts = shown(world, health.LATE, 24, number=1)
    assert starts.keys() == set(whole(measured, 300))


@pytest.mark.parametrize("panel", [signals.PRESSURE, signals.SUPPLY, signals.TEMPERATURES], ids=lambda one: one.title)
def test_a_channel_is_named_after_itself(world, panel):
    begun_ms = records.EPOCH_NS // 1_000_000
    names = []
    for query in (query for query in panel.queries if FINE not in query.text):
        text = substituted(query.text, CHOSEN, Span(begun_ms, begun_ms + 86_400_000))
        (found,) = world.server.query(text, world.database)
        name = query.legend.replace("$tag_instrument", "daq").replace("$col", found["columns"][1])
        for renamed in panel.transformations:
            options = renamed["options"]
            name = re.sub(options["regex"], re.sub(r"\$(\d)", r"\\\1", options["renamePattern"]), name)
        names.append(name)
    assert names[0].removeprefix("daq: ") in RISING
    assert names[1:] in ([], ["line_pressure, highest", "line_pressure, lowest"])
