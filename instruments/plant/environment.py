"""The air of the laboratory: temperature, pressure and humidity as smooth functions of time."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from instruments.plant.moments import Steps, hours_since
from rig.bench_file.tables import TwinParameters

DAY_NS = 86_400_000_000_000
# Where a drift ends: what an air conditioning that has failed, or a storm, comes to.
FARTHEST_K = 8.0
FARTHEST_HPA = 60.0


class AirKeys(TwinParameters):
    """The air."""

    air_temperature_c: float = Field(default=22.0, ge=5, le=40)
    air_temperature_swing_c: float = Field(default=0.3, ge=0, le=10)
    air_temperature_drift_k_h: float = Field(default=0.0, ge=-5, le=5)
    air_pressure_hpa: float = Field(default=1013.25, ge=500, le=1100)
    air_pressure_drift_hpa_h: float = Field(default=0.0, ge=-10, le=10)
    air_humidity_percent: float = Field(default=50.0, ge=0, le=100)


@dataclass(frozen=True, slots=True)
class Environment:
    """Air with a daily swing of temperature and humidity and a slower one of pressure, and drifts since `t0_ns`.

    `bath_c` and `chamber_hpa` are what challenges bring liquid and air to, not a number while there are none.
    `later_ns` is how much later than some other laboratory this one begins, whose pressure it shall have.
    All functions take int64 UTC nanoseconds of shape (n,) and return float64 of shape (n,).
    """

    temperature_c: float
    temperature_swing_c: float
    pressure_hpa: float
    humidity_percent: float
    t0_ns: int = 0
    temperature_drift_k_h: float = 0.0
    pressure_drift_hpa_h: float = 0.0
    later_ns: int = 0
    bath_c: Steps = field(default_factory=lambda: Steps(math.nan))
    chamber_hpa: Steps = field(default_factory=lambda: Steps(math.nan))

    def air(self, t_ns: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the air's temperature in °C (warmest in mid-afternoon), pressure in hPa and humidity in %RH.

        The pressure swings by 6 hPa over five days, the humidity against the temperature.
        """
        swing = np.sin(_turn(t_ns, 1.0) - 2.4)
        temperature_c = self.temperature_c + self.temperature_swing_c * swing + self.drifted_k(t_ns)
        pressure_hpa = self.pressure_hpa + 6.0 * np.sin(_turn(t_ns - self.later_ns, 5.0)) + self._drifted_hpa(t_ns)
        pressure_hpa = _where_imposed(self.chamber_hpa, t_ns, pressure_hpa)
        return temperature_c, pressure_hpa, self.humidity_percent - 3.0 * swing

    def air_temperature_c(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the air's temperature in °C."""
        swing = np.sin(_turn(t_ns, 1.0) - 2.4)
        return np.asarray(self.temperature_c + self.temperature_swing_c * swing + self.drifted_k(t_ns), np.float64)

    def liquid_temperature_c(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the liquid's temperature in °C: the air's, its daily swing damped by the vessel's mass."""
        swing = 0.3 * self.temperature_swing_c * np.sin(_turn(t_ns, 1.0) - 3.4)
        return _where_imposed(self.bath_c, t_ns, np.asarray(self.temperature_c + swing + self.drifted_k(t_ns)))

    def air_pressure_hpa(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the air's pressure in hPa."""
        return self.air(t_ns)[1]

    def relative_humidity_percent(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the relative humidity in %RH."""
        return self.air(t_ns)[2]

    def density_kg_m3(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the air's density in kg/m³ (the approximation of ISO 8655-6)."""
        air_t, pressure_hpa, humidity_percent = self.air(t_ns)
        humid = 0.009 * humidity_percent * np.exp(0.061 * air_t)
        return np.asarray((0.34848 * pressure_hpa - humid) / (air_t + 273.15))

    def drifted_k(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return by how much the room has drifted from its mean, in K."""
        return _drifted(self.temperature_drift_k_h, FARTHEST_K, self.t0_ns, t_ns)

    def _drifted_hpa(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        return _drifted(self.pressure_drift_hpa_h, FARTHEST_HPA, self.t0_ns, t_ns)


def _where_imposed(imposed: Steps, t_ns: NDArray[np.int64], natural: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a challenge brings a quantity to, and what it is by itself where there is none."""
    if not imposed.changed:
        return natural
    said = imposed.at(t_ns)
    return np.where(np.isnan(said), natural, said)


def _drifted(per_h: float, farthest: float, t0_ns: int, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a drift that begins at `t0_ns` and stays once it has come to `farthest`."""
    if per_h == 0.0:
        return np.zeros(len(t_ns))
    return np.clip(per_h * np.maximum(hours_since(t0_ns, t_ns), 0.0), -farthest, farthest)


def _turn(t_ns: NDArray[np.int64], days: float) -> NDArray[np.float64]:
    """Return the phase in rad of a swing with a period of `days`."""
    period_ns = round(days * DAY_NS)
    return np.asarray(2.0 * np.pi * ((t_ns % period_ns) / period_ns), np.float64)
