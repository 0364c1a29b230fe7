"""A machine with real instruments is kept awake by its system's own means, and the record says by which or why not."""

import subprocess
import sys
from pathlib import Path

import pytest

from rig.clock import Deadline
from rig.safety.awake import Awake, kept_awake
from tests.fixtures.plan_support import ROOT
from tests.patience import patient

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have means of their own")
# Notes with which words and as which process it was called, and does what it was told, as the program itself does.
HOLDS = """#!/bin/sh
echo "$$ $*" > "$(dirname "$0")/called"
while [ "${1#--}" != "$1" ]; do shift; done
exec "$@"
"""
HOLDER = """
import sys
from rig.safety.awake import kept_awake
with kept_awake(sys.argv[1]):
    print("in", flush=True)
    input()
"""
REFUSES = "#!/bin/sh\necho 'Failed to connect to bus: No such file or directory' >&2\nexit 1\n"


def program(folder, text):
    path = folder / "systemd-inhibit"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return str(folder)


def called(folder):
    pid, _, words = (folder / "called").read_text().strip().partition(" ")
    return int(pid), words


def lives(pid):
    return Path(f"/proc/{pid}").exists()


def test_sleep_is_inhibited_until_the_bench_is_left(tmp_path):
    with kept_awake(program(tmp_path, HOLDS)) as said:
        pid, words = called(tmp_path)
        assert said == Awake(by="systemd-inhibit")
        assert words.startswith("--what=sleep:idle --who=rig ")
        assert lives(pid)
    assert not lives(pid)


def test_a_system_that_refuses_is_told_of_and_is_no_error(tmp_path):
    with kept_awake(program(tmp_path, REFUSES)) as said:
        assert said == Awake(why_not="systemd-inhibit: Failed to connect to bus: No such file or directory")


def test_a_system_that_has_no_means_is_told_of_too(tmp_path):
    with kept_awake(str(tmp_path)) as said:
        assert said == Awake(why_not="this system has no systemd-inhibit")


def test_nothing_keeps_it_awake_behind_a_run_that_was_killed(tmp_path, children):
    program(tmp_path, HOLDS)
    run = children.start([sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE)
    assert run.stdout.readline() == "in\n"
    pid, _ = called(tmp_path)
    run.kill()
    deadline = Deadline(patient(1))
    while lives(pid) and not deadline.passed():
        deadline.nap(0.01)
    assert not lives(pid)
