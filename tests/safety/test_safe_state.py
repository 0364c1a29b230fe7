"""A supervisor whose run has died latches the bench unless every way to end delivery was confirmed."""

import json
import os
import sys

import pytest

from rig.safety.latch import latch_path, latched
from rig.safety.supervisor.orders import HandAct, Orders, PortAct, Saying
from tests.fixtures.plan_support import ROOT
from tests.safety.far import Far

TELLS = "tests.safety.test_watch:numbers_of"
RESTING, GOING = b"rate=0;\n", b"rate=1000;\n"


RELAY = HandAct("daq", "interlock opened", "rig.safety.latch:clear", {})  # it lacks what that function wants: it fails


def end(tmp_path, children, answers, others=(), *, opened=True):
    """Let a supervisor's run die, and return what the supervisor said of it and what latches the bench."""
    far = Far(answers)
    bench = f"bench-of-{os.getpid()}-{tmp_path.name}"
    stop = (Saying(b"stop;", b"ok"),)
    pump = PortAct("pump", "pump stopped", far.port, stop, b"tell;", b"\n", tells=TELLS, rests="rate")
    orders = Orders(bench, "a-run", str(tmp_path / "account"), 5.0, 5.0, 5.0, (pump,), others)
    words = [{"say": "open", "name": "pump"}, *([{"say": "opened"}] if opened else [])]
    said = "".join(json.dumps(one) + "\n" for one in [orders.to_json(), *words])
    told = tmp_path / "told"
    told.write_text(said, encoding="utf-8")
    try:
        with told.open("rb") as words_of_the_run:
            command = [sys.executable, "-m", "rig.safety.supervisor"]
            supervisor = children.start(command, cwd=ROOT, stdin=words_of_the_run)
            lines = [json.loads(line) for line in supervisor.communicate()[0].splitlines()]
        return lines[-1], latched(bench)
    finally:
        far.close()
        latch_path(bench).unlink(missing_ok=True)


def test_confirmed_it_is_not(tmp_path, children):
    ended, latch = end(tmp_path, children, {b"stop": b"ok\n", b"tell": RESTING})
    assert (ended["done"], ended["wrong"]) == (["pump stopped"], [])
    assert latch is None


@pytest.mark.parametrize(
    ("answers", "others", "why"),
    [
        ({b"stop": b"no\n", b"tell": RESTING}, (), "pump: it answered 6e 6f 0a when it was told to stop"),
        ({b"tell": RESTING}, (), "pump: it did not answer when it was told to stop"),
        ({b"stop": b"ok\n", b"tell": GOING}, (), "pump: it answered that it stopped, and goes on: its rate is 1000"),
        ({b"stop": b"ok\n"}, (), "pump: it answered that it stopped, and does not tell whether it rests"),
        ({b"stop": b"ok\n", b"tell": RESTING}, (RELAY,), "daq: "),
    ],
)
def test_it_is_latched_where_one_way_failed(tmp_path, children, answers, others, why):
    _, latch = end(tmp_path, children, answers, others)
    assert latch.by == "run a-run"
    assert latch.why.startswith("the run has died")
    assert why in latch.why


def test_a_pump_that_this_run_never_moved_latches_nothing(tmp_path, children):
    ended, latch = end(tmp_path, children, {b"tell": RESTING}, opened=False)
    assert ended["wrong"]
    assert latch is None
