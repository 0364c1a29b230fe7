"""A run of many plans makes a page that stays light."""

import pytest

from reports.page.html import write_report
from tests.reports.many import write_many
from tests.reports.pages import read_page

PLANS = 20


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    write_report(write_many(folder, PLANS), folder / "page.html")
    return (folder / "page.html").read_text(encoding="utf-8")


def test_a_result_with_its_graphs_stays_light(page):
    # Two hundred of them, with all that a page has once, are then some 4 MB.
    begin, end = page.index('id="plan-5"'), page.index('id="plan-6"')
    assert end - begin < 18_500


def test_every_result_has_its_graphs(page):
    assert len(read_page(page).attributes("figure")) == 4 * PLANS + 6


def test_the_head_names_the_first_and_folds_the_rest(page):
    head = page[: page.index("Verdicts")]
    assert f"<summary>and {PLANS - 8} more</summary>" in head
