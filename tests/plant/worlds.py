"""Laboratories for tests: one in which nothing disturbs, and questions in hours since its beginning."""

import numpy as np

from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke
from rig.clock import VirtualClock

EPOCH_NS = 1_767_600_000_000_000_000
HOUR_NS = 3_600_000_000_000
# Drops leave the tip at once and weigh what they weigh at any time of the day; the air's pressure swings all the same.
QUIET = {
    "evaporation_mg_h": 0.0,
    "capillary_mg": 0.0,
    "needle_diameter_mm": 0.0,
    "air_temperature_swing_c": 0.0,
    "line_resistance_kpa_h_ul": 1e-9,
}


def world(seed=1, **parameters):
    return Laboratory(Parameters(**parameters), VirtualClock(EPOCH_NS), seed)


def quiet(seed=1, **parameters):
    return world(seed, **{**QUIET, **parameters})


def moments(*hours):
    return np.asarray([EPOCH_NS + round(h * HOUR_NS) for h in hours], np.int64)


def indicated(lab, *hours):
    return lab.beaker.indicated_mg(moments(*hours))


def change_mg(lab, from_h, to_h):
    """Return by how much the indication changes between two moments."""
    before, after = indicated(lab, from_h, to_h)
    return after - before


def pump(lab, volume_ul, *hours):
    for hour in hours:
        lab.line.stroke(Stroke(EPOCH_NS + round(hour * HOUR_NS), volume_ul, 8))
