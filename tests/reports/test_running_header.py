"""Every printed page says which run it is of, when, and whether the bench was mocked."""

import re

import pytest

from reports.page.running_header import css_text
from tests.reports.records import result_body
from tests.reports.written import html_of, measured


def margins(scribe):
    return " ".join(re.findall(r"@page \{ @top-left .*", html_of(scribe)))


@pytest.mark.parametrize("words", ["run-1", "2026-01-05 08:00:00 UTC", "MOCKED BENCH"])
def test_the_margin_of_a_mocked_run_says(write, words):
    assert words in margins(measured(write, result_body(), kind="mocked"))


def test_the_margin_of_a_physical_run_does_not_call_it_mocked(write):
    assert "MOCKED" not in margins(measured(write, result_body()))


@pytest.mark.parametrize("text", ['a"b', "</style><script>", "a\\b", "a\nb", "µ"])
def test_text_in_a_style_ends_neither_string_nor_element(text):
    escaped = css_text(text)
    assert not set('<>"\n') & set(escaped)
    assert re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), escaped) == text
