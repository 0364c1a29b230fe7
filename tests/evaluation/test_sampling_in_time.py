"""A plan on a machine that had too much to do gets no verdict: what was late or lost is measured, told and judged."""

import ctypes

import pytest

from rig.evaluation.case import Case
from rig.evaluation.evidence import sampling
from rig.evaluation.settle import Asked, settle
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.timing import SamplingTimed
from tests.core.bench_support import WALL, bench_text, opened
from tests.evaluation.test_on_the_wall import BEGIN_NS, EPOCH_NS, HOUR_NS, at, run

__all__ = ["run"]  # the fixture
PACE_S = 0.1


def timed(stream="balance", every_s=0.25, turns=10_000, **more):
    return SamplingTimed(stream, every_s, turns, **{"p50_ms": 0.1, "p99_ms": 3.0, "worst_ms": 40.0, **more})


def agreement(record):
    with record.reader() as reader:
        recipe = Recipe("agreement", {}, EPOCH_NS, EPOCH_NS + 33 * HOUR_NS + 1)
        return settle(Asked(recipe, None), reader)


def judged(record, event):
    at(record, EPOCH_NS + 32 * HOUR_NS, event)
    return agreement(record)


def test_a_machine_that_keeps_up_says_so_with_its_figures(run):
    found = judged(run, timed(samples=10_000))
    assert found.verdict == "PASS"
    assert found.details["sampling in time"] == (
        "readings began 3 ms late at most for 99 of 100 (balance), 40 ms at the worst, 0 were lost"
    )


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"p99_ms": 150.0, "worst_ms": 400.0}, "99 of 100 may be 125 ms late"),
        ({"worst_ms": 11_000.0}, "none may be more than 1e+04 ms late: the machine stood still"),
        ({"skipped": 110}, "1.09 % of the turns are lost, 1 % may be"),
        ({"samples": 5000, "lost": 51}, "1.01 % of the samples are lost, 1 % may be"),
    ],
)
def test_one_that_does_not_gets_no_verdict(run, figures, said):
    found = judged(run, timed(**figures))
    assert found.verdict == "INVALID"
    (reason,) = found.reasons
    assert reason.startswith("sampling in time: balance, read each 0.25 s, 10000 times: p99 ")
    assert said in reason


def test_the_newest_of_a_plan_holds(run):
    at(run, BEGIN_NS, timed(skipped=5000))
    assert judged(run, timed()).verdict == "PASS"


def test_in_virtual_time_nobody_is_asked(run):
    assert agreement(run).details["sampling in time"].startswith("not asked: nothing tells how late")


@pytest.fixture(scope="module")
def on_the_wall(tmp_path_factory):
    """What a bench measured of itself on the wall clock: left alone, and while somebody holds the interpreter."""
    folder = tmp_path_factory.mktemp("wall")
    with opened(folder, bench_text(clock=WALL, every_s=PACE_S, watchdog_s=5, lease_s=5)) as (bench, record):
        with bench.plan():
            bench.dwell(seconds=8 * PACE_S)
        with bench.plan():
            ctypes.PyDLL(None).usleep(round(6 * PACE_S * 1e6))
            bench.dwell(seconds=2 * PACE_S)
        with record.reader() as reader:
            events = reader.events(SamplingTimed)
            case = Case(reader, events[2].t_ns, events[-1].t_ns + 1)
            yield [entry.body for entry in events], sampling.testify(case)


def test_every_stream_of_a_plan_is_measured(on_the_wall):
    events, _ = on_the_wall
    assert sorted(one.stream for one in events) == ["balance"] * 2 + ["pump"] * 2
    first = events[0]
    assert first.every_s == PACE_S
    assert 0 < first.turns + first.skipped <= 8 + 2
    assert 0 <= first.p50_ms <= first.p99_ms <= first.worst_ms


def test_a_machine_that_stood_still_is_found_by_its_own_samplers(on_the_wall):
    events, said = on_the_wall
    assert events[-1].skipped >= 3
    assert said.undermines
    assert any("of the turns are lost" in one for one in said.against)
