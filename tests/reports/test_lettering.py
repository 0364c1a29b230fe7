"""What stands on paper is what its fonts can show, in words that fit a line."""

import string

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from reports.document.lettering import SHOWN, lettered, shown

SET = """
#set document(title: "letters")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))
#sys.inputs.text
#strong(sys.inputs.text)
#emph(sys.inputs.text)
#text(font: "DejaVu Sans Mono", sys.inputs.text)
"""
BREAK = "\N{ZERO WIDTH SPACE}"


def test_the_fonts_that_typst_brings_show_every_letter_that_stays():
    compiler = typst.Compiler(SET.encode(), ignore_system_fonts=True, sys_inputs={"text": " ".join(SHOWN) + BREAK})
    assert compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=0).startswith(b"%PDF")


@pytest.mark.parametrize(
    "text, said",
    [
        ("0042", "0042"),
        ("−5 ± 0.1 µL/h, 9·10⁻⁶ ✓", "−5 ± 0.1 µL/h, 9·10⁻⁶ ✓"),
        ("\u05d0", "[U+05D0]"),
        ("泵", "[U+6CF5]"),
        ("\U0001f489", "[U+1F489]"),
        ("a\x00\x1b", "a[U+0000][U+001B]"),
        ("a\r\nb\rc\td", "a\nb[U+000D]c    d"),
        ("\ud800", "[U+D800]"),
        ("a\u200bb\u0301", "a[U+200B]b[U+0301]"),
    ],
)
def test_what_the_fonts_cannot_show_stands_as_its_code_point(text, said):
    assert shown(text) == said


@given(st.text())
def test_every_text_becomes_one_that_can_be_shown(text):
    assert set(shown(text)) <= {*SHOWN, "\n"}


@given(st.text(alphabet=string.ascii_letters + string.punctuation + " ", max_size=200))
def test_a_line_may_end_within_every_long_word_and_nothing_is_lost(text):
    broken = lettered(text)
    assert broken.replace(BREAK, "") == text
    assert all(len(piece) <= 22 for word in broken.split() for piece in word.split(BREAK))


def test_a_hash_stays_whole():
    assert lettered({"sha256": "ab" * 32}) == {"sha256": "ab" * 32}


def test_a_source_is_broken_only_where_its_line_is_longer_than_the_sheet():
    line = "x" * 90
    assert lettered({"plan_sources": [{"text": line}]}) == {"plan_sources": [{"text": line}]}
    assert BREAK in lettered({"plan_sources": [{"text": line * 2}]})["plan_sources"][0]["text"]
