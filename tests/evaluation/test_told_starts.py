"""What a log tells with the begin of something is held to the order that began it."""

from types import SimpleNamespace

import pytest

from rig.evaluation.orders import PumpOrder
from rig.evaluation.told_starts import wrong_details
from rig.record.bodies.pump_events import LogLine

RUN = PumpOrder(1, "run_continuous", 41.7)
AGAIN = PumpOrder(2, "run_continuous", 20.0)
ORDERS = {
    "infusion_started": (RUN, 41_700, "µL/h"),
    "ramp_started": (PumpOrder(1, "run_ramp", 200.0), 200_000, "µL/h"),
    "bolus_started": (PumpOrder(1, "give_bolus", 25.0), 25_000, "µL"),
    "square_started": (PumpOrder(1, "give_combination_bolus", 10.0, said={"then_ul": 40.0}), 40_000, "µL"),
    "prime_started": (PumpOrder(1, "prime", 300.0), 300_000, "µL"),
}


def wrong(orders, *told):
    """Return what is wrong with lines, each a word and its detail."""
    case = SimpleNamespace(from_ns=0, orders=orders)
    return wrong_details(case, [LogLine(number, number, *line) for number, line in enumerate(told)])


@pytest.mark.parametrize("word", ORDERS)
def test_what_was_ordered_is_right(word):
    order, told, _ = ORDERS[word]
    assert wrong([order], (word, told)) == []


@pytest.mark.parametrize("word", ORDERS)
def test_another_number_is_wrong_and_both_are_said(word):
    order, asked, unit = ORDERS[word]
    (said,) = wrong([order], (word, asked + 1_000))
    assert said == (f"its line 0 ({word}) says {asked / 1000 + 1:g} {unit}, where {asked / 1000:g} {unit} were ordered")


def test_each_line_is_held_to_its_own_order():
    (said,) = wrong([RUN, AGAIN], ("infusion_started", 41_700), ("infusion_started", 41_700))
    assert said.startswith("its line 1 (infusion_started) says 41.7 µL/h, where 20 µL/h were ordered")


def test_a_rounded_number_is_right():
    assert wrong([PumpOrder(1, "run_continuous", 41.6664)], ("infusion_started", 41_666)) == []


@pytest.mark.parametrize(
    "told",
    [
        [("infusion_started", 0), ("infusion_started", 0)],
        [("infusion_started", 7)],
        [("infusion_started", 7), ("infusion_started", 7), ("infusion_started", 7)],
        [("flex_started", 7), ("minimum_started", 7)],
    ],
    ids=["no details", "a line is missing", "a line too many", "other words"],
)
def test_what_cannot_be_told_apart_is_not_called_wrong(told):
    assert wrong([RUN, AGAIN], *told) == []


@pytest.mark.parametrize("told, right", [(200_150, True), (200_300, False)])
def test_of_a_large_number_a_thousandth_may_be_rounded(told, right):
    said = wrong([PumpOrder(1, "run_continuous", 200.0)], ("infusion_started", told))
    assert (said == []) is right
