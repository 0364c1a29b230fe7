"""The page in Debian's Chromium: axe-core finds nothing on it, and a narrow window shows what counts."""

from importlib.metadata import files

import numpy as np
import pytest

from reports.facts.joined import join
from reports.facts.run_reading import read_run
from reports.page.html import render, render_joined
from rig.clock import VirtualClock
from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds, ChallengeKind
from rig.record.bodies.codec import from_body
from rig.record.bodies.events import OutcomeWord, PlanBegins, PlanEnds, PlanOutcome
from rig.record.bodies.others import Stop
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.reports.browser import browser
from tests.reports.records import EPOCH_NS, MINUTE_NS, NO_NUMBER, PLAN, Scribe, result_body, start_body
from tests.reports.test_page_of_witnesses import agreement

FAST = PLAN.replace("slow", "fast")
# Every fold is opened and every graph drawn before anything is looked for.
OPENED = """
(async () => {
  document.querySelectorAll("details").forEach((fold) => { fold.open = true; });
  document.querySelectorAll("figure.chart").forEach((figure) => figure.scrollIntoView());
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
})()
"""
FOUND = """
axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(
  ({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`)))
"""
# Of each row of the table of verdicts: what of its verdict, value and U stands outside of the window.
OUTSIDE = """
[...document.querySelectorAll("table.verdicts tbody tr")].flatMap((row) => [
  ...row.querySelectorAll(".of-verdict .badge, .of-value .value, td.of-value")]
  .map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
  .filter(([, box]) => box.width === 0 || box.height === 0 || box.left < 0 || box.right > innerWidth)
  .map(([text, { left, right }]) => `${text}: ${left} to ${right}`))
"""


def recorded(folder, name):
    """A run that knows every verdict, a plan that failed and one that was skipped."""
    clock = VirtualClock(EPOCH_NS)
    kept = {"file": "limits.toml", "sha256": "ab" * 32, "text": "[limits]\n"}
    helper = {"source": kept | {"file": "doses.py"}, "plans": ["test_basal.py"]}
    start = start_body(kind="mocked", judged_by=[kept], helper_sources=[helper], overdue=["balance: overdue"])
    record = RunRecord.create(folder, name, from_body(Start, start), EPOCH_NS, clock)
    scribe = Scribe(record, clock)
    t_ns = EPOCH_NS + np.arange(200) * MINUTE_NS
    scribe.stream("balance", {"mass": "mg"}, t_ns, mass=np.arange(200) / 30)
    scribe.stream("pump", {"delivered": "µL"}, t_ns, delivered=np.arange(200) / 30)
    record.event(PlanBegins(PLAN, ("ACC-001",)))
    scribe.tell_pump("run_continuous", rate_ul_h=2.0)
    clock.wait_s(100 * 60)
    record.event(ChallengeBegins(ChallengeKind.KINK, "twin", clock.now_ns(), 0.0))
    record.event(PumpStateChanged("pump", "infusing", clock.now_ns(), ("stall",), 1))
    clock.wait_s(100 * 60)
    record.event(ChallengeEnds(ChallengeKind.KINK, "twin", clock.now_ns(), 0.0))
    for body in [
        *(result_body(verdict=one) for one in ("PASS", "FAIL", "INCONCLUSIVE")),
        result_body(**NO_NUMBER),
        agreement("it leapt"),
    ]:
        scribe.result(body)
    record.event(PlanEnds(PLAN))
    record.event(PlanOutcome(PLAN, OutcomeWord.FAILED, "verdicts"))
    record.event(PlanOutcome(FAST, OutcomeWord.FAILED, "AssertionError: assert 1 == 2\n  where 1 = f()", ("ACC-001",)))
    record.event(PlanOutcome(f"{FAST}-2", OutcomeWord.SKIPPED, "no reservoir"))
    record.stop(Stop("FINISHED"))
    with scribe.reader as reader:
        return read_run(reader)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A browser, and the pages to open in it."""
    folder = tmp_path_factory.mktemp("pages")
    runs = [recorded(folder, name) for name in ("run-1", "run-2")]
    pages = {"one run": render(runs[0]), "joined": render_joined(join(runs))}
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    with browser(folder) as window:
        yield window, folder


@pytest.fixture(scope="module")
def axe():
    """axe-core's own text, which a package of the index carries; nothing of that package is imported."""
    (script,) = (file for file in files("axe-playwright-python") or () if file.name == "axe.min.js")
    return script.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "page, width, scheme",
    [
        ("one run", 1400, "light"),
        ("one run", 1400, "dark"),
        ("one run", 390, "light"),
        ("one run", 390, "dark"),
        ("joined", 1400, "light"),
        ("joined", 390, "dark"),
    ],
)
def test_axe_finds_nothing(shown, axe, page, width, scheme):
    window, folder = shown
    window.open(folder / f"{page}.html", width=width, scheme=scheme)
    window.run(OPENED)
    window.run(axe)
    assert window.run(FOUND) == []


@pytest.mark.parametrize("page", ["one run", "joined"])
def test_verdict_value_and_uncertainty_stand_in_a_narrow_window(shown, page):
    window, folder = shown
    window.open(folder / f"{page}.html", width=390)
    assert window.run(OUTSIDE) == []
    assert window.run("document.querySelectorAll('table.verdicts tbody tr').length") >= 6


@pytest.mark.parametrize("width", [1400, 390])
def test_lanes_of_time_are_as_wide_as_their_figure(shown, width):
    window, folder = shown
    window.open(folder / "one run.html", width=width)
    boxes = window.run(
        "[...document.querySelectorAll('figure.timeline')].map((one) => [one.clientWidth, "
        "...[...one.querySelectorAll('svg.lane')].map((lane) => lane.getBoundingClientRect().width)])"
    )
    assert boxes
    assert all(lane == pytest.approx(figure, abs=1) for figure, *lanes in boxes for lane in lanes)


@pytest.mark.parametrize("page", ["one run", "joined"])
def test_a_narrow_window_does_not_scroll_sideways(shown, page):
    window, folder = shown
    window.open(folder / f"{page}.html", width=390)
    assert window.run("document.scrollingElement.scrollWidth") <= 390
