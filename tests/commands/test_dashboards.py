"""`rig dashboards`."""

from reports.dashboards.catalogue import DASHBOARDS
from tests.streaming.records import everything


def test_every_page_is_written_and_named(rig, tmp_path):
    said = rig("dashboards", "--out", tmp_path / "grafana")
    assert (said.code, said.err) == (0, "")
    written = [line for line in said.out.splitlines() if line.endswith(".json")]
    assert len(written) == len(DASHBOARDS)


def test_a_runs_pages_are_printed_and_nothing_is_written(rig, tmp_path):
    everything(tmp_path, "run-1")
    out = tmp_path / "grafana"
    said = rig("dashboards", "--run", "last", "--runs", tmp_path, "--grafana", "https://g.example", "--out", out)
    assert (said.code, said.err, out.exists()) == (0, "", False)
    assert all(": https://g.example/d/" in line for line in said.out.splitlines())


def test_a_run_that_is_not_there_is_said(rig, tmp_path):
    said = rig("dashboards", "--run", "none", "--runs", tmp_path)
    assert (said.code, said.err) == (2, f"rig: {tmp_path} has no run none; it has none at all\n")


def test_a_place_that_cannot_be_written_to_is_said(rig, tmp_path):
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    said = rig("dashboards", "--out", in_the_way)
    assert said.code == 2
    assert "could not be written" in said.err


def test_the_command_says_which_database_grafana_asks(rig, tmp_path, monkeypatch):
    monkeypatch.setenv("RIG_INFLUX_BUCKET", "lab/week")
    monkeypatch.delenv("RIG_INFLUX_DATABASE", raising=False)
    said = rig("dashboards", "--out", tmp_path / "grafana")
    assert "--db lab --rp week --default" in said.out.splitlines()[-1]
