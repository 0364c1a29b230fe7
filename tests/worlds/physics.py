"""Water, air and what a balance makes of a liquid in air: by other formulas than the evaluation's."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Adjustment weights have this density by convention (OIML D 28); ordinary glass is as dense as that.
WEIGHTS_KG_M3 = 8000.0
GLASS_KG_M3 = 2500.0


def water_kg_m3(temperature_c):
    """Return the density of water: Kell, J. Chem. Eng. Data 20 (1975) 97, equation 16; 0 to 40 °C within 1e-5."""
    t = np.asarray(temperature_c, np.float64)
    top = (
        999.83952
        + 16.945176 * t
        - 7.9870401e-3 * t**2
        - 46.170461e-6 * t**3
        + 105.56302e-9 * t**4
        - 280.54253e-12 * t**5
    )
    return top / (1.0 + 16.879850e-3 * t)


def air_kg_m3(temperature_c, pressure_hpa, humidity_percent):
    """Return the density of moist air: a mixture of two ideal gases, vapour by Magnus (Alduchov & Eskridge 1996)."""
    t = np.asarray(temperature_c, np.float64)
    vapour_hpa = np.asarray(humidity_percent) / 100.0 * 6.1094 * np.exp(17.625 * t / (t + 243.04))
    dry_hpa = np.asarray(pressure_hpa) - vapour_hpa
    # Molar masses of dry air and of water; 0.9996 is air's compressibility in a laboratory.
    return 100.0 * (0.0289635 * dry_hpa + 0.01801528 * vapour_hpa) / (8.314462618 * (t + 273.15)) / 0.9996


def indicated_mg(mass_mg, density_kg_m3, air):
    """Return what a balance shows of a mass of this density (kg/m³) in air of density `air`: Archimedes, both pans."""
    return mass_mg * (1.0 - air / density_kg_m3) / (1.0 - air / WEIGHTS_KG_M3)
