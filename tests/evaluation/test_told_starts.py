"""What a log tells with the begin of something is held to the order that began it."""

from types import SimpleNamespace

import pytest

from rig.evaluation.orders import PumpOrder
from rig.evaluation.told_starts import wrong_details
from rig.record.bodies.others import Command
from rig.record.bodies.pump_events import LogLine
from rig.record.words import Stamped

RUN = PumpOrder(1, "run_continuous", 41.7)
AGAIN = PumpOrder(2, "run_continuous", 20.0)
ORDERS = {
    "infusion_started": (RUN, 41_700, "µL/h"),
    "ramp_started": (PumpOrder(1, "run_ramp", 200.0), 200_000, "µL/h"),
    "bolus_started": (PumpOrder(1, "give_bolus", 25.0), 25_000, "µL"),
    "square_started": (PumpOrder(1, "give_combination_bolus", 10.0, said={"then_ul": 40.0}), 40_000, "µL"),
    "prime_started": (PumpOrder(1, "prime", 300.0), 300_000, "µL"),
    "bridge_started": (PumpOrder(1, "run_bridge", 25.0, 30.0, said={"volume_ul": 60.0}), 60_000, "µL"),
    "patient_bolus_given": (PumpOrder(1, "request_patient_bolus", 5.0), 5_000, "µL"),
}
SETTINGS = {
    "refilled": ("refilled", {"volume_ul": 40_000.0}),
    "low_mark_set": ("set_low_reservoir", {"volume_ul": 2_000.0}),
    "patient_set": ("allow_patient_boluses", {"volume_ul": 5.0, "lockout_minutes": 30, "most_in_24_h": 4}),
    "dose_limit_set": ("set_dose_limit", {"volume_ul": 300.0, "window_hours": 4}),
    "trial_set": ("begin_trial", {"total_ul": 150.0, "over_hours": 8}),
}


def command(at_ns, verb, arguments, result="ok"):
    """Return a command as a record holds it."""
    body = Command(verb, arguments, sent_ns=at_ns, received_ns=at_ns + 1, result=result)
    return Stamped(1, at_ns, "pump", body)


def wrong(orders, *told, commands=()):
    """Return what is wrong with lines, each a word and its detail."""
    reader = SimpleNamespace(commands=lambda pump: commands if pump == "pump" else ())
    case = SimpleNamespace(from_ns=0, to_ns=100, orders=orders, reader=reader, pump="pump")
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


@pytest.mark.parametrize("word", SETTINGS)
def test_what_was_set_is_what_the_log_tells(word):
    verb, arguments = SETTINGS[word]
    set_nl = round(1000 * next(iter(arguments.values())))
    commands = [command(1, verb, arguments), command(200, verb, arguments), command(2, verb, arguments, "refused")]
    assert wrong([], (word, set_nl), commands=commands) == []
    (said,) = wrong([], (word, set_nl + 1_000_000), commands=commands)
    assert said.startswith(f"its line 0 ({word}) says {set_nl / 1000 + 1000:g} µL, where {set_nl / 1000:g} µL")


def test_a_trial_that_was_ended_takes_no_volume_from_the_next():
    commands = [
        command(1, "begin_trial", {"total_ul": 150.0, "over_hours": 8}),
        command(2, "end_trial", {}),
        command(3, "begin_trial", {"total_ul": 90.0, "over_hours": 8}),
    ]
    lines = ("trial_set", 150_000), ("trial_set", 0), ("trial_set", 90_000)
    assert wrong([], *lines, commands=commands) == []
    assert wrong([], *lines[:2], ("trial_set", 9_000), commands=commands)
