"""What a run was made with is on its page: files that plans use, what they are judged by, the batch."""

import re

import pytest

from tests.reports.records import PLAN_TEXT, result_body
from tests.reports.written import html_of, measured, page_of


def kept(name):
    return {"file": name, "sha256": f"hash of {name}", "text": f"text of {name}"}


@pytest.fixture
def html(write):
    names = ("test_a.py", "test_b.py")
    helper = {"source": kept("doses.py"), "plans": names}
    sources = [kept(name) | {"text": PLAN_TEXT} for name in names]
    judged_by = [kept("limits.toml"), kept("requirements.toml")]
    scribe = measured(
        write,
        result_body(),
        plan_sources=sources,
        helper_sources=[helper],
        judged_by=judged_by,
        dut={"model": "ITP-1", "serial": "0042", "batch": "LOT-7"},
    )
    return html_of(scribe)


def test_what_a_plan_uses_stands_folded_in_its_source(html):
    plan = html[html.index("<summary>test_a.py as") : html.index("<summary>test_b.py as")]
    assert re.search(r"<details class=\"helper\">\s*<summary>doses.py, which it uses</summary>", plan)
    assert "text of doses.py" in plan


def test_what_two_plans_use_is_shown_once(html):
    assert html.count("text of doses.py") == 1
    assert "It uses <code>doses.py</code>" in html[html.index("<summary>test_b.py as") :]


@pytest.mark.parametrize("name", ["limits.toml", "requirements.toml"])
def test_what_plans_are_judged_by_is_shown_with_its_hash(html, name):
    assert f"<summary>{name} as it was at the start of the run</summary>" in html
    assert f"<code>hash of {name}</code>" in html


def test_the_batch_stands_beside_the_operator(html):
    assert re.search(r"<dt>Batch</dt><dd>LOT-7</dd></div>\s*<div><dt>Operator</dt>", html)


def test_without_a_batch_none_is_named(write):
    assert "Batch" not in page_of(measured(write, result_body())).text
