"""A bench whose run and supervisor died together is refused: nobody knows whether its pump rests."""

import os
import signal
import subprocess

import pytest

from rig.clock import Deadline
from rig.errors import BenchLatchedError
from rig.safety.latch import clear, demand_clear, latched
from rig.safety.lease import leased
from rig.safety.left_open import mark, marked, unmark
from tests.patience import patient
from tests.safety.causes import supervisor_of
from tests.safety.stand import AT_EASE, ROOT, stand


def started(one, children):
    """Return a run whose pump delivers."""
    one.plan("bench.dwell(seconds=120)")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
    command = one.command("-q")
    run = children.start(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    one.wait_until_it_moves(patient(6))
    return run


def test_it_is_refused_by_name_until_it_is_cleared(tmp_path):
    mark("lab-2", "a-run", tmp_path)
    with pytest.raises(BenchLatchedError, match=r"lab-2 is latched .* by run a-run: run and supervisor died together"):
        demand_clear("lab-2", folder=tmp_path)
    clear("lab-2", "A. Operator", "looked", tmp_path)
    demand_clear("lab-2", folder=tmp_path)


def test_clearing_it_needs_no_refusal_before(tmp_path):
    mark("lab-2", "a-run", tmp_path)
    assert clear("lab-2", "A. Operator", "looked", tmp_path).by == "run a-run"
    demand_clear("lab-2", folder=tmp_path)


def test_one_that_a_run_has_is_not_taken_for_left(tmp_path):
    mark("lab-2", "a-run", tmp_path)
    with leased("lab-2", (), tmp_path):
        assert clear("lab-2", "A. Operator", "by mistake", tmp_path) is None
        assert marked("lab-2", tmp_path) == "a-run"


def test_who_leaves_it_safe_takes_its_own_mark_away_alone(tmp_path):
    mark("lab-2", "a-run", tmp_path)
    unmark("lab-2", "another", tmp_path)
    assert marked("lab-2", tmp_path) == "a-run"
    unmark("lab-2", "a-run", tmp_path)
    demand_clear("lab-2", folder=tmp_path)


def test_a_run_and_its_supervisor_that_are_killed_leave_their_bench_refused(tmp_path, children):
    with stand(tmp_path / "stand", **AT_EASE) as one:
        run = started(one, children)
        supervisor = supervisor_of(run.pid)
        run.kill()
        os.kill(supervisor, signal.SIGKILL)
        run.wait(patient(1))
        assert latched(one.name) is None  # nobody was left to do that
        with pytest.raises(BenchLatchedError, match="run and supervisor died together"):
            demand_clear(one.name)


@pytest.mark.parametrize("killed", ["run", "supervisor"])
def test_one_of_them_that_is_left_leaves_no_mark(tmp_path, children, killed):
    with stand(tmp_path / "stand", **AT_EASE) as one:
        run = started(one, children)
        assert marked(one.name)
        os.kill({"run": run.pid, "supervisor": supervisor_of(run.pid)}[killed], signal.SIGKILL)
        run.wait(patient(3))
        deadline = Deadline(patient(1))
        while marked(one.name) and not deadline.passed():
            deadline.nap(0.02)
        demand_clear(one.name)
