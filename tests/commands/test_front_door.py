"""What every command has in common: where runs are looked for, what errors look like, what the parser refuses."""

import os
import signal
import subprocess
import sys

import pytest

from commands.main import COMMANDS, parser
from tests.fixtures.plan_support import ROOT
from tests.patience import patient
from tests.streaming.records import everything

OF_A_RUN = ("replay", "report", "export", "stream")
MOCKED = str(ROOT / "benches/mocked.toml")


def test_python_m_commands_is_rig():
    done = subprocess.run([sys.executable, "-m", "commands", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, parser().format_help())


def test_every_command_says_what_it_is_for():
    text = " ".join(parser().format_help().split())
    assert [command.name for command in COMMANDS if command.summary not in text] == []


@pytest.mark.parametrize("words", [(), ("nonsense",), ("bench",), ("report",), ("export", "last", "--format", "xml")])
def test_words_that_are_no_command_are_refused(rig, words):
    said = rig(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("usage: rig")


@pytest.mark.parametrize("command", OF_A_RUN)
def test_a_run_that_is_not_there_is_named_beside_those_that_are(rig, command, tmp_path):
    everything(tmp_path, "run-1")
    said = rig(command, "none", "--runs", tmp_path)
    assert (said.code, said.err) == (2, f"rig: {tmp_path} has no run none; it has run-1\n")


@pytest.mark.parametrize("command", OF_A_RUN)
def test_the_last_run_of_an_empty_folder_is_not_there(rig, command, tmp_path):
    said = rig(command, "last", "--runs", tmp_path)
    assert (said.code, said.err) == (2, f"rig: {tmp_path} has no run last; it has none at all\n")


@pytest.mark.parametrize("command", OF_A_RUN)
def test_a_beginning_that_two_runs_share_is_refused(rig, command, tmp_path):
    everything(tmp_path, "run-1")
    everything(tmp_path, "run-2")
    said = rig(command, "run", "--runs", tmp_path)
    assert (said.code, said.err) == (2, "rig: run could be any of 2 runs: run-1, run-2\n")


@pytest.mark.parametrize("command", ["replay", "report", "export"])
def test_a_file_that_is_no_record_is_refused(rig, command, tmp_path):
    file = tmp_path / "notes.rig.db"
    file.write_text("no record\n" * 100, encoding="utf-8")
    said = rig(command, file)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"rig: {file}")


@pytest.mark.parametrize("word", ["0", "-1", "nan", "inf", "fast"])
def test_a_number_that_can_mean_nothing_is_refused(rig, word):
    said = rig("twins", MOCKED, f"--speed={word}")
    assert (said.code, said.out) == (2, "")
    assert f"argument --speed: found '{word}'; a number above zero is wanted" in said.err


@pytest.mark.parametrize("command", [("bench", "check"), ("bench", "connect"), ("twins",)])
def test_every_mistake_of_a_bench_file_is_said(rig, command, tmp_path):
    file = tmp_path / "bench.toml"
    file.write_text('[bench]\nname = "x"\nkind = "mocced"\n', encoding="utf-8")
    said = rig(*command, file)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"rig: {file}: ")
    for place in ("bench.kind", "dut", "safety", "instruments"):
        assert place in said.err


def test_a_reader_that_has_gone_is_no_traceback(tmp_path):
    for number in range(3):
        everything(tmp_path, f"run-{number}")
    shell = '"$0" -m commands runs --runs "$1" | exec true'
    done = subprocess.run(
        ["sh", "-c", shell, sys.executable, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_a_command_without_a_traceback(children):
    made = "command.RigCommand('wait', '', lambda _: None, wait)"
    source = f"""
import signal, sys
from commands import command, main
# Whoever started the tests in the background has its signals ignored, and so have all its children.
signal.signal(signal.SIGINT, signal.default_int_handler)
def wait(_):
    print("waiting", flush=True)
    signal.pause()
main.COMMANDS += ({made},)
sys.exit(main.main(["wait"]))
"""
    process = children.start([sys.executable, "-c", source], cwd=ROOT, stderr=subprocess.PIPE)
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=patient(10))
    assert (process.returncode, err) == (130, "rig: interrupted\n")
