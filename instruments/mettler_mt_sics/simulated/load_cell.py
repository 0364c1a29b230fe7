"""The simulated weighing cell: what a real balance makes of the force on its pan.

The cell answers to a step of load like a damped second-order system: it overshoots and settles. On top of the load it
has noise from reading to reading, a slow wander, a drift, and a sensitivity that is a little wrong and follows the
air's temperature; creep and a zero that follows the room are told by the laboratory. Orders of magnitude: a 0.1 mg
balance overshoots a 40 mg drop by 4.5 mg, settles within 1 s and wanders by 0.1–0.4 mg; a 0.01 mg balance repeats
within about 0.02 mg.
"""

import math
from dataclasses import dataclass

import numpy as np
from pydantic import Field, field_validator

from instruments.plant.laboratory import Laboratory
from rig.bench_file.tables import TwinParameters

NS_PER_H = 3.6e12
NS_PER_S = 1e9
# The response is followed over this many settling times; what is left beyond is below 0.1 % of a step.
_MEMORY = 1.75
_TAPS = 24


class CellParameters(TwinParameters):
    """The errors of the cell. Defaults: a balance of 0.01 mg readability and 0.02 mg repeatability."""

    readability_mg: float = Field(default=0.01, gt=0, le=1000)
    capacity_mg: float = Field(default=220_000.0, gt=0)
    noise_mg: float = Field(default=0.018, ge=0)
    wander_mg: float = Field(default=0.008, ge=0)
    wander_s: float = Field(default=900.0, gt=0)
    drift_mg_h: float = Field(default=0.002, ge=-10, le=10)
    sensitivity_ppm: float = Field(default=3.0, ge=-1000, le=1000)
    temperature_ppm_k: float = Field(default=1.0, ge=-100, le=100)
    settling_s: float = Field(default=1.0, gt=0, le=60)
    overshoot_percent: float = Field(default=11.0, gt=0, lt=100)
    stability_mg: float = Field(default=0.03, gt=0)

    @field_validator("readability_mg")
    @classmethod
    def _power_of_ten(cls, value: float) -> float:
        if not math.isclose(math.log10(value), round(math.log10(value)), abs_tol=1e-9):
            raise ValueError("a readability is a power of ten, such as 0.01")
        return value

    @property
    def decimals(self) -> int:
        """Return the digits behind the point of a weight in g."""
        return max(0, 3 - round(math.log10(self.readability_mg)))


@dataclass(frozen=True, slots=True)
class Load:
    """What the cell feels at one moment: mg above an empty pan, and whether it has come to rest."""

    mass_mg: float
    stable: bool


class LoadCell:
    """The cell under one laboratory's beaker."""

    def __init__(self, name: str, parameters: CellParameters, laboratory: Laboratory) -> None:
        self._parameters = parameters
        self._laboratory = laboratory
        self._rng = laboratory.rng(f"{name}.noise")
        self._start_ns = laboratory.beaker.t0_ns
        self._lags_ns, self._weights = _response(parameters.settling_s, parameters.overshoot_percent / 100.0)
        self._wander_mg = parameters.wander_mg * float(self._rng.standard_normal())
        self._wander_ns = self._start_ns

    def weigh(self) -> Load:
        """Return the load at the clock's present; each call is one reading and draws its own noise."""
        p = self._parameters
        with self._laboratory.lock:
            now_ns = self._laboratory.advance()
            past_ns = np.maximum(now_ns - self._lags_ns, self._start_ns)
            past_mg = self._laboratory.beaker.indicated_mg(past_ns)
            zero_mg = float(self._laboratory.pan.zero_mg(past_ns[:1])[0])
            air_c = float(self._laboratory.environment.air_temperature_c(past_ns[:1])[0])
        warmer_k = air_c - self._laboratory.parameters.air_temperature_c
        sensitivity = 1.0 + 1e-6 * (p.sensitivity_ppm + p.temperature_ppm_k * warmer_k)
        drift_mg = p.drift_mg_h * (now_ns - self._start_ns) / NS_PER_H + zero_mg
        noise_mg = p.noise_mg * float(self._rng.standard_normal()) + self._wandered_mg(now_ns)
        moving_mg = float(past_mg.max() - past_mg.min())
        return Load(float(past_mg @ self._weights) * sensitivity + drift_mg + noise_mg, moving_mg <= p.stability_mg)

    def _wandered_mg(self, now_ns: int) -> float:
        """Return the wander: an Ornstein-Uhlenbeck process, exact over any step."""
        p = self._parameters
        kept = math.exp(-(now_ns - self._wander_ns) / (p.wander_s * NS_PER_S))
        fresh = p.wander_mg * math.sqrt(1.0 - kept * kept)
        self._wander_mg = self._wander_mg * kept + fresh * float(self._rng.standard_normal())
        self._wander_ns = now_ns
        return self._wander_mg


def _response(settling_s: float, overshoot: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how long ago (ns, ascending from 0) the load counts, and with which weight (they add up to 1).

    Step response of a second-order system, s(t) = 1 − e^(−ζωt)·(cos ω_d t + ζω/ω_d·sin ω_d t), whose overshoot is
    e^(−πζω/ω_d) and which is within 2 % after 4/(ζω).
    """
    zeta_omega = 4.0 / settling_s
    omega_d = -math.pi * zeta_omega / math.log(overshoot)
    t_s = np.linspace(0.0, _MEMORY * settling_s, _TAPS + 1)
    ringing = np.cos(omega_d * t_s) + zeta_omega / omega_d * np.sin(omega_d * t_s)
    step = 1.0 - np.exp(-zeta_omega * t_s) * ringing
    middles_ns = np.round((t_s[1:] + t_s[:-1]) / 2.0 * NS_PER_S).astype(np.int64)
    weights = np.diff(step)
    return middles_ns, weights / weights.sum()
