"""The page can be read by everyone: contrast in light and dark, headings in order, a name for what is a picture."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from rig.record.bodies.events import SamplerFailed
from tests.reports.records import result_body
from tests.reports.written import measured, page_of

STYLE = (Path(__file__).parents[2] / "reports/page/assets/report.css").read_text(encoding="utf-8")
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in STYLE.split("@media", 2)[:2])
TONES = ("pass", "fail", "inconclusive", "invalid", "none")
PAIRS = [
    *[("ink", ground) for ground in ("card", "paper", "soft")],
    *[("muted", ground) for ground in ("card", "paper", "soft")],
    ("link", "card"),
    ("warn", "warn-soft"),
    *[(tone, f"{tone}-soft") for tone in TONES],
    *[(tone, "card") for tone in TONES],
]


def luminance(colour):
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text, ground", PAIRS)
def test_text_stands_out_from_its_ground(theme, text, ground):
    # WCAG 2.2, 1.4.3: 4.5 to 1 for text of common size.
    low, high = sorted((luminance(theme[text]), luminance(theme[ground])))
    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.fixture
def page(write):
    scribe = measured(write, result_body(), result_body(verdict="FAIL"), kind="mocked")
    scribe.record.event(SamplerFailed("balance", "no reply"))
    return page_of(scribe)


def test_headings_go_down_by_one_level_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert [(above, below) for above, below in pairwise(levels) if below > above + 1] == []


def test_no_two_elements_have_one_name(page):
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert sorted(set(names)) == sorted(names)


def test_every_picture_says_what_it_shows_or_is_for_the_eye_alone(page):
    pictures = page.attributes("svg")
    assert [one for one in pictures if not one.get("aria-label") and one.get("aria-hidden") != "true"] == []


def test_every_heading_of_a_table_says_what_it_heads(page):
    assert [one for one in page.attributes("th") if one.get("scope") not in ("col", "row")] == []


def test_the_page_says_its_language(page):
    assert page.attributes("html") == [{"lang": "en"}]
