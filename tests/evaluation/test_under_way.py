"""What was under way in a span of a programme is said in its words."""

import pytest

from rig.clock import NS_PER_S
from rig.evaluation.orders import PumpOrder
from rig.evaluation.programme import Programme
from rig.evaluation.under_way import under_way

H_NS = 3600 * NS_PER_S


def order(at_h, verb, amount=0.0, rate_ul_h=0.0, **said):
    return PumpOrder(round(at_h * H_NS), verb, amount, rate_ul_h, said)


def said(from_h, to_h, *orders):
    return under_way(Programme(orders, 100 * H_NS), round(from_h * H_NS), round(to_h * H_NS))


RUN = order(0.0, "run_continuous", 40.0)
RAMP = order(0.0, "run_ramp", 200.0, from_ul_h=20.0, to_ul_h=200.0, over_hours=4.0)
SQUARE = order(2.0, "give_square_bolus", 17.0, over_minutes=60.0)
PRIME = order(2.0, "prime", 200.0, 1000.0)


@pytest.mark.parametrize(
    ("orders", "span_h", "words"),
    [
        ((RUN,), (1.0, 2.0), ""),
        ((RAMP,), (1.0, 2.0), " (a ramp to 200 µL/h)"),
        ((RAMP, order(1.0, "stop"), order(1.5, "run_continuous", 40.0)), (2.0, 3.0), ""),
        ((RUN, SQUARE), (2.5, 3.0), " (a square bolus of 17 µL)"),
        ((RUN, SQUARE), (1.0, 1.5), ""),
        ((RUN, SQUARE), (4.0, 5.0), ""),
        ((RUN, SQUARE, order(2.1, "stop")), (2.5, 2.9), ""),
        ((RAMP, PRIME), (2.05, 3.0), " (a ramp to 200 µL/h and a prime of 200 µL)"),
        ((), (0.0, 1.0), ""),
    ],
)
def test_beside_a_constant_rate_it_says_what_was_under_way(orders, span_h, words):
    assert said(*span_h, *orders) == words
