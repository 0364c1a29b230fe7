"""The matrix in a spreadsheet: RFC 4180, a row for each case on each pump, and nothing that is calculated."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports.matrix.as_csv import as_csv, read_cell, written
from rig.plain_text import plain_text, table_cell
from rig.record.bodies.judging import Requirement
from tests.matrix.lines import KEPT, TOLD, found, ran


def rows(matrix):
    return [*csv.DictReader(io.StringIO(as_csv(matrix), newline=""), strict=True)]


def test_each_case_has_a_row_on_each_pump_and_each_pump_on_which_a_plan_has_not_run():
    matrix = found(ran(1, {KEPT: "PASS", TOLD: "PASS"}), ran(2, {KEPT: "FAIL"}, "P-2"))
    told = {
        (one["requirement"], one["case"].partition("::")[2], one["dut"], one["verdict"], one["counts"])
        for one in rows(matrix)
        if one["requirement"]
    }
    assert told == {
        ("R-1", "test_kept", "P-1", "PASS", ""),
        ("R-1", "test_kept", "P-2", "FAIL", "yes"),
        ("R-2", "test_kept", "P-1", "PASS", ""),
        ("R-2", "test_kept", "P-2", "FAIL", "yes"),
        ("R-2", "test_told", "P-1", "PASS", "yes"),
        ("R-2", "", "P-2", "", ""),
    }


def test_lines_end_as_the_standard_has_it_and_a_text_of_two_lines_is_one_cell():
    matrix = found(requirements={"R-3": Requirement('one,\n"two"', "a test")})
    assert '"one,\n""two"""' in as_csv(matrix)
    assert as_csv(matrix).count("\r\n") == len(rows(matrix)) + 1


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+x", "-x", "＝1", "\t=1"])
def test_no_spreadsheet_calculates_a_text(text):
    matrix = found(requirements={text: Requirement(text, text)})
    assert {one["text"] for one in rows(matrix) if one["gap_of"] == ""} >= {f"'{plain_text(text)}"}


@example("'=1")
@example("''=1")
@example("-1.5")
@given(st.text("='-+@1ab ", max_size=6))
def test_a_cell_is_read_back_as_it_was(text):
    cell = written(text)
    assert table_cell(cell) == cell
    assert read_cell(cell) == text
