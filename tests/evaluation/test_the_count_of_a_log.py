"""The number of lines that a status tells is held to the log, whatever is written between the two readings."""

from types import SimpleNamespace

import pytest

from rig.bench.pump_watch import PumpWatch
from rig.record.bodies.pump_events import PumpLogUnreadable

LINE = {"pump_clock_ns": 1, "event": "stopped", "detail": 0}


class Pump:
    """A pump whose status tells the given numbers of lines, one after the other, and whose log holds five."""

    def __init__(self, *told):
        self._told = iter(told)

    def status(self):
        state = SimpleNamespace(value="stopped")
        return SimpleNamespace(state=state, alarms=(), log_entries=next(self._told), critical=None, sounding=None)

    def read_log(self, *, first=0):
        return tuple(SimpleNamespace(number=number, **LINE) for number in range(first, 5))


@pytest.mark.parametrize("told, right", [((0, 5), True), ((0, 3, 5), True), ((0, 3, 3), False), ((0, 6), False)])
def test_a_status_is_held_to_the_log(told, right):
    found = []
    record = SimpleNamespace(event=found.append)
    watch = PumpWatch("pump", Pump(*told), SimpleNamespace(now_ns=lambda: 1), record)
    for _look in range(2):
        watch.look()
    assert any(isinstance(one, PumpLogUnreadable) for one in found) is not right
