"""Sessions run in children: each has an end, whatever it does, and none outlives its caller."""

import os
import signal
import sys
from collections import deque
from itertools import islice
from pathlib import Path

from qualification.sessions import Session, run_all
from rig.clock import Deadline
from tests.docs.pages import ROOT
from tests.patience import patient


def sessions(folder, count):
    return [Session(folder / str(number), (str(number),)) for number in range(count)]


def test_each_ends_with_its_own_code_and_its_own_log(tmp_path):
    def work(session):
        print("this is", *session.arguments)
        return int(session.arguments[0])

    codes = {session.arguments[0]: code for session, code, _ in run_all(sessions(tmp_path, 3), 2, work)}
    assert codes == {"0": 0, "1": 1, "2": 2}
    assert (tmp_path / "2" / "session.log").read_text(encoding="utf-8") == "this is 2\n"


def test_what_is_put_there_meanwhile_is_run_too(tmp_path):
    waiting = deque(sessions(tmp_path, 1))
    came = []
    for session, _, _ in run_all(waiting, 2, lambda _: 0):
        came.append(session.arguments[0])
        if len(came) < 3:
            waiting.append(Session(tmp_path / f"{len(came)}", (f"{len(came)}",)))
    assert came == ["0", "1", "2"]


def test_one_that_raises_ends_with_an_error_of_its_own(tmp_path):
    def work(session):
        raise RuntimeError(session.arguments)

    assert [code for _, code, _ in run_all(sessions(tmp_path, 1), 1, work)] == [3]


def test_one_that_hangs_is_ended(tmp_path):
    def work(_):
        signal.pause()
        return 0

    assert [code for _, code, _ in run_all(sessions(tmp_path, 1), 1, work, longest_s=0.1)] == [-signal.SIGKILL]


def test_a_caller_that_stops_early_leaves_no_child(tmp_path):
    def work(session):
        (session.folder / "pid").write_text(str(os.getpid()), encoding="utf-8")
        if session.arguments != ("0",):
            signal.pause()
        else:
            wait_for(tmp_path / "1" / "pid")
        return 0

    running = run_all(sessions(tmp_path, 2), 2, work)
    assert [session.arguments for session, _, _ in islice(running, 1)] == [("0",)]
    pid = int((tmp_path / "1" / "pid").read_text(encoding="utf-8"))
    running.close()
    assert not Path(f"/proc/{pid}").exists()


ENDED_FROM_OUTSIDE = """
import os, signal, sys
from pathlib import Path
from qualification.sessions import Session, run_all

def work(session):
    (session.folder / "pid").write_text(str(os.getpid()), encoding="utf-8")
    signal.pause()
    return 0

list(run_all([Session(Path(sys.argv[1]), ())], 1, work))
"""


def test_a_caller_that_is_killed_leaves_no_child(children, tmp_path):
    caller = children.start([sys.executable, "-c", ENDED_FROM_OUTSIDE, str(tmp_path / "0")], cwd=ROOT)
    wait_for(tmp_path / "0" / "pid")
    child = Path(f"/proc/{(tmp_path / '0' / 'pid').read_text(encoding='utf-8')}")
    caller.kill()
    caller.wait()
    deadline = Deadline(patient(10.0))
    while child.exists():
        assert not deadline.passed()
        deadline.nap(0.02)


def wait_for(path):
    deadline = Deadline(60.0)
    while not path.exists() or not path.read_text(encoding="utf-8"):
        assert not deadline.passed()
        deadline.nap(0.01)
