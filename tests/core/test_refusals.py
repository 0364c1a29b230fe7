"""An order that must be refused: whoever takes it did not show what it should."""

from contextlib import contextmanager

import pytest

from rig.bench.refusals import ExpectsRefusals
from rig.errors import NOT_SEEN, NoReplyError, NotShownError, OutOfRangeError, PlanError, RefusedError
from rig.faults import Fault, fault_of


def refused(code):
    return RefusedError("pump", "it said so", advice="wait", code=code)


@pytest.mark.parametrize(
    "error", [refused("BOLUS_RUNNING"), OutOfRangeError("pump", "5000 µL/h is too much", advice="ask for less")]
)
def test_what_is_refused_is_as_expected(error):
    with ExpectsRefusals().refusal():
        raise error


def test_what_is_taken_is_the_pumps_fault():
    with pytest.raises(NotShownError, match=r"was to be refused was taken$") as raised, ExpectsRefusals().refusal():
        pass
    assert fault_of(raised.value) is Fault.PUMP


def test_what_stood_in_its_way_is_said():
    with pytest.raises(NotShownError) as raised, ExpectsRefusals().refusal(because="a bolus is under way"):
        pass
    assert str(raised.value) == "an order that was to be refused, since a bolus is under way, was taken"


def test_what_is_taken_and_not_shown_is_no_refusal():
    with pytest.raises(NotShownError, match="was taken: it said so"), ExpectsRefusals().refusal():
        raise refused(NOT_SEEN)


def test_a_pump_that_does_not_answer_refuses_nothing():
    with pytest.raises(NoReplyError), ExpectsRefusals().refusal():
        raise NoReplyError("pump", "no reply", advice="look at the cable")


class Hands:
    """A pump whose driver hands on what is beyond its range, within a block."""

    on = False

    @contextmanager
    def handing_on(self):
        self.on = True
        try:
            yield
        finally:
            self.on = False


class WithPumps(ExpectsRefusals):
    def __init__(self, *pumps):
        self.instruments = self
        self._pumps = pumps

    def pumps(self):
        return [(f"pump {number}", pump) for number, pump in enumerate(self._pumps)]


def test_what_the_pump_itself_is_to_refuse_is_handed_on_and_nothing_behind_it():
    pump = Hands()
    with WithPumps(pump).refusal(by_the_pump=True):
        assert pump.on
        raise refused("OUT_OF_RANGE")
    assert not pump.on


def test_what_no_message_can_hold_was_refused_by_nobody():
    with pytest.raises(OutOfRangeError), WithPumps(Hands()).refusal(by_the_pump=True):
        raise OutOfRangeError("pump", "-1 µL/h is too little", advice="ask for more")


def test_a_driver_that_hands_nothing_on_cannot_be_asked_to():
    with (
        pytest.raises(PlanError, match="driver of pump 0 hands on nothing"),
        WithPumps(object()).refusal(by_the_pump=True),
    ):
        pass
