"""What a test starts ends with it, whatever it did to avoid that; and a session tells of what was left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rig.clock import Deadline
from tests.patience import patient
from tests.processes import Children, command_line

ROOT = Path(__file__).parents[2]
# Deaf to SIGTERM, with a child in a session of its own that is deaf, too.
STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) == 1:
    child = subprocess.Popen([sys.executable, __file__, "child"], stdout=subprocess.PIPE, start_new_session=True)
    child.stdout.readline()
    print(child.pid, flush=True)
else:
    print("deaf", flush=True)
signal.pause()
"""
WORKER = """
import signal, sys
from tests.processes import Children

print(Children().start([sys.executable, "-c", "import signal; signal.pause()"]).pid, flush=True)
signal.pause()
"""
LEAVES = """
import subprocess, sys

def test_leaves_a_process():
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
    process.returncode = 0  # so that nobody is warned
"""


def test_nothing_outlives_the_end(tmp_path):
    script = tmp_path / "stubborn.py"
    script.write_text(STUBBORN, encoding="utf-8")
    started = Children()
    parent = started.start([sys.executable, script])
    child = int(parent.stdout.readline())
    assert str(script) in command_line(child)
    started.end()
    assert (parent.poll() is None, command_line(child)) == (False, "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_nothing_outlives_a_worker_that_is_killed(children):
    worker = children.start([sys.executable, "-c", WORKER], cwd=ROOT)
    child = int(worker.stdout.readline())
    # What arranges for its end is in its place first.
    assert comes_true(lambda: command_line(child).startswith(sys.executable))
    os.kill(worker.pid, signal.SIGKILL)
    assert comes_true(lambda: not command_line(child))


def comes_true(question):
    deadline = Deadline(patient(10.0))
    while not question() and not deadline.passed():
        deadline.nap(0.01)
    return question()


def test_ending_nothing_and_ending_twice_is_harmless():
    started = Children()
    started.end()
    started.end()


def test_what_a_process_says_is_returned(children):
    done = children.run([sys.executable, "-c", "import sys; print('so'); sys.exit('no')"])
    assert (done.returncode, done.stdout, done.stderr) == (1, "so\n", "no\n")


def test_a_process_that_was_left_running_fails_the_session(children, tmp_path):
    (tmp_path / "conftest.py").write_text("from tests.conftest import no_process_outlives_the_tests\n")
    (tmp_path / "test_leaves.py").write_text(LEAVES)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = children.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider"], cwd=tmp_path, env=environment)
    assert "a test left these running" in done.stdout
    assert done.returncode == 1


def test_a_process_that_hangs_is_given_up(children):
    process = children.start([sys.executable, "-c", "print('begun', flush=True); input()"], stdin=subprocess.PIPE)
    assert process.stdout.readline() == "begun\n"
    children.end()
    assert process.wait(patient(1)) != 0
