"""Disturbed worlds as wholes: off by default, the same for one seed, and the same in whatever order they are asked."""

import numpy as np
import pytest
from pydantic import ValidationError

from instruments.plant.laboratory import Parameters
from tests.plant.worlds import EPOCH_NS, indicated, moments, pump, world

# Every key that disturbs, at a value that shows.
DISTURBED = {
    "air_temperature_drift_k_h": 0.1,
    "air_pressure_drift_hpa_h": 0.5,
    "evaporation_swing_percent": 30,
    "evaporation_swing_phase_h": 3,
    "evaporation_trend_percent_day": 10,
    "evaporation_walk_percent_rt_h": 5,
    "evaporation_humidity_percent_per_percent": 2,
    "evaporation_jump_at_h": 5,
    "evaporation_jump_hours": 6,
    "evaporation_jump_factor": 10,
    "liquid_density_kg_m3": 1005,
    "liquid_reference_c": 20,
    "liquid_expansion_per_k": 0.0003,
    "vessel_displaces_ml": 40,
    "tip_touch_percent": 1,
    "tip_touch_from_h": 6,
    "touch_mg": 25,
    "touch_at_h": 7,
    "draught_mg": 0.5,
    "static_mg": 3,
    "siphon_ul_h": 0.5,
    "siphon_stopped_ul_h": 0.5,
    "line_leak_percent": 1,
}
HOURS = tuple(np.linspace(0.0, 40.0, 200).tolist())


def pumped(seed=1, **parameters):
    lab = world(seed, **parameters)
    pump(lab, 0.5, *np.arange(1.0, 30.0, 0.02))
    return lab


def test_the_default_world_is_undisturbed_to_the_last_bit():
    lab = pumped()
    t_ns = moments(*HOURS)
    # The balance of an undisturbed beaker as formulas have it (Tanaka 2001, ISO 8655-6), term by term.
    day, five_days = 86_400_000_000_000, 432_000_000_000_000
    swing = np.sin(2.0 * np.pi * ((t_ns % day) / day) - 2.4)
    air_c, humidity = 22.0 + 0.3 * swing, 50.0 - 3.0 * swing
    pressure = 1013.25 + 6.0 * np.sin(2.0 * np.pi * ((t_ns % five_days) / five_days))
    air = (0.34848 * pressure - 0.009 * humidity * np.exp(0.061 * air_c)) / (air_c + 273.15)
    water = 999.974950 * (1.0 - (22.0 - 3.983035) ** 2 * (22.0 + 301.797) / (522528.9 * (22.0 + 69.34881)))
    mg_per_ul = (water - air) / (1.0 - air / 8000.0) / 1000.0
    gained = lab.line.tip_ul(t_ns) * mg_per_ul / (1.0 - (0.8 / 30.0) ** 2)
    slots = (t_ns // 14_400_000_000_000).tolist()
    hangs = np.asarray([np.random.default_rng([lab.seed_for("meniscus"), slot]).normal() for slot in slots])
    expected = 30_000.0 + gained - 0.05 * ((t_ns - EPOCH_NS) / 3.6e12) + 0.03 * hangs
    assert lab.beaker.indicated_mg(t_ns).tolist() == expected.tolist()


def test_the_default_balance_keeps_its_zero():
    assert pumped().pan.zero_mg(moments(*HOURS)).tolist() == [0.0] * len(HOURS)


def test_a_disturbed_world_is_the_same_whatever_was_asked_before():
    at_once = indicated(pumped(**DISTURBED), *HOURS)
    lab = pumped(**DISTURBED)
    shuffled = np.random.default_rng(0).permutation(len(HOURS))
    singly = {int(i): indicated(lab, HOURS[i])[0] for i in shuffled}
    assert [singly[i] for i in range(len(HOURS))] == at_once.tolist()


def test_two_worlds_of_one_seed_are_one_world():
    one, other = (indicated(pumped(seed=3, **DISTURBED), *HOURS) for _ in range(2))
    assert one.tolist() == other.tolist()


@pytest.mark.parametrize("key, value", [("evaporation_walk_percent_rt_h", 5), ("draught_mg", 0.5)])
def test_another_seed_is_another_world(key, value):
    one, other = (world(seed, capillary_mg=0, **{key: value}) for seed in (3, 4))
    assert indicated(one, *HOURS).tolist() != indicated(other, *HOURS).tolist()


def test_a_walk_of_what_does_not_evaporate_leaves_the_rest_alone():
    walking, plain = (pumped(evaporation_mg_h=0, evaporation_walk_percent_rt_h=walk) for walk in (5, 0))
    assert indicated(walking, *HOURS).tolist() == indicated(plain, *HOURS).tolist()


@pytest.mark.parametrize(
    "key, value",
    [
        ("evaporation_swing_percent", 101),
        ("evaporation_jump_factor", -1),
        ("draught_mg", -0.1),
        ("air_temperature_drift_k_h", 6),
        ("air_pressure_drift_hpa_h", -11),
        ("tip_touch_percent", 101),
        ("siphon_ul_h", -1),
        ("line_leak_percent", 101),
        ("creep_hours", 0),
    ],
)
def test_what_no_laboratory_does_is_refused(key, value):
    with pytest.raises(ValidationError, match=key):
        Parameters(**{key: value})
