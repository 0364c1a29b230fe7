"""Therapies drawn by chance while orders and answers are spoilt on their way, or arrive again."""

import pytest

from test_plans.clinic import chance_of, drawn, is_carried_out
from test_plans.other_clinics import OnABadLink


@pytest.mark.requirement("IT-01", "IT-03", "IT-17", "IT-19")
@pytest.mark.evaporation(hours=1)
@pytest.mark.parametrize("number", drawn(2))
def test_whatever_becomes_of_frames_each_order_is_carried_out_once(pump, bench, verify, number):
    """Days of orders that were drawn by chance are carried out once each, however often their frames arrive."""
    chance = chance_of(f"bad link {number}")
    is_carried_out(OnABadLink(pump, bench, chance), bench, verify)
