"""`rig twins`: in a process of its own, as it is used."""

import contextlib
import os
import signal
import socket
import subprocess
import sys

import pytest

from instruments.intrathecal_pump.codes import CommandCode
from instruments.intrathecal_pump.frames import Frame, encode_frame
from rig.bench_file.reading import load_bench_file
from rig.transports import ByteStream
from tests.core.bench_support import bench_text
from tests.fixtures.plan_support import QUICK, ROOT

DYING = """
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware

class DeadWhenAsked(BuiltInFirmware):
    def handle(self, command, now_ns):
        raise ZeroDivisionError("asked")

class DeadByItself(BuiltInFirmware):
    def advance(self, to_ns, **how):
        raise ZeroDivisionError("alone")
"""


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


def test_twins_that_live_in_a_folder_already_keep_their_names(rig, tmp_path, children):
    command = [sys.executable, "-m", "commands", "twins", str(QUICK), "--dir", str(tmp_path)]
    first = children.start(command, cwd=ROOT)
    said = [first.stdout.readline() for _ in range(3)]
    where = (tmp_path / "pump").readlink()
    second = rig("twins", QUICK, "--dir", tmp_path, "--for-s", "0.01")
    assert second.code == 2
    assert f"another process hosts twins in {tmp_path}" in second.err
    assert (tmp_path / "pump").readlink() == where, said


def test_a_port_in_use_leaves_no_name_behind(rig, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = ("--dir", tmp_path, "--first-tcp-port", server.getsockname()[1] - 3, "--for-s", "0.01")
        assert rig("twins", ROOT / "benches/mocked.toml", *words).code == 2
    assert not [one.name for one in tmp_path.iterdir() if one.is_symlink()]


@pytest.fixture
def dying(tmp_path, children):
    """Host a pump of firmware that dies; return the process, and the pump's port once it is there."""
    (tmp_path / "dying.py").write_text(DYING, encoding="utf-8")
    text = bench_text(clock='clock = "wall"', balance=False)

    def host(firmware):
        (tmp_path / "mocked.toml").write_text(f'{text}twin = {{ firmware = "dying:{firmware}" }}\n', encoding="utf-8")
        words = ["twins", str(tmp_path / "mocked.toml"), "--dir", str(tmp_path / "twins"), "--for-s", "60"]
        environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
        return children.start([sys.executable, "-m", "commands", *words], cwd=ROOT, env=environment)

    return host


def test_a_twin_that_dies_when_it_is_asked_is_said_and_the_exit_code_tells(dying, tmp_path):
    process = dying("DeadWhenAsked")
    assert process.stdout.readline() == f"pump: {tmp_path / 'twins' / 'pump'}\n"
    with contextlib.closing(ByteStream("pump", str(tmp_path / "twins" / "pump"), baud=115_200)) as port:
        port.write(encode_frame(Frame(1, CommandCode.IDENTIFY)))
        assert "bench.toml" in process.stdout.readline()
        assert process.stdout.readline().startswith("the twin of pump failed: ZeroDivisionError: asked, at dying.py:")
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 1


def test_a_laboratory_that_dies_is_said_and_ends(dying):
    said, _ = dying("DeadByItself").communicate()
    assert "the laboratory failed, and its twins end: ZeroDivisionError: alone, at dying.py:" in said


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
