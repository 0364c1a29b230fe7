"""`rig report --format`: a page, a document and data of one run, each where it was wanted."""

import json

import pytest

from tests.commands.records import infused

BEGINS = {"html": b"<!doctype html>", "pdf": b"%PDF-", "json": b"{"}


@pytest.mark.parametrize("face", ["pdf", "json"])
def test_a_format_is_written_beside_its_record(rig, face, tmp_path):
    path = infused(tmp_path)
    said = rig("report", path, "--format", face)
    out = path.with_name(f"synthetic.{face}")
    assert (said.code, said.out, said.err) == (0, f"{out}\n", "")
    assert out.read_bytes().startswith(BEGINS[face])


@pytest.mark.parametrize("name", ["report", "report.pdf"])
def test_all_formats_have_their_own_endings(rig, name, tmp_path):
    said = rig("report", infused(tmp_path), "--format", "all", "--out", tmp_path / "new" / name)
    outs = [tmp_path / "new" / f"report.{face}" for face in BEGINS]
    assert (said.code, said.out.splitlines(), said.err) == (0, [str(out) for out in outs], "")
    assert all(out.read_bytes().startswith(begin) for out, begin in zip(outs, BEGINS.values(), strict=True))


def test_the_data_are_those_of_the_run(rig, tmp_path):
    rig("report", infused(tmp_path), "--format", "json", "--out", tmp_path / "data")
    data = json.loads((tmp_path / "data").read_text(encoding="utf-8"))
    assert (data["run"]["id"], data["verdict"]) == ("synthetic", "PASS")


@pytest.mark.parametrize("face", ["pdf", "json", "all"])
def test_several_runs_are_joined_on_a_page_only(rig, face, tmp_path):
    (tmp_path / "other").mkdir()
    said = rig("report", infused(tmp_path), infused(tmp_path / "other"), "--format", face)
    assert said.code == 2
    assert f"joined on a page only, not as {face}: leave --format out, or name one run" in said.err
    assert list(tmp_path.glob(f"*.{face}")) == []


def test_a_record_that_does_not_hold_gives_no_face(rig, tmp_path):
    path = tmp_path / "torn.rig.db"
    path.write_bytes(infused(tmp_path).read_bytes()[:-5000])
    assert rig("report", path, "--format", "all").code != 0
    assert list(tmp_path.glob("torn.html")) + list(tmp_path.glob("torn.pdf")) == []
