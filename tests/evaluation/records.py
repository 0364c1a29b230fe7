"""Synthetic records with known answers."""

import numpy as np

from rig.channels import Channel
from rig.clock import NS_PER_S, VirtualClock
from rig.record.bodies.codec import from_body
from rig.record.bodies.events import ZeroFlow
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from rig.samples import Block

EPOCH_NS = 1_767_600_000 * NS_PER_S
HOUR_NS = 3600 * NS_PER_S
# Volume per indicated mg of water at 20 °C in air of 1013.25 hPa and 50 %RH (reference table).
Z_UL_MG = 1.00285
START = {
    "bench": "synthetic",
    "kind": "mocked",
    "plans": ["synthetic"],
    "instruments": {
        "balance": {"capability": "balance", "sample_every_s": 60.0},
        "pump": {"capability": "pump", "sample_every_s": 60.0},
    },
    "weighing": {
        "needle_diameter_mm": 0.0,
        "vessel_diameter_mm": 30.0,
        "readability_mg": 0.01,
        "repeatability_mg": 0.02,
        "linearity_mg": 0.03,
        "calibration_u_percent": 0.002,
        "capillary_mg": 0.05,
        "u_temperature_k": 0.2,
        "u_pressure_hpa": 1.0,
        "u_humidity_percent": 3.0,
        "clock_ppm": 50.0,
    },
    "ambient": {
        "air_temperature_c": 20.0,
        "liquid_temperature_c": 20.0,
        "air_pressure_hpa": 1013.25,
        "air_humidity_percent": 50.0,
    },
    "overdue": [],
    "limits": {"evaporation": {"zero_flow_hours": 4.0, "settle_minutes": 0.0}},
}


def weighed(folder, mass_of_hour, *, hours, zero_flow=((0, 4), (-4, 0)), start=None, noise_mg=0.01, lost=0, keep=None):
    """Write a record in which the balance shows `mass_of_hour(h)` each minute for `hours` hours; return it open.

    `zero_flow` are spans in hours from the beginning (negative: from the end), `keep` a mask over minutes.
    `lost` readings are missing after ten hours.
    """
    clock = VirtualClock(EPOCH_NS)
    record = RunRecord.create(folder, "synthetic", from_body(Start, {**START, **(start or {})}), EPOCH_NS, clock)
    minutes = np.arange(hours * 60 + 1)
    mass = np.asarray([mass_of_hour(m / 60) for m in minutes]) + noise_mg * np.random.default_rng(1).normal(
        size=len(minutes)
    )
    t_ns = EPOCH_NS + minutes * 60 * NS_PER_S
    if keep is not None:
        t_ns, mass = t_ns[keep(minutes)], mass[keep(minutes)]
    record.descriptor("balance", (Channel("mass", "mg"), Channel("stable", "1")), {})
    for part, lost_before in ((slice(None, 600), 0), (slice(600, None), lost)):
        columns = {"mass": mass[part], "stable": np.zeros(len(mass[part]))}
        record.samples("balance", Block(t_ns[part], columns, lost_before))
    for begin, end in zero_flow:
        span = [EPOCH_NS + round((h if h >= 0 else hours + h) * HOUR_NS) for h in (begin, end or -1e-12)]
        span[1] = EPOCH_NS + round((end if end > 0 else hours + end) * HOUR_NS) + 1
        record.event(ZeroFlow(span[0], span[1]))
    return record
