"""`rig sync` and `rig stream`: with a server, without one, and with one that is away."""

import pytest

from tests.commands.records import killed
from tests.streaming import servers
from tests.streaming.records import everything


@pytest.fixture(autouse=True)
def nobody_named(monkeypatch):
    """No server in the environment unless a test names one."""
    for name in ("RIG_INFLUX", "RIG_INFLUX_URL", "RIG_INFLUX_BUCKET", "RIG_INFLUX_ORG", "RIG_INFLUX_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def influx_server(tmp_path_factory):
    servers.demand()
    with servers.influx(tmp_path_factory.mktemp("influx")) as server:
        yield server


@pytest.fixture
def named(influx_server, monkeypatch):
    """A server in the environment."""
    influx_server.create("lab")
    monkeypatch.setenv("RIG_INFLUX_URL", influx_server.url)
    monkeypatch.setenv("RIG_INFLUX_BUCKET", "lab/autogen")


@pytest.mark.parametrize("words", [("run-1",), ("last",), ()])
def test_sync_sends_and_says_that_the_counts_are_equal(rig, named, tmp_path, words):
    everything(tmp_path)
    said = rig("sync", *words, "--runs", tmp_path)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("run-1: ")
    assert "counts equal" in said.out


def test_stream_follows_a_run_to_its_end(rig, named, tmp_path):
    everything(tmp_path)
    said = rig("stream", "last", "--runs", tmp_path)
    assert (said.code, said.out) == (0, "")
    assert "complete: sent " in said.err


def test_sync_finds_what_it_cannot_send(rig, tmp_path):
    everything(tmp_path)
    said = rig("sync", "--runs", tmp_path)
    assert said.code == 1
    assert said.out == "run-1: no InfluxDB is named in the environment or the bench file\n"


def test_stream_without_a_server_is_an_error(rig, tmp_path):
    everything(tmp_path)
    said = rig("stream", "last", "--runs", tmp_path)
    assert (said.code, said.out) == (2, "")
    assert said.err.endswith("no InfluxDB is named in the environment or the bench file\n")


def test_sync_of_no_runs_has_nothing_left(rig, tmp_path):
    said = rig("sync", "--runs", tmp_path)
    assert (said.code, said.out) == (0, "")


def test_sync_of_a_record_that_cannot_be_read_has_something_left(rig, tmp_path):
    (tmp_path / "run-1.rig.db").write_bytes(b"no record")
    said = rig("sync", "--runs", tmp_path)
    assert (said.code, "nothing of it was sent" in said.err) == (1, True)


def test_sync_names_a_run_that_is_not_there_before_it_sends_any(rig, tmp_path):
    everything(tmp_path)
    said = rig("sync", "last", "none", "--runs", tmp_path)
    assert (said.code, said.out, said.err) == (2, "", f"rig: {tmp_path} has no run none; it has run-1\n")


def test_sync_closes_a_killed_run_first(rig, tmp_path):
    killed(tmp_path)
    rig("sync", "--runs", tmp_path)
    assert "INTERRUPTED" in rig("runs", "--runs", tmp_path).out


@pytest.mark.parametrize("command, code", [("sync", 1), ("stream", 2)])
def test_an_address_that_is_none_is_said_without_repeating_it(rig, monkeypatch, tmp_path, command, code):
    everything(tmp_path)
    monkeypatch.setenv("RIG_INFLUX_URL", "https://me:secret@host")
    monkeypatch.setenv("RIG_INFLUX_BUCKET", "lab")
    said = rig(command, *(["last"] if command == "stream" else []), "--runs", tmp_path)
    assert said.code == code
    assert "url is like https://host:8086" in said.out + said.err
    assert "secret" not in said.out + said.err
