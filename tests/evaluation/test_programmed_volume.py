"""What orders ask for at every moment: rates, boluses on top, stops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.evaluation.orders import BOLUS, RUN, STOP, PumpOrder
from rig.evaluation.programme import NS_PER_H, Programme


def order(hour, verb, amount=0.0, rate=0.0):
    return PumpOrder(round(hour * NS_PER_H), verb, amount, rate)


def at(programme, *hours):
    return programme.volume_ul(np.asarray([round(h * NS_PER_H) for h in hours], np.int64)).tolist()


def test_rates_follow_each_other_and_a_stop_ends_them():
    programme = Programme([order(1, RUN, 10), order(2, RUN, 20), order(4, STOP)], 10 * NS_PER_H)
    assert at(programme, 0, 1, 1.5, 2, 3, 4, 9) == pytest.approx([0, 0, 5, 10, 30, 50, 50])


def test_a_bolus_runs_at_its_rate_on_top():
    programme = Programme([order(0, RUN, 10), order(1, BOLUS, 100, 200)], 4 * NS_PER_H)
    assert at(programme, 1, 1.25, 1.5, 2) == pytest.approx([10, 10 + 2.5 + 50, 115, 120])


def test_a_stop_cuts_a_bolus_short():
    programme = Programme([order(0, BOLUS, 100, 200), order(0.25, STOP)], 4 * NS_PER_H)
    assert at(programme, 0.25, 4) == pytest.approx([50, 50])


def test_a_bolus_of_unknown_rate_is_given_at_once():
    programme = Programme([order(1, BOLUS, 100)], 4 * NS_PER_H)
    assert at(programme, 0.999, 1.0) == pytest.approx([0, 100])


def test_nothing_is_asked_for_without_orders():
    assert at(Programme([], NS_PER_H), 0, 5) == [0, 0]


def test_an_infusion_goes_on_to_where_the_looking_ends():
    programme = Programme([order(0, RUN, 10)], 3 * NS_PER_H)
    assert at(programme, 3, 5) == pytest.approx([30, 30])
    assert programme.rate_ul_h(NS_PER_H) == 10.0
    assert programme.rate_ul_h(3 * NS_PER_H) == 0.0


ORDERS = st.lists(
    st.builds(
        order,
        st.floats(0, 20),
        st.sampled_from([RUN, BOLUS, STOP]),
        st.floats(0.001, 1000),
        st.just(0.0) | st.floats(1, 1000),
    ),
    max_size=12,
).map(lambda orders: sorted(orders, key=lambda one: one.sent_ns))


@given(ORDERS)
def test_what_was_asked_for_never_falls(orders):
    volume = at(Programme(orders, 24 * NS_PER_H), *np.linspace(0, 30, 200))
    assert np.all(np.diff(volume) >= -1e-6)
