"""The page of the matrix in Debian's Chromium: axe-core finds nothing, filters find rows, hostile texts are texts."""

from importlib.metadata import files

import pytest

from reports.matrix.page import render
from rig.record.bodies.judging import Requirement
from tests.history.test_index_in_a_browser import FOUND
from tests.matrix.lines import HOSTILE, KEPT, TOLD, found, plan, ran
from tests.reports.browser import browser

SHOWN = """
(() => {{ const one = document.forms.filter.elements[{name!r}]; one.value = {value!r};
  one.dispatchEvent(new Event("input", {{ bubbles: true }}));
  const heads = document.querySelectorAll("table[data-of={of}] tbody tr:not([hidden]) th");
  return [...heads].map((head) => head.innerText); }})()
"""


def matrix():
    """Return a matrix with a gap of nearly every kind, and hostile texts wherever one may stand."""
    hostile = {HOSTILE: Requirement(HOSTILE, HOSTILE, hazard=HOSTILE, method=HOSTILE)}
    runs = [
        ran(1, {KEPT: "PASS", TOLD: "FAIL"}),
        ran(2, {KEPT: "PASS"}, HOSTILE, operator=HOSTILE, bench=HOSTILE),
        ran(3, {KEPT: "INCONCLUSIVE", f"{TOLD}[{HOSTILE}]": "INVALID"}, "SIM", kind="mocked"),
    ]
    excused = {"R-4": Requirement("Air is told.", "a test", no_plan="nothing sees air")}
    return found(
        *runs,
        plans=(plan("test_more"), plan("test_typo", "R-11"), plan("test_hostile", HOSTILE)),
        requirements={**hostile, **excused},
        stale_of=lambda _: {TOLD: (f"limit: {HOSTILE}",)},
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    names = ["run-001.html", "run-001.pdf", "run-003.json"]
    text = render(matrix(), [f"notes: {HOSTILE}"], names, to_runs="../my%20runs/", written_ns=0)
    (folder / "matrix.html").write_text(text, encoding="utf-8")
    with browser(folder) as window:
        yield window, folder / "matrix.html"


@pytest.fixture
def opened(shown):
    window, place = shown
    window.open(place, width=1400)
    window.run("document.forms.filter.reset()")
    window.run("new Promise((done) => setTimeout(done))")
    return window


def choose(window, name, value, of):
    return window.run(SHOWN.format(name=name, value=value, of=of))


@pytest.mark.parametrize("width, scheme", [(1400, "light"), (1400, "dark"), (390, "light")])
def test_axe_finds_nothing(shown, width, scheme):
    window, place = shown
    window.open(place, width=width, scheme=scheme)
    (script,) = (file for file in files("axe-playwright-python") or () if file.name == "axe.min.js")
    window.run(script.read_text(encoding="utf-8"))
    assert window.run(FOUND) == []


def test_a_narrow_window_does_not_scroll_sideways(shown):
    window, place = shown
    window.open(place, width=390)
    assert window.run("document.scrollingElement.scrollWidth") <= 390


def test_gaps_stand_before_all_else(opened):
    assert opened.run("[...document.querySelectorAll('h2')].map((one) => one.id)") == ["gaps", "requirements", "pumps"]


def test_a_requirement_is_chosen_in_every_table(opened):
    assert choose(opened, "requirement", "R-2", "requirements") == ["R-2"]
    assert set(choose(opened, "requirement", "R-2", "gaps")) == {"failing", "not decided", "stale"}
    assert choose(opened, "requirement", "R-1", "pumps") == ["pump SIM mocked"]


def test_a_kind_of_gap_is_chosen(opened):
    assert choose(opened, "gap", "plan without requirement", "gaps") == ["plan without requirement"]
    assert choose(opened, "gap", "failing", "requirements") == ["R-2"]


def test_what_is_chosen_stands_in_the_address_and_is_read_from_it(opened):
    choose(opened, "verdict", "FAIL", "requirements")
    assert opened.run("location.hash") == "#verdict=FAIL"
    opened.reload()
    assert choose(opened, "verdict", "FAIL", "requirements") == ["R-2"]


def test_a_mocked_verdict_does_not_stand_in_place_of_a_physical_one(opened):
    cells = "[...document.querySelectorAll('table[data-of=requirements] td.plans')].map((one) => one.innerText)"
    first = opened.run(cells)[0]
    assert "run-003" in first
    assert "run-002" in first


def test_hostile_texts_are_texts_and_bounded(opened):
    assert opened.run("document.querySelectorAll('main script, main img').length") == 0
    assert "\u202e" not in opened.run("document.body.textContent")
    assert opened.run("Math.max(...[...document.querySelectorAll('td, th')].map((one) => one.scrollWidth))") < 1500


def test_a_report_is_linked_from_wherever_its_run_is_named(opened):
    links = "[...new Set([...document.querySelectorAll('main a')].map((one) => one.getAttribute('href')))]"
    assert opened.run(links) == ["../my%20runs/run-001.html", "../my%20runs/run-003.json"]
