"""Therapies drawn by chance of the smallest, the largest and the oddest orders that a pump takes."""

import pytest

from test_plans.clinic import chance_of, drawn, is_carried_out
from test_plans.other_clinics import AtEdges


@pytest.mark.requirement("IT-01", "IT-17", "IT-03", "1.1.7")
@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize("number", drawn(6))
def test_what_a_pump_can_just_be_told_is_given_as_well(pump, bench, verify, number):
    """Days of the smallest, the largest and the oddest orders that a pump takes, drawn by chance, are carried out."""
    chance = chance_of(f"edges {number}")
    is_carried_out(AtEdges(pump, bench, chance), bench, verify)
