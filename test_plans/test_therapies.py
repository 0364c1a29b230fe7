"""Therapies drawn by chance: what one order leaves behind in a pump, another order shows.

Nobody thinks of every sequence of orders. Each case is some days of whatever a clinic and a patient may ask for, in an
order, at sizes and at times that were drawn once and stay the same: a plan is repeated as it was. Orders are broken off
and interrupted, and what was broken off is often ordered again: there pumps go wrong that carry out each by itself.
"""

import pytest

from test_plans.clinic import Clinic, chance_of, drawn, is_carried_out


@pytest.mark.requirement("IT-01", "IT-17", "4.1.1")
@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize("number", drawn(10))
def test_whatever_is_ordered_is_given_and_nothing_else(pump, bench, verify, number):
    """Days of orders that were drawn by chance is delivered as it was ordered, counted, and told in the log."""
    chance = chance_of(f"therapy {number}")
    is_carried_out(Clinic(pump, bench, chance), bench, verify)
