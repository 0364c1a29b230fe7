"""Whatever becomes of a run, its pump comes to rest and its supply is off, and somebody has said what was done.

The whole list of causes, with the time from each to the last stroke, is in `python -m benchmarks safety`.
"""

import pytest

from tests.safety.causes import cause_of, meet
from tests.safety.stand import AT_EASE, UNHURRIED

SAID = {
    "SIGKILL": ("account", "the run has died"),
    "a loop that polls the pump": ("said", "showed no sign of life"),
    "C code that holds the interpreter": ("account", "the run has not been heard"),
    "SIGINT, swallowed by the plan": ("said", "was told to end and goes on"),
    "SIGINT, and a thread that restarts the pump": ("said", "KeyboardInterrupt: SIGINT"),
    "the pump hears and does not answer": ("account", "has not answered"),
    "a full disk": ("said", "NOT RECORDED"),
    "the supervisor killed": ("said", "pump stopped by its own command"),
}


# What is noticed by its lateness alone.
LATE = ("a loop that polls the pump", "C code that holds the interpreter", "the pump hears and does not answer")


@pytest.mark.parametrize("name", SAID)
def test_delivery_ends(tmp_path, children, name):
    came = meet(cause_of(name), tmp_path / "stand", children, **(UNHURRIED if name in LATE else AT_EASE))
    where, words = SAID[name]
    assert words in getattr(came, where)
    assert came.supply_v == 0


def test_without_run_and_supervisor_the_pump_stops_by_itself(tmp_path, children):
    came = meet(cause_of("run and supervisor killed"), tmp_path / "stand", children, **UNHURRIED)
    assert came.supply_v > 0
    assert came.account == ""
