"""Runs as pages: a record with samples of every instrument, and what its page says."""

import numpy as np

from reports.facts.run_reading import read_run
from reports.page.html import render
from rig.record.bodies.events import PlanBegins, PlanEnds
from tests.reports.pages import read_page
from tests.reports.records import EPOCH_NS, MINUTE_NS, Scribe, result_body


def html_of(scribe: Scribe) -> str:
    with scribe.reader as reader:
        return render(read_run(reader))


def page_of(scribe: Scribe):
    return read_page(html_of(scribe))


def measured(write, *results, **changes) -> Scribe:
    """A run with one plan and some samples of every instrument."""
    scribe = write(**changes)
    t_ns = EPOCH_NS + np.arange(200) * MINUTE_NS
    scribe.stream("balance", {"mass": "mg"}, t_ns, mass=np.arange(200) / 30)
    scribe.stream(
        "flow", {"flow": "µL/h", "temperature": "°C"}, t_ns, flow=np.full(200, 2), temperature=np.full(200, 37)
    )
    scribe.stream(
        "pump", {"delivered": "µL", "battery": "V"}, t_ns, delivered=np.arange(200) / 30, battery=np.full(200, 3)
    )
    scribe.record.event(PlanBegins(result_body()["plan"], ("ACC-001",)))
    scribe.tell_pump("run_continuous", rate_ul_h=2.0)
    scribe.clock.wait_s(200 * 60)
    for body in results:
        scribe.result(body)
    scribe.record.event(PlanEnds(result_body()["plan"]))
    return scribe
