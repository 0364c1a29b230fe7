"""The table of requirements: what traces to each, what hurts whom without it, and how it is verified."""

import re

import pytest

from tests.reports.records import result_body
from tests.reports.written import html_of, measured

SAID = {
    "ACC-001": {"text": "Rates are kept.", "source": "the maker", "hazard": "over-dose", "method": "an infusion"},
    "OLD-001": {"text": "Boluses are kept.", "source": "the maker"},
}


@pytest.fixture
def section(write):
    html = html_of(measured(write, result_body(), requirements={"requirements": SAID}))
    (found,) = re.findall(r'<section id="requirements">.*?</section>', html, re.DOTALL)
    return found


def folded(section):
    return re.findall(r"<details><summary>(.*?)</summary>", section)


def test_hazard_and_method_are_folded_under_a_requirement_that_states_them(section):
    assert folded(section).count("Hazard and method") == 1
    assert "Hazard: over-dose" in section
    assert "Verified by: an infusion" in section


def test_requirements_that_nothing_traces_to_are_named_and_folded(section):
    assert "Nothing in this run traces to OLD-001." in section
    assert folded(section)[-1] == "Requirements that nothing traces to (1)"
    assert section.index("ACC-001") < section.index("Requirements that nothing traces to") < section.index("Boluses")
