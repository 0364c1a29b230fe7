"""Draws claims about a record of a course of rates, for tests of their graphs."""

import numpy as np

from reports.facts.graphs import graph_of, graphs_of
from reports.facts.plans import read_plans
from rig.evaluation.registry import kinds
from rig.evaluation.settle import Asked, settle
from rig.record.bodies.events import PlanEnds, WindowEnds
from rig.record.bodies.recipe import Recipe
from tests.evaluation.courses import span
from tests.evaluation.happenings import put
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START

PLAN = "test_plans/test_all.py::test_each"
BENCH = {
    "dut": {"stroke_ul": 0.5},
    "instruments": {
        **START["instruments"],
        "daq": {"capability": "daq", "sample_every_s": 60.0},
        "meter": {"capability": "meter", "sample_every_s": 60.0},
    },
}


def drawn(record, *claims, window=(0.0, 10.0)):
    """Return the results of claims (function, limit, parameters) about a window of hours, and their plan's graphs."""
    bounds = span(*window)
    with record.reader() as reader:
        results = [
            settle(Asked(Recipe(function, parameters, *bounds), limit, PLAN), reader)
            for function, limit, parameters in claims
        ]
    for result in results:
        record.result(result.recipe.function, result)
    put(record, 29 * 3600, WindowEnds("window", *bounds))
    record.event(PlanEnds(PLAN))
    with record.reader() as reader:
        (plan,) = read_plans(reader, ())
        assert [graph_of(one) for one in plan.results] == [kinds()[function].graph for function, _, _ in claims]
        return results, graphs_of(reader, plan, plan.end_ns + 1)


def chart(graphs, name):
    return next(one for one in graphs.charts if one.name == name)


def line(found, name):
    return next(one for one in found.curves if one.name == name)


def minutes_of(values, hours=33):
    """Return samples of a minute each for a whole record."""
    t_ns = EPOCH_NS + np.arange(hours * 60 + 1) * (HOUR_NS // 60)
    return t_ns, np.broadcast_to(np.asarray(values, float), t_ns.shape).copy()
