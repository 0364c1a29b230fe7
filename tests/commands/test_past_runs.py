"""`rig replay`, `rig report` and `rig export`: what is made of a run that has ended."""

import pytest

from rig.record.bodies.others import Stop
from rig.record.reader import RecordReader
from tests.commands.records import infused, killed
from tests.streaming.records import begin


def test_replay_of_a_mocked_run_is_identical(rig, runs):
    said = rig("replay", "last", "--runs", runs)
    assert (said.code, said.err) == (0, "")
    *results, tally = said.out.splitlines()
    assert all(result.startswith("PASS         identical  ") for result in results)
    assert [result.partition("::")[2] for result in results] == [
        "test_rate  mean flow error",
        "test_rate  agreement of all witnesses",
    ]
    assert tally == "2 identical, 0 differing"


def test_replay_finds_a_value_that_does_not_follow(rig, tmp_path):
    path = infused(tmp_path, tell=lambda value: value / 2)
    said = rig("replay", path)
    assert said.code == 1
    assert said.out.splitlines() == [
        "PASS         DIFFERS in number  test_plan.py::test_rate  mean flow error",
        "0 identical, 1 differing",
    ]


def test_a_record_whose_limits_have_keys_of_the_past_is_replayed(rig, tmp_path):
    trumpet = {"pump_type": "ambulatory type 1", "sample_interval_min": 15.0, "windows_min": [15.0, 60.0]}
    limits = {"evaporation": {"zero_flow_hours": 4.0, "settle_minutes": 0.0}, "trumpet": trumpet, "limits": {}}
    said = rig("replay", infused(tmp_path, limits=limits))
    assert (said.code, said.err) == (0, "")
    assert said.out.endswith("1 identical, 0 differing\n")


@pytest.mark.parametrize("command", ["replay", "report", "export"])
def test_a_killed_run_is_closed_first_and_said(rig, command, tmp_path):
    path = killed(tmp_path)
    said = rig(command, path, *(["--format", "csv"] if command == "export" else []))
    assert (said.code, said.err) == (0, "run-1.rig.db: the run was killed; closed now as INTERRUPTED\n")
    with RecordReader(path) as reader:
        assert reader.stop() is not None


def test_a_run_without_results_has_nothing_to_replay(rig, tmp_path):
    with begin(tmp_path, "run-1") as record:
        record.stop(Stop("FINISHED"))
    assert rig("replay", "run-1", "--runs", tmp_path).out == "the run holds no results\n"


def test_the_report_is_written_beside_its_record(rig, runs, mocked_run):
    said = rig("report", "last", "--runs", runs)
    page = runs / mocked_run.name.replace(".rig.db", ".html")
    assert (said.code, said.out, said.err) == (0, f"{page}\n", "")
    assert "mean flow error" in page.read_text(encoding="utf-8")


def test_several_runs_are_joined_on_a_page_that_says_so_in_its_name(rig, runs, mocked_run, tmp_path):
    other = infused(tmp_path)
    said = rig("report", "last", other, "--runs", runs)
    page = runs / mocked_run.name.replace(".rig.db", "-and-1-joined.html")
    assert (said.code, said.out, said.err) == (0, f"{page}\n", "")
    assert "2 runs joined" in page.read_text(encoding="utf-8")


def test_a_run_that_is_named_twice_is_one(rig, runs, mocked_run, tmp_path):
    said = rig("report", runs / mocked_run.name, "last", "--runs", runs, "--out", tmp_path / "page.html")
    assert said.code == 0
    assert "runs joined" not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_report_is_written_where_it_is_wanted(rig, runs, tmp_path):
    out = tmp_path / "new folder" / "page.html"
    assert rig("report", "last", "--runs", runs, "--out", out).code == 0
    assert out.exists()


def test_data_are_exported_as_both_kinds_of_table(rig, runs, mocked_run):
    said = rig("export", "last", "--runs", runs)
    out = runs / mocked_run.name.replace(".rig.db", "-export")
    assert (said.code, said.out, said.err) == (0, f"{out}\n", "")
    assert {path.suffix for path in out.iterdir()} >= {".csv", ".parquet", ".json"}


@pytest.mark.parametrize("kind, other", [("csv", ".parquet"), ("parquet", ".csv")])
def test_one_kind_of_table_can_be_asked_for(rig, runs, tmp_path, kind, other):
    out = tmp_path / "data"
    assert rig("export", "last", "--runs", runs, "--format", kind, "--out", out).code == 0
    suffixes = {path.suffix for path in out.iterdir()}
    assert (f".{kind}" in suffixes, other in suffixes) == (True, False)


@pytest.mark.parametrize("command", ["report", "export"])
def test_a_place_that_cannot_be_written_to_is_said(rig, command, runs, tmp_path):
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    said = rig(command, "last", "--runs", runs, "--out", in_the_way / "out")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"rig: {in_the_way / 'out'}")
    assert "could not be written" in said.err


def test_a_run_under_way_says_so_before_what_it_has_so_far(rig, tmp_path):
    record = begin(tmp_path)
    try:
        said = rig("replay", record.path)
    finally:
        record.close()
    assert f"{record.path.name}: the run is under way; this is what it has recorded until now" in said.err
