"""The decision records: each has a number, a status, and a line in the index that says the same."""

import re

import pytest

from tests.docs.pages import DOCS

FOLDER = DOCS / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| \[(\d+)\]\((\S+)\) \| (.+) \| (.+) \|$", INDEX, re.MULTILINE)


def test_the_index_names_every_record_in_order():
    assert [name for _, name, _, _ in LINES] == [path.name for path in RECORDS]


def test_numbers_have_no_gap():
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_index_says_what_the_record_says(path):
    heading = re.match(r"# (\d+)\. (.+)\n\n\*\*Status\.\*\* (.+)\.\n\n", path.read_text(encoding="utf-8"))
    assert heading is not None, "a record begins with its number, title and status"
    number, title, status = heading.groups()
    assert (number, path.name, title, status) in LINES
