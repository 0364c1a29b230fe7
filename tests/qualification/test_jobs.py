"""What a session came to is kept when it came to its end, and tried again when it did not."""

import os
import signal
from collections import deque

from qualification.jobs import Job, Workshop
from tests.truth.support import BENCH

PLAN = "test_plans/test_a.py::test_flow"


def workshop(folder, run):
    return Workshop(folder, BENCH, 1, run)


def ended(_):
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_a_session_that_was_killed_says_so_and_is_tried_again(tmp_path):
    for _ in range(2):
        ((_, done),) = workshop(tmp_path, ended).done([Job((PLAN,))])
        assert done.said.startswith("the session ended with -9 and no outcome")
    assert not (tmp_path / "kept.jsonl").exists()


def test_jobs_that_are_asked_meanwhile_are_done_before_those_that_wait(tmp_path):
    jobs = deque([Job((PLAN,)), Job((f"{PLAN}[2]",))])
    came = []
    for job, _ in workshop(tmp_path, ended).done(jobs):
        came.append(job.plans[0])
        if len(came) == 1:
            jobs.append(Job((f"{PLAN}[3]",)))
    assert came == [PLAN, f"{PLAN}[3]", f"{PLAN}[2]"]
