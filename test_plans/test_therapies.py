"""Therapies drawn by chance: what one order leaves behind in a pump, another order shows.

Nobody thinks of every sequence of orders. Each case is some days of whatever a clinic and a patient may ask for, in an
order, at sizes and at times that were drawn once and stay the same: a plan is repeated as it was. Orders are broken off
and interrupted, and what was broken off is often ordered again: there pumps go wrong that carry out each by itself.
"""

from random import Random

import pytest

from test_plans.clinic import ORDERS, Clinic
from test_plans.other_clinics import AtEdges, Outdoors


def is_carried_out(clinic, bench, verify):
    """Claim that what a clinic orders by chance is delivered, counted and told."""
    with bench.read_each(minutes=20), bench.window("a therapy") as therapy:
        clinic.a_permission()
        clinic.a_rate()
        for _ in range(ORDERS):
            clinic.any_order()
        clinic.a_rate()
    verify("volume of the therapy", therapy.volume_error()).within("volume accuracy")
    verify("the pump's books of the therapy", therapy.books_error()).within("books accuracy")
    verify("the pump's log of the therapy", therapy.log_tells_all()).holds()
    verify("programme, books and balance", therapy.three_truths()).holds()


@pytest.mark.requirement("IT-01", "IT-17", "4.1.1")
@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize("drawn", range(1, 11))
def test_whatever_is_ordered_is_given_and_nothing_else(pump, bench, verify, drawn):
    """Days of orders that were drawn by chance is delivered as it was ordered, counted, and told in the log."""
    chance = Random(f"therapy {drawn}")  # noqa: S311 - nobody is to be kept from guessing it
    is_carried_out(Clinic(pump, bench, chance), bench, verify)


@pytest.mark.requirement("IT-01", "IT-17", "7.1.1", "7.1.3", "IT-19")
@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize("drawn", range(1, 7))
def test_whatever_surrounds_a_pump_it_gives_what_is_ordered(pump, bench, verify, drawn):
    """Days of orders that were drawn by chance are carried out in warmth, against pressure and behind a kink."""
    chance = Random(f"outdoors {drawn}")  # noqa: S311 - nobody is to be kept from guessing it
    is_carried_out(Outdoors(pump, bench, chance), bench, verify)


@pytest.mark.requirement("IT-01", "IT-17", "IT-03", "1.1.7")
@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize("drawn", range(1, 7))
def test_what_a_pump_can_just_be_told_is_given_as_well(pump, bench, verify, drawn):
    """Days of the smallest, the largest and the oddest orders that a pump takes, drawn by chance, are carried out."""
    chance = Random(f"edges {drawn}")  # noqa: S311 - nobody is to be kept from guessing it
    is_carried_out(AtEdges(pump, bench, chance), bench, verify)
