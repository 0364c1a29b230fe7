"""`rig twins`: in a process of its own, as it is used."""

import signal
import socket
import subprocess
import sys

import pytest

from rig.bench_file.reading import load_bench_file
from tests.fixtures.plan_support import QUICK, ROOT


def test_twins_say_where_they_are_and_end_at_a_signal(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "commands", "twins", str(QUICK), "--dir", str(tmp_path), "--speed", "60"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert said == [
        f"balance: {tmp_path / 'balance'}\n",
        f"pump: {tmp_path / 'pump'}\n",
        f"bench file that reaches them: {tmp_path / 'bench.toml'}\n",
    ]
    assert load_bench_file(tmp_path / "bench.toml").bench.clock_speed == 60.0


def test_twins_end_after_the_time_that_was_asked_for(rig, tmp_path):
    said = rig("twins", QUICK, "--dir", tmp_path / "twins", "--for-s", "0.01")
    assert (said.code, said.err) == (0, "")
    assert len(said.out.splitlines()) == 3


def test_a_folder_that_cannot_be_made_is_said(rig, tmp_path):
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    said = rig("twins", QUICK, "--dir", in_the_way, "--for-s", "0.01")
    assert (said.code, said.out) == (2, "")
    assert str(in_the_way) in said.err
    assert "choose another --first-tcp-port or --dir" in said.err


def test_a_bench_file_that_cannot_be_written_is_said_and_the_twins_are_gone(rig, tmp_path):
    (tmp_path / "bench.toml").mkdir()
    said = rig("twins", QUICK, "--dir", tmp_path, "--for-s", "0.01")
    assert said.code == 2
    assert "bench.toml" in said.err
    assert not (tmp_path / "pump").exists()


def test_a_port_in_use_is_said_with_advice(rig, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        # The mocked bench's fourth instrument is the first on TCP.
        port = server.getsockname()[1] - 3
        words = ("--dir", tmp_path, "--first-tcp-port", port, "--for-s", "0.01")
        said = rig("twins", ROOT / "benches/mocked.toml", *words)
    assert said.code == 2
    assert "choose another --first-tcp-port or --dir" in said.err


def test_ports_that_end_before_the_twins_do_are_said(rig, tmp_path):
    words = ("--dir", tmp_path, "--first-tcp-port", "65535", "--for-s", "0.01")
    said = rig("twins", ROOT / "benches/mocked.toml", *words)
    assert (said.code, said.out) == (2, "")
    assert "choose another --first-tcp-port or --dir" in said.err


@pytest.mark.parametrize("port", ["0", "-1", "65536", "many"])
def test_a_number_that_is_no_port_is_refused(rig, tmp_path, port):
    said = rig("twins", ROOT / "benches/mocked.toml", "--dir", tmp_path, f"--first-tcp-port={port}", "--for-s=0.01")
    assert (said.code, said.out) == (2, "")
    assert "--first-tcp-port" in said.err


def test_a_physical_bench_has_no_twins_to_host(rig, tmp_path):
    said = rig("twins", ROOT / "benches/physical-example.toml", "--dir", tmp_path, "--for-s", "0.01")
    assert (said.code, said.out) == (2, "")
    assert "only a mocked bench has twins" in said.err
