"""A simulated LG16 liquid flow sensor: the laboratory's flow as such a sensor would report it, sample by sample.

Errors after the data sheets' figures: a gain and an offset of this very sensor within the accuracy, noise after the
repeatability, a temperature coefficient, the response time as a delay, and 16-bit numbers that end where they end.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instruments.plant.laboratory import Laboratory
from instruments.sensirion_scc1.dialect import FLAG_AIR, FLAG_HIGH_FLOW, RAW_MAX, RAW_MIN, TEMPERATURE_PER_C, FlowScale

UL_MIN_PER_UL_H = 1.0 / 60.0
CALIBRATED_AT_C = 23.0
RESPONSE_NS = 50_000_000
TEMPERATURE_PERCENT_PER_K = 0.1
TEMPERATURE_NOISE_C = 0.02


@dataclass(frozen=True, slots=True)
class Lg16Model:
    """One member of the family: full scale in µL/min; accuracy and repeatability in percent of value or full scale."""

    part: int
    full_scale_ul_min: float
    accuracy_fs_percent: float
    repeatability_fs_percent: float
    scale: FlowScale
    accuracy_percent: float = 5.0
    repeatability_percent: float = 0.5


# Full scales, accuracies and repeatabilities are published. The scales are such that 16 bits reach well beyond full
# scale; they, and the part numbers, are this simulation's own where the maker does not print them.
MODELS = {
    "LG16-0150": Lg16Model(0x0702_0600, 7.0, 0.3, 0.05, FlowScale(3, 0x0843)),
    "LG16-0430": Lg16Model(0x0702_0500, 80.0, 0.15, 0.01, FlowScale(240, 0x0844)),
    "LG16-1000": Lg16Model(0x0702_0200, 1000.0, 0.2, 0.02, FlowScale(20, 0x0844)),
}


class Lg16Sensor:
    """One sensor in the line; its samples are drawn in order of time, however they are asked for."""

    def __init__(
        self,
        name: str,
        model: Lg16Model,
        laboratory: Laboratory,
        *,
        gain_percent: float | None,
        offset_ul_h: float = 0.0,
        air_percent: float = 0.0,
    ) -> None:
        self._model = model
        self._laboratory = laboratory
        self._rng = laboratory.rng(f"{name}.noise")
        own = laboratory.rng(f"{name}.calibration")
        drawn = _within(np.array([model.accuracy_percent, model.accuracy_fs_percent]), own)
        self._gain = 1.0 + (drawn[0] if gain_percent is None else gain_percent) / 100.0
        self._offset_ul_min = (drawn[1] if gain_percent is None else 0.0) / 100.0 * model.full_scale_ul_min
        self._offset_ul_min += offset_ul_h * UL_MIN_PER_UL_H
        self._air_share = air_percent / 100.0
        self._air_rng = laboratory.rng(f"{name}.air")

    def raw(self, t_ns: NDArray[np.int64]) -> NDArray[np.int16]:
        """Return flow, temperature and flags as the sensor's numbers at each of `t_ns`, shape (n, 3)."""
        model = self._model
        true_ul_min = self._laboratory.line.flow_ul_h(t_ns - RESPONSE_NS) * UL_MIN_PER_UL_H
        liquid_c = self._laboratory.environment.liquid_temperature_c(t_ns)
        drift = 1.0 + TEMPERATURE_PERCENT_PER_K / 100.0 * (liquid_c - CALIBRATED_AT_C)
        value = true_ul_min * self._gain * drift + self._offset_ul_min
        percent_of_value = np.abs(value) * model.repeatability_percent
        sigma = np.maximum(percent_of_value, model.full_scale_ul_min * model.repeatability_fs_percent) / 100.0
        noise = self._rng.standard_normal((len(t_ns), 2))
        flow_ul_min = value + sigma * noise[:, 0]
        flags = np.where(np.abs(flow_ul_min) > model.full_scale_ul_min, FLAG_HIGH_FLOW, 0)
        if self._air_share:
            flags |= np.where(self._air_rng.random(len(t_ns)) < self._air_share, FLAG_AIR, 0)
        columns = (
            flow_ul_min * 60.0 / model.scale.ul_h_per_step,
            (liquid_c + TEMPERATURE_NOISE_C * noise[:, 1]) * TEMPERATURE_PER_C,
            flags,
        )
        # The sensor's own numbers end here; what lies beyond shows as the last of them, as in the real one.
        return np.asarray(np.clip(np.rint(np.stack(columns, axis=1)), RAW_MIN, RAW_MAX), np.int16)


def _within(accuracy: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return errors (n,) of a sensor within its `accuracy` (n,), which is three standard deviations of theirs.

    One of the few beyond it is not delivered.
    """
    while True:
        drawn = rng.normal(0.0, accuracy / 3.0)
        if np.all(np.abs(drawn) <= accuracy):
            return drawn
