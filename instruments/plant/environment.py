"""The air of the laboratory: temperature, pressure and humidity as smooth functions of time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DAY_NS = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class Environment:
    """Air with a daily swing of temperature and humidity and a slower one of pressure.

    All functions take int64 UTC nanoseconds of shape (n,) and return float64 of shape (n,).
    """

    temperature_c: float
    temperature_swing_c: float
    pressure_hpa: float
    humidity_percent: float

    def air(self, t_ns: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the air's temperature in °C (warmest in mid-afternoon), pressure in hPa and humidity in %RH.

        The pressure swings by 6 hPa over five days, the humidity against the temperature.
        """
        swing = np.sin(_turn(t_ns, 1.0) - 2.4)
        temperature_c = self.temperature_c + self.temperature_swing_c * swing
        return temperature_c, self.pressure_hpa + 6.0 * np.sin(_turn(t_ns, 5.0)), self.humidity_percent - 3.0 * swing

    def air_temperature_c(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the air's temperature in °C."""
        return self.air(t_ns)[0]

    def liquid_temperature_c(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the liquid's temperature in °C: the air's, damped by the vessel's mass."""
        return self.temperature_c + 0.3 * self.temperature_swing_c * np.sin(_turn(t_ns, 1.0) - 3.4)

    def air_pressure_hpa(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the air's pressure in hPa."""
        return self.air(t_ns)[1]

    def relative_humidity_percent(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the relative humidity in %RH."""
        return self.air(t_ns)[2]


def _turn(t_ns: NDArray[np.int64], days: float) -> NDArray[np.float64]:
    """Return the phase in rad of a swing with a period of `days`."""
    period_ns = round(days * DAY_NS)
    return np.asarray(2.0 * np.pi * ((t_ns % period_ns) / period_ns), np.float64)
