"""A plan changes how often its bench reads: seldom over days, often for a while, and as before behind it."""

import contextlib

import numpy as np
import pytest

from rig.errors import PlanError
from rig.evaluation.paces import pace_s
from tests.core.bench_support import bench_text, opened

MINUTE_NS = 60_000_000_000


def readings_each_min(record, stream, from_ns, to_ns):
    with record.reader() as reader:
        t_ns = reader.series(stream, from_ns, to_ns).t_ns
    return np.unique(np.diff(t_ns) // MINUTE_NS).tolist()


@pytest.fixture(scope="module")
def thinned(tmp_path_factory):
    """A bench that is read each minute, then each hour for half a day, then each minute again; its record and times."""
    with opened(tmp_path_factory.mktemp("paces"), bench_text()) as (bench, record):
        pump = bench.instruments.pump()
        pump.run_continuous(rate_ul_h=40.0)
        times = [bench.clock.now_ns()]
        bench.dwell(minutes=30)
        times.append(bench.clock.now_ns())
        with bench.read_each(hours=1):
            bench.dwell(hours=12)
            times.append(bench.clock.now_ns())
        bench.dwell(minutes=30)
        times.append(bench.clock.now_ns())
        yield record, times, pump.status()


def test_instruments_are_read_at_the_pace_that_is_asked_for(thinned):
    record, (_, begin_ns, end_ns, _), _ = thinned
    assert readings_each_min(record, "balance", begin_ns + 1, end_ns) == [60]


def test_a_pump_that_watches_its_link_is_heard_in_time_and_delivers_on(thinned):
    record, (_, begin_ns, end_ns, _), status = thinned
    assert readings_each_min(record, "pump", begin_ns + 1, end_ns) == [5]
    assert (status.state, status.alarms) == ("infusing", ())
    assert status.delivered_ul == pytest.approx(13 * 40.0, abs=1.0)


@pytest.mark.parametrize("stream", ["balance", "pump"])
@pytest.mark.parametrize("part", [0, 2], ids=["before", "behind"])
def test_it_is_read_at_its_own_pace_before_and_behind(thinned, stream, part):
    record, times, _ = thinned
    assert readings_each_min(record, stream, times[part] + 1, times[part + 1]) == [1]


@pytest.mark.parametrize("part, wanted_s", [(0, 60.0), (1, 3600.0), (2, 60.0)])
def test_an_evaluation_finds_the_pace_of_its_time(thinned, part, wanted_s):
    record, times, _ = thinned
    with record.reader() as reader:
        assert pace_s(reader, "balance", times[part], times[part + 1]) == wanted_s


def test_an_evaluation_of_several_paces_takes_the_slowest(thinned):
    record, times, _ = thinned
    with record.reader() as reader:
        assert pace_s(reader, "balance", times[0], times[3]) == 3600.0


def test_the_pump_waits_as_before_when_the_block_is_over(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        with contextlib.suppress(OSError), bench.read_each(minutes=5):
            raise OSError
        with record.reader() as reader:
            told = [one.body for one in reader.commands("pump") if one.body.verb == "set_link_watchdog"]
    assert [one.arguments["seconds"] for one in told] == [150, 600, 150]


def test_a_pump_that_may_run_on_for_days_is_read_as_seldom_as_asked(tmp_path):
    with opened(tmp_path, bench_text(watchdog_s=86_400)) as (bench, record):
        begin_ns = bench.clock.now_ns()
        bench.instruments.pump().run_continuous(rate_ul_h=40.0)
        with bench.read_each(hours=6):
            bench.dwell(hours=48)
        assert readings_each_min(record, "pump", begin_ns + 1, bench.clock.now_ns()) == [360]
        assert bench.instruments.pump().status().delivered_ul == 48 * 40.0


@pytest.mark.parametrize("pace", [{}, {"minutes": 0}, {"minutes": -1}, {"hours": "3"}])
def test_a_pace_that_is_none_is_refused(tmp_path, pace):
    with opened(tmp_path, bench_text()) as (bench, _), pytest.raises(PlanError), bench.read_each(**pace):
        pass


def test_a_block_in_a_block_goes_back_to_the_pace_of_the_outer_one(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        with bench.read_each(minutes=10):
            with bench.read_each(minutes=1):
                bench.dwell(minutes=5)
            begin_ns = bench.clock.now_ns()
            bench.dwell(hours=1)
            assert readings_each_min(record, "balance", begin_ns + 1, bench.clock.now_ns()) == [10]
        with record.reader() as reader:
            told = [one.body for one in reader.commands("pump") if one.body.verb == "set_link_watchdog"]
    assert [one.arguments["seconds"] for one in told] == [150, 600, 150, 600, 150]


@pytest.mark.parametrize("stream, each_min", [("balance", 2), ("pump", 5)])
def test_a_weighing_at_zero_flow_is_read_seldom_on_the_virtual_clock(tmp_path, stream, each_min):
    with opened(tmp_path, bench_text()) as (bench, record):
        begin_ns = bench.clock.now_ns()
        bench.zero_flow(hours=1)
        assert readings_each_min(record, stream, begin_ns + 1, bench.clock.now_ns()) == [each_min]
