"""The simulated pump's hardware: motor and strokes, reservoir, cell, clock. Knows neither wire nor programme."""

from collections.abc import Iterator, Sequence

import numpy as np

from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.plant.line import Stroke
from instruments.plant.power import IDLE_A, MOTOR_A, MOTOR_RUN_S

NS_PER_MS = 1_000_000
_DRAWN_AT_ONCE = 1024


class Mechanism:
    """Motor, reservoir and cell as they truly are; the firmware counts strokes and believes each nominal."""

    def __init__(self, parameters: PumpParameters, rng: np.random.Generator) -> None:
        self._parameters = parameters
        self._content_ul = parameters.reservoir_ul
        self._drawn_as = 0.0
        self._volumes_ul = self._draw(rng)

    def strokes(self, times_ns: Sequence[int]) -> list[Stroke]:
        """Turn the motor once at each time; a stroke on an empty reservoir moves nothing."""
        edges = self._parameters.motor_edges_per_stroke
        done = []
        for t_ns in times_ns:
            volume_ul = min(next(self._volumes_ul), self._content_ul)
            self._content_ul -= volume_ul
            done.append(Stroke(t_ns, volume_ul, edges))
        self._drawn_as += len(done) * MOTOR_A * MOTOR_RUN_S
        return done

    def idle(self, seconds: float) -> None:
        """Let the electronics run for a while."""
        self._drawn_as += IDLE_A * seconds

    def cell_v(self, supply_v: float) -> float:
        """Return the voltage in V that is left of the feeding one, the cell being drained by what was drawn."""
        return max(0.0, supply_v - self._parameters.cell_drop_v_per_ah * self._drawn_as / 3600.0)

    def _draw(self, rng: np.random.Generator) -> Iterator[float]:
        """Yield true stroke volumes in µL: nominal, off by the rate error, scattered by the variation."""
        p = self._parameters
        mean_ul = p.stroke_ul * (1.0 + p.rate_error_percent / 100.0)
        while True:
            scatter = 1.0 + p.stroke_variation_percent / 100.0 * rng.standard_normal(_DRAWN_AT_ONCE)
            yield from np.maximum(mean_ul * scatter, 0.0).tolist()


class PumpClock:
    """A real-time clock on a crystal that is off by some ppm; its own small cell keeps it through power cuts."""

    def __init__(self, now_ns: int, *, offset_ns: int, drift_ppm: float) -> None:
        self._set_at_ns = now_ns
        self._set_to_ns = max(0, now_ns + offset_ns)
        self._drift_ppb = round(drift_ppm * 1000)

    def read_ms(self, t_ns: int) -> int:
        """Return what the clock shows at `t_ns`, in ms since 1970 UTC."""
        passed_ns = t_ns - self._set_at_ns
        return (self._set_to_ns + passed_ns + passed_ns * self._drift_ppb // 1_000_000_000) // NS_PER_MS

    def set_ms(self, t_ns: int, clock_ms: int) -> None:
        """Set the clock at `t_ns`."""
        self._set_at_ns = t_ns
        self._set_to_ns = clock_ms * NS_PER_MS
