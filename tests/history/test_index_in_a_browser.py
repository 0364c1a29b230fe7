"""The page of all runs in Debian's Chromium: axe-core finds nothing, filters find runs, keys reach everything."""

import json
from datetime import UTC, datetime
from importlib.metadata import files

import pytest

from reports.index.bundles import Claim, Claims
from reports.index.page import render
from tests.history.lines import run
from tests.reports.browser import browser

FOUND = """
axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(
  ({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`)))
"""
SHOWN = "[...document.querySelectorAll('#table tbody th')].map((head) => head.textContent)"
# What a person does to a filter: the value, and the event that follows.
CHOSEN = """
(() => {{ const one = document.forms.filter.elements[{name!r}]; one.value = {value!r};
  one.dispatchEvent(new Event("input", {{ bubbles: true }})); return {shown}; }})()
"""
STATUS = "document.getElementById('status').textContent"
HOSTILE = "<img src=x onerror=alert(1)>"
SIGNED = {
    "run-248": (Claim("b.zip", "A. Author", "author"), Claim("b.zip", "B. Approver", "approver")),
    "run-240": (Claim("b.zip", "A. Author", "author"),),
    "run-004": (Claim("hostile.zip", HOSTILE, "approver"),),
}


def lines():
    """Return 250 runs: of physical benches, save for every tenth; the fifth has a hostile pump."""
    made = [
        run(
            number,
            f"P-{number % 7}",
            kind="mocked" if number % 10 == 0 else "physical",
            outcome="FAIL" if number % 50 == 1 else "PASS",
            bench=f"bench-{number % 3}",
            requirements=("ACC-001", "ACC-002") if number % 2 else ("ACC-001",),
            verdicts={"PASS": 2},
        )
        for number in range(250)
    ]
    made[5] = run(5, HOSTILE, outcome="INCONCLUSIVE", operator="\u202eevil")
    made[6] = run(6, outcome="", ended="RUNNING")
    made[7] = run(7, outcome="ALTERED", problem="entry 2: it is not what was recorded")
    return made


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    text = render(lines(), ["run-249.html", "run-249.pdf"], Claims(SIGNED), written_ns=0)
    (folder / "index.html").write_text(text, encoding="utf-8")
    with browser(folder) as window:
        yield window, folder / "index.html"


@pytest.fixture
def opened(shown):
    window, place = shown
    window.open(place, width=1400)
    window.run("document.forms.filter.reset()")
    window.run("new Promise((done) => setTimeout(done))")
    return window


def choose(window, name, value):
    return window.run(CHOSEN.format(name=name, value=value, shown=SHOWN))


@pytest.mark.parametrize("width, scheme", [(1400, "light"), (1400, "dark"), (390, "light"), (390, "dark")])
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


def test_a_hundred_runs_stand_on_a_page_and_the_next_are_a_press_away(opened):
    assert opened.run(SHOWN)[:2] == ["run-249", "run-248"]
    opened.run("document.getElementById('older').click()")
    opened.run("document.getElementById('older').click()")
    assert opened.run(SHOWN)[-1] == "run-000"
    assert opened.run(STATUS) == "201 to 250 of 250 runs."
    assert opened.run("document.getElementById('older').disabled")


def is_of(line, name, value):
    """Tell whether a run is one that a filter asks for."""
    day = datetime.fromtimestamp(line.begun_utc_ns / 1e9, UTC).date().isoformat()
    said = {
        "text": value in f"{line.run_id} {line.model} {line.dut} {line.operator}".lower(),
        "outcome": line.outcome == value,
        "requirement": value in line.requirements,
        "bench": line.bench == value,
        "kind": line.kind == value,
        "from": day >= value,
        "to": day <= value,
    }
    return said[name]


@pytest.mark.parametrize(
    "name, value",
    [
        ("text", "p-3"),
        ("outcome", "FAIL"),
        ("requirement", "ACC-002"),
        ("bench", "bench-2"),
        ("kind", "mocked"),
        ("from", "2026-09-01"),
        ("to", "2026-01-20"),
    ],
)
def test_a_filter_shows_the_runs_that_it_asks_for_and_no_other(opened, name, value):
    meant = [line.run_id for line in reversed(lines()) if is_of(line, name, value)]
    assert 0 < len(meant) < 250
    assert choose(opened, name, value) == meant[:100]
    assert opened.run(STATUS) == f"1 to {min(100, len(meant))} of {len(meant)} runs that match, of 250."


@pytest.mark.parametrize(
    "role, meant", [("author", ["run-248", "run-240"]), ("approver", ["run-248", "run-004"]), ("reviewer", [])]
)
def test_a_filter_shows_the_runs_that_bundles_say_were_signed_as_this(opened, role, meant):
    assert choose(opened, "signed", role) == meant


def test_runs_of_which_no_bundle_says_that_they_were_signed_are_the_others(opened):
    assert not set(choose(opened, "signed", "none")) & set(SIGNED)
    assert opened.run(STATUS) == "1 to 100 of 247 runs that match, of 250."


def test_a_signature_says_that_it_is_not_checked_and_where_it_is(opened):
    choose(opened, "signed", "author")
    cell = "document.querySelector('#table tbody tr td:last-child')"
    said = "signed by A. Author as author, B. Approver as approver, not checked here: rig verify b.zip"
    assert opened.run(f"{cell}.textContent.trim()") == said
    assert opened.run(f"{cell}.querySelector('a').getAttribute('href')") == "b.zip"


def test_what_is_chosen_stands_in_the_address_and_is_read_from_it(opened):
    meant = choose(opened, "outcome", "FAIL")
    assert opened.run("location.hash") == "#outcome=FAIL"
    # As a reader does who was sent that address.
    opened.reload()
    assert opened.run(SHOWN) == meant


def test_nothing_matching_is_said(opened):
    assert choose(opened, "text", "no such pump") == []
    assert opened.run(STATUS) == "No run matches, of 250."


def test_mocked_runs_are_marked(opened):
    choose(opened, "kind", "mocked")
    marked = opened.run(
        "[...document.querySelectorAll('#table tbody tr')].every((row) => row.querySelector('.mocked'))"
    )
    assert marked


def test_a_hostile_pump_is_text(opened):
    assert choose(opened, "text", "onerror") == ["run-005"]
    assert opened.run("document.querySelectorAll('#table img').length") == 0
    assert HOSTILE in opened.run("document.querySelector('#table tbody tr').textContent")


def test_reports_are_linked_by_a_name_that_says_whose_they_are(opened):
    links = "[...document.querySelectorAll('#table tbody a')].map((one) => [one.getAttribute('href'), one.ariaLabel])"
    assert opened.run(links) == [
        ["run-249.html", "HTML report of run-249"],
        ["run-249.pdf", "PDF report of run-249"],
        ["b.zip", "bundle b.zip of run-248"],
        ["b.zip", "bundle b.zip of run-240"],
    ]


def test_the_table_drawn_by_the_script_says_what_the_one_without_says(shown):
    window, place = shown
    text = place.read_text(encoding="utf-8")
    window.open(place, width=1400)
    cells = "(row) => [...row.cells].map((cell) => cell.textContent.trim())"
    rows = f"(one) => [...one.querySelectorAll('#table tbody tr')].map({cells})"
    plain = window.run(f"(({rows})(new DOMParser().parseFromString({json.dumps(text)}, 'text/html')))")
    window.run("document.forms.filter.reset()")
    window.run("new Promise((done) => setTimeout(done))")
    assert window.run(f"(({rows})(document))") == plain
