"""Priming and bridge bolus: the volumes and times that a dead volume asks for.

Between reservoir and catheter tip lies liquid that has to be displaced: before the first dose (priming bolus), and at
the old concentration before a new one arrives (bridge bolus). Sources: V = π·d²/4·l; t = V/Q; bridge Q = D/C_old for
t = V_dead·C_old/D, programmed as a dose of V_dead·C_new.
"""

import math
from dataclasses import dataclass

from rig.metrology.readings.demands import not_negative, positive
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.quantities import S_PER_H, Measured


def lumen_ul_cm(diameter_mm: float) -> float:
    """Return the volume of a lumen in µL per cm of length; raise MetrologyError unless the diameter is positive."""
    positive(diameter_mm, "lumen diameter in mm")
    return 10 * math.pi / 4 * diameter_mm**2


def dead_volume(
    internal: Measured,
    *,
    catheter_cm: float,
    lumen_mm: float,
    u_catheter_cm: float = 0.0,
    u_lumen_mm: float = 0.0,
) -> Budget:
    """Return the volume in µL from the pump's inside to the tip: `internal` tubing plus the catheter's lumen.

    Raises MetrologyError for an internal volume or a length that is negative and for a diameter that is not positive.
    """
    inside = internal.to("µL")
    not_negative(inside.value, "internal volume in µL")
    not_negative(catheter_cm, "length of the catheter in cm")
    per_cm = lumen_ul_cm(lumen_mm)
    return combine(
        inside.value + per_cm * catheter_cm,
        "µL",
        [
            Component("internal tubing", "B", inside.value, inside.u, "µL", 1.0),
            Component("catheter length", "B", catheter_cm, u_catheter_cm, "cm", per_cm),
            Component("catheter lumen", "B", lumen_mm, u_lumen_mm, "mm", 2 * per_cm * catheter_cm / lumen_mm),
        ],
    )


@dataclass(frozen=True, slots=True)
class Priming:
    """A priming bolus: `volume` in µL, `time` in s at the priming rate."""

    volume: Measured
    time: Budget


def priming(dead: Measured, rate: Measured) -> Priming:
    """Return the priming bolus that fills the `dead` volume at the priming `rate`: t = V/Q.

    Raises MetrologyError unless both are positive.
    """
    v, q = dead.to("µL"), rate.to("µL/h")
    positive(v.value, "dead volume in µL")
    positive(q.value, "priming rate in µL/h")
    return Priming(v, _filling_time(v, q))


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge bolus: `rate` in µL/h for `time` in s; `volume` in µL is the dead volume, `programmed_ug` its dose.

    The pump is told the new concentration already, so the dose it is given to deliver is reckoned with that.
    """

    volume: Measured
    rate: Budget
    time: Budget
    programmed_ug: Budget


def bridge(
    dead: Measured,
    *,
    dose_ug_h: float,
    old_ug_ul: float,
    new_ug_ul: float,
    u_old_ug_ul: float = 0.0,
    u_new_ug_ul: float = 0.0,
) -> Bridge:
    """Return the bridge bolus that keeps `dose_ug_h` while liquid of the old concentration is displaced.

    Concentrations in µg/µL (= mg/mL) with their standard uncertainties. Raises MetrologyError unless the dead volume,
    the dose rate and both concentrations are positive.
    """
    v = dead.to("µL")
    positive(v.value, "dead volume in µL")
    positive(dose_ug_h, "dose rate in µg/h")
    positive(old_ug_ul, "old concentration in µg/µL")
    positive(new_ug_ul, "new concentration in µg/µL")
    rate_ul_h = dose_ug_h / old_ug_ul
    old = Component("old concentration", "B", old_ug_ul, u_old_ug_ul, "µg/µL", -rate_ul_h / old_ug_ul)
    rate = combine(rate_ul_h, "µL/h", [old])
    programmed = combine(
        v.value * new_ug_ul,
        "µg",
        [
            Component("dead volume", "B", v.value, v.u, "µL", new_ug_ul),
            Component("new concentration", "B", new_ug_ul, u_new_ug_ul, "µg/µL", v.value),
        ],
    )
    return Bridge(v, rate, _filling_time(v, rate.measured()), programmed)


def _filling_time(volume: Measured, rate: Measured) -> Budget:
    time_s = volume.value / rate.value * S_PER_H
    return combine(
        time_s,
        "s",
        [
            Component("dead volume", "B", volume.value, volume.u, "µL", S_PER_H / rate.value),
            Component("rate", "B", rate.value, rate.u, "µL/h", -time_s / rate.value),
        ],
    )
