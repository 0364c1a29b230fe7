"""What drives a pump's reservoir: a propellant, partly liquid and partly vapour, on the other side of its bellows.

As long as both are there its pressure is that of the vapour, which depends on temperature alone, whatever the content.
In the last millilitres the bellows come to their stop and take the pressure off the liquid. The vapour's pressure is
after Clausius and Clapeyron; the figures are parameters of a simulation, not facts about a real pump.
"""

import math

from pydantic import Field

from rig.bench_file.tables import TwinParameters

_KELVIN = 273.15
_GAS_J_MOL_K = 8.314462618
# Of the order of a light hydrocarbon's.
_VAPORISATION_J_MOL = 26_000.0
_AT_37_C_KPA = 130.0


class PropellantKeys(TwinParameters):
    """The reservoir's drive in the `twin` table of a mocked pump."""

    stroke_percent_per_kpa: float = Field(default=0.0, ge=-10, le=10)
    reservoir_nominal_c: float = Field(default=22.0, ge=0, le=60)
    bellows_stop_ul: float = Field(default=4_000.0, ge=0, le=1_000_000)


def vapour_kpa(liquid_c: float) -> float:
    """Return the vapour's pressure at a temperature in °C, absolute, in kPa."""
    per_kelvin = 1.0 / (liquid_c + _KELVIN) - 1.0 / (37.0 + _KELVIN)
    return _AT_37_C_KPA * math.exp(-_VAPORISATION_J_MOL / _GAS_J_MOL_K * per_kelvin)


def reservoir_kpa(keys: PropellantKeys, liquid_c: float, content_ul: float) -> float:
    """Return the pressure of a reservoir's liquid, absolute, in kPa, at a temperature in °C and a content in µL."""
    on_the_liquid = min(1.0, max(0.0, content_ul) / keys.bellows_stop_ul) if keys.bellows_stop_ul > 0.0 else 1.0
    return vapour_kpa(liquid_c) * on_the_liquid


def stroke_share(keys: PropellantKeys, liquid_c: float, content_ul: float) -> float:
    """Return what a stroke is of the one at the nominal temperature on a reservoir that is not near its end."""
    if keys.stroke_percent_per_kpa == 0.0:
        return 1.0
    off_kpa = reservoir_kpa(keys, liquid_c, content_ul) - vapour_kpa(keys.reservoir_nominal_c)
    return max(0.0, 1.0 + keys.stroke_percent_per_kpa / 100.0 * off_kpa)
