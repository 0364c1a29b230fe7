"""What the README and docs/ say is so: links lead somewhere, commands exist, tables are those of the code."""

import shlex

import pytest

from rig.bench_file.limits import LimitsFile
from rig.bench_file.tables import Document, InfluxSection, InstrumentCommon
from rig.discovery import find_twin, known_instruments
from tests.docs.pages import DOCS, ROOT, commands_in, files_in, links_in, pages
from tests.docs.tables import UNKNOWN, models_named, rewritten

every_page = pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
# What a reader is told to make.
READERS_OWN = ("my-bench.toml", "test_plans/test_mine.py", "trusted.toml")


@every_page
def test_every_link_leads_to_a_file(page):
    assert [link for link in links_in(page) if not (page.parent / link).exists()] == []


@every_page
def test_every_file_that_a_command_names_is_there_or_on_the_page(page):
    words = {word for command in commands_in(page) for word in shlex.split(command)}
    files = {word for word in words if word.endswith((".toml", ".py"))} - set(READERS_OWN) - set(files_in(page))
    assert [file for file in files if not (ROOT / file).exists()] == []


@every_page
def test_every_table_says_what_the_code_checks(page):
    text = page.read_text(encoding="utf-8")
    assert text == rewritten(text), "a model has changed: write the tables anew with `python -m tests.docs.tables`"
    assert f"| {UNKNOWN} |" not in text, "say in the table's last column what the new key is"


@pytest.mark.parametrize("name", known_instruments())
def test_every_twin_has_its_table(name):
    parameters = find_twin(name).Parameters
    assert f"{parameters.__module__}:{parameters.__name__}" in models_named(DOCS / "twins.md")


def _tables_of(document):
    """The classes of a file's tables, by the schema that the file is checked with."""
    return set(document.model_json_schema()["$defs"])


# What has a page of its own.
ELSEWHERE = {InfluxSection.__name__}


@pytest.mark.parametrize(
    "page, document",
    [("bench-file.md", Document), ("bench-file.md", InstrumentCommon), ("writing-a-plan.md", LimitsFile)],
    ids=["bench file", "instrument", "limits"],
)
def test_every_table_of_a_file_is_on_its_page(page, document):
    on_the_page = {name.rpartition(":")[2] for name in models_named(DOCS / page)}
    assert _tables_of(document) - ELSEWHERE - on_the_page == set()
