"""The reservoir's drive: pressure by temperature alone, until the bellows come to their stop."""

import pytest

from instruments.plant.propellant import PropellantKeys, reservoir_kpa, stroke_share, vapour_kpa

KEYS = PropellantKeys(stroke_percent_per_kpa=0.2)


def test_the_vapour_presses_by_temperature():
    # Clausius and Clapeyron by hand: 130 kPa at 37 °C, 26 kJ/mol.
    assert [round(vapour_kpa(celsius), 1) for celsius in (22.0, 37.0, 40.0)] == [77.9, 130.0, 143.2]


def test_the_content_does_not_matter_until_the_last_millilitres():
    assert [round(reservoir_kpa(KEYS, 37.0, content_ul), 1) for content_ul in (20_000.0, 4_000.0, 2_000.0, 0.0)] == [
        130.0,
        130.0,
        65.0,
        0.0,
    ]


@pytest.mark.parametrize(
    "celsius, content_ul, share", [(22.0, 20_000.0, 1.0), (37.0, 20_000.0, 1.104), (22.0, 0.0, 0.844)]
)
def test_a_stroke_follows_the_pressure(celsius, content_ul, share):
    assert stroke_share(KEYS, celsius, content_ul) == pytest.approx(share, abs=0.001)


def test_a_pump_that_is_insensitive_makes_the_same_stroke_always():
    assert {stroke_share(PropellantKeys(), celsius, 1.0) for celsius in (0.0, 60.0)} == {1.0}
