"""Therapies drawn by chance while warmth, pressure and line change about the pump, and its patient presses a button."""

import pytest

from test_plans.clinic import chance_of, drawn, is_carried_out
from test_plans.other_clinics import Outdoors


@pytest.mark.requirement("IT-01", "IT-17", "7.1.1", "7.1.3", "IT-19")
@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize("number", drawn(6))
def test_whatever_surrounds_a_pump_it_gives_what_is_ordered(pump, bench, verify, number):
    """Days of orders that were drawn by chance are carried out in warmth, against pressure and behind a kink."""
    chance = chance_of(f"outdoors {number}")
    is_carried_out(Outdoors(pump, bench, chance), bench, verify)
