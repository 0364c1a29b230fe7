"""The liquid that is pumped: water, or one with a density of its own."""

from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from rig.bench_file.tables import TwinParameters

T = TypeVar("T", float, NDArray[np.float64])


class LiquidKeys(TwinParameters):
    """The density of the liquid; all three left out, it is water."""

    liquid_density_kg_m3: float | None = Field(default=None, ge=500, le=2000)
    liquid_reference_c: float | None = Field(default=None, ge=0, le=60)
    liquid_expansion_per_k: float | None = Field(default=None, ge=-0.001, le=0.005)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = [key is not None for key in (self.liquid_density_kg_m3, self.liquid_reference_c)]
        if len({*given, self.liquid_expansion_per_k is not None}) > 1:
            raise ValueError("liquid_density_kg_m3, liquid_reference_c and liquid_expansion_per_k come together")
        return self


def density_kg_m3(keys: LiquidKeys, temperature_c: T) -> T:
    """Return the density of the liquid at one temperature or at each of several, in kg/m³.

    Water: Tanaka et al. 2001, air-free. Another liquid: its volume grows by `liquid_expansion_per_k` of that at the
    reference temperature for each kelvin.
    """
    density, reference_c, expansion = keys.liquid_density_kg_m3, keys.liquid_reference_c, keys.liquid_expansion_per_k
    if density is None or reference_c is None or expansion is None:
        t = temperature_c
        return 999.974950 * (1.0 - (t - 3.983035) ** 2 * (t + 301.797) / (522528.9 * (t + 69.34881)))
    return density / (1.0 + expansion * (temperature_c - reference_c))
