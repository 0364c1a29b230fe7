"""`rig index`: the page of all runs stands in their folder."""

import pytest

from tests.streaming.records import everything


def test_the_page_is_written_into_the_folder_and_named(rig, tmp_path):
    everything(tmp_path, "run-1")
    said = rig("index", "--runs", tmp_path)
    assert (said.code, said.out) == (0, f"{tmp_path / 'index.html'}\n")
    assert "run-1" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_is_an_error(rig, tmp_path):
    assert rig("index", "--runs", tmp_path / "none").code == 2


def test_a_page_that_cannot_be_written_is_an_error(rig, tmp_path):
    (tmp_path / "index.html").mkdir()
    said = rig("index", "--runs", tmp_path)
    assert (said.code, "could not be written" in said.err) == (2, True)


@pytest.mark.parametrize("serial", ["<script>alert(1)</script>", "\x1b[2J", "\u202eevil"])
def test_nothing_of_a_serial_number_is_markup_or_hidden(rig, tmp_path, serial):
    everything(tmp_path, "run-1", dut={"model": "pump", "serial": serial})
    rig("index", "--runs", tmp_path)
    assert serial not in (tmp_path / "index.html").read_text(encoding="utf-8")
