"""Requirements are read from tables as spreadsheets write them; what is wrong is said by its row."""

import pytest

from reports.matrix.exchange.from_csv import requirements_from_csv
from rig.errors import PlanFileError

TWO = "ID,Text,Source\nR-1,Rates are kept.,a label\nR-2,Air is told.,a label\n"


@pytest.fixture
def read(tmp_path):
    def call(text, given=None, **more):
        path = tmp_path / "export.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return requirements_from_csv(path, given or {}, **more)

    return call


@pytest.fixture
def mistakes(read):
    def call(*words, **more):
        with pytest.raises(PlanFileError) as raised:
            read(*words, **more)
        return raised.value.mistakes

    return call


def texts(taken):
    return {name: said.text for name, said in taken.requirements.items()}


BOTH = {"R-1": "Rates are kept.", "R-2": "Air is told."}


@pytest.mark.parametrize(
    "text",
    [
        TWO,
        TWO.replace("\n", "\r\n"),
        TWO.replace(",", ";"),
        TWO.replace(",", "\t"),
        "sep=;\r\n" + TWO.replace(",", ";"),
        b"\xef\xbb\xbf" + TWO.encode(),
        TWO.replace("\n", "\n\n").replace("ID,Text", "Requirement ID, TEXT "),
        TWO.replace("Rates are kept.", '"Rates  are\u00a0kept."'),
    ],
)
def test_a_table_is_read_as_spreadsheets_write_it(read, text):
    assert texts(read(text)) == BOTH


def test_a_text_may_have_separators_quotes_and_lines(read):
    taken = read('ID;Description\nR-1;"a; ""b""\r\n  c"\n')
    assert texts(taken) == {"R-1": 'a; "b"\nc'}


def test_a_heading_in_a_text_with_other_separators_is_no_separator(read):
    assert texts(read('"ID, of the tool; or not; or";Text\nR-1;a\n', {"id": "ID, of the tool; or not; or"}))


def test_columns_are_named_where_they_are_called_otherwise(read):
    taken = read("Nr,Soll,Wie\n1,hält,Test\n", {"id": "Nr", "text": "Soll", "method": "Wie"})
    assert (taken.requirements["1"].method, taken.stated) == ("Test", {"id", "text", "method"})


def test_the_source_of_what_names_none_is_the_file_or_what_is_said(read):
    text = TWO.replace(",a label", ",")
    assert read(text).requirements["R-1"].source == "export.csv"
    assert read(text, source="the label").requirements["R-1"].source == "the label"


def test_what_keeps_a_spreadsheet_from_calculating_is_taken_off(read):
    assert texts(read("ID,Text\nR-1,'=1+1\nR-2,'quoted'\n")) == {"R-1": "=1+1", "R-2": "'quoted'"}


def test_a_row_that_says_the_same_again_is_no_other_requirement(read):
    assert texts(read(TWO + TWO.splitlines()[1] + "\n")) == BOTH


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "it has no heading"),
        ("ID,Text\n", "no row below the heading is a requirement"),
        ("ID,Words\nR-1,a\n", "no column is the text; there are 'ID', 'Words': name them with --column text=NAME"),
        ("Nr,Words\n1,a\n", "no column is the id nor the text"),
        ("ID,Text,Id\nR-1,a,b\n", "2 columns may be id: 'ID', 'Id'; say --column id=NAME"),
        ("ID,Text\n,a\n", "line 2: it has no id"),
        ("ID,Text\nR-1,\n", "line 2: it has no text"),
        ('ID,Text\n"R\n1",a\n', "line 2: its id has more than one line"),
        ('ID,Text\n"R-1","a\nb"\nR-2,\u200bc\n', "line 4: its text holds U+200B, which nobody sees: take it out"),
        ("ID,Text\nR-1,a\nR-1,b\n", "line 3: R-1 stands at line 2 already, with another text"),
        ("ID,Text\nR-1,a,b\n", "line 2: 3 cells for 2 columns"),
        ('ID,Text\nR-1,"a\n', "line 2: unexpected end of data: is every quote closed"),
        ('ID,Text\nR-1,"a" b\n', "line 2: ',' expected after '\"': is every quote closed"),
        (b"ID,Text\nR-1,5 \xb5L\n", "line 2: byte 0xb5 is no UTF-8; it may be Latin-1 or Windows-1252: save it as"),
        (TWO.encode("utf-16"), "it is UTF-16, or no text: save it as 'CSV UTF-8'"),
        (b"\0\1\2", "it is UTF-16, or no text"),
        ("ID,Text\nR-1," + "a" * 1_000_001, "line 2: field larger than field limit"),
    ],
)
def test_what_is_wrong_is_said_by_its_row(mistakes, text, said):
    assert any(said in one for one in mistakes(text)), mistakes(text)


def test_every_mistake_is_said_at_once_up_to_fifty(mistakes):
    said = mistakes("ID,Text\n" + ",a\n" * 60)
    assert (len(said), said[-1]) == (51, "and 10 more")


def test_a_column_that_is_named_and_not_there_gets_its_neighbour_named(mistakes):
    (said,) = mistakes(TWO, {"method": "Sourc"})
    assert said == "there is no column 'Sourc' for method; there are 'ID', 'Text', 'Source'; did you mean 'Source'?"


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(PlanFileError, match="the file cannot be read"):
        requirements_from_csv(tmp_path / "none.csv", {})
