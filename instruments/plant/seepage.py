"""Liquid that goes its own way: through the pump without a stroke, and out of the line before the beaker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from instruments.plant.moments import NS_PER_H
from rig.bench_file.tables import TwinParameters

STOPPED_NS = 5 * 60 * 1_000_000_000  # a pump without strokes for so long stands still
NEVER_NS = 2**62


class LineKeys(TwinParameters):
    """The line, and what flows where it should not."""

    line_resistance_kpa_h_ul: float = Field(default=0.0025, gt=0)
    line_compliance_ul_kpa: float = Field(default=0.26, gt=0)
    line_volume_ul: float = Field(default=220.0, ge=0, le=10_000)
    back_pressure_kpa: float = Field(default=0.0, ge=-20, le=20)
    siphon_ul_h: float = Field(default=0.0, ge=0, le=1000)
    siphon_from_h: float = Field(default=0.0, ge=0)
    siphon_hours: float | None = Field(default=None, gt=0)
    siphon_stopped_ul_h: float = Field(default=0.0, ge=0, le=1000)
    line_leak_percent: float = Field(default=0.0, ge=0, le=100)
    line_leak_from_h: float = Field(default=0.0, ge=0)


class Seeped(NamedTuple):
    """What an inflow has come to in a line: still in its compliance, out of the tip, and how fast that flows."""

    held_ul: NDArray[np.float64]
    tip_ul: NDArray[np.float64]
    flow_ul_h: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seepage:
    """Flow through the pump that no stroke makes, in µL/h: `siphon_ul_h` in a span, `stopped_ul_h` at a standstill."""

    siphon_ul_h: float
    from_ns: int
    until_ns: int
    stopped_ul_h: float

    @staticmethod
    def from_keys(keys: LineKeys, t0_ns: int) -> "Seepage":
        """Return what a table says of a line that begins at `t0_ns`."""
        from_ns = t0_ns + round(keys.siphon_from_h * NS_PER_H)
        until_ns = NEVER_NS if keys.siphon_hours is None else from_ns + round(keys.siphon_hours * NS_PER_H)
        return Seepage(keys.siphon_ul_h, from_ns, until_ns, keys.siphon_stopped_ul_h)

    def __bool__(self) -> bool:
        """Tell whether anything flows at all."""
        return self.siphon_ul_h != 0.0 or self.stopped_ul_h != 0.0

    def seeped(
        self,
        t_ns: NDArray[np.int64],
        *,
        since_ns: NDArray[np.int64],
        last_stroke_ns: NDArray[np.int64],
        tau_ns: NDArray[np.float64],
    ) -> Seeped:
        """Return what has come in from `since_ns` to `t_ns` into a line of time constant `tau_ns` without strokes.

        The inflow is a sum of steps. A step of s leaves s·τ·(1 − e^(−t/τ)) behind in the compliance after a time t
        and s·t less that at the tip; in an occluded line (τ infinite) all of it stays behind.
        """
        steps = (
            (self.siphon_ul_h, np.asarray(self.from_ns)),
            (-self.siphon_ul_h, np.asarray(self.until_ns)),
            (self.stopped_ul_h, last_stroke_ns + STOPPED_NS),
        )
        held, tip, flow = np.zeros(len(t_ns)), np.zeros(len(t_ns)), np.zeros(len(t_ns))
        for ul_h, begin_ns in steps:
            if ul_h == 0.0 or np.all(begin_ns >= t_ns):
                continue
            flowing_ns = np.maximum(t_ns - np.maximum(begin_ns, since_ns), 0)
            time_constants = flowing_ns / tau_ns
            left = -np.expm1(-time_constants)
            kept = np.divide(left, time_constants, out=np.ones(len(t_ns)), where=time_constants > 0.0)
            came_ul = ul_h * flowing_ns / NS_PER_H
            held += came_ul * kept
            tip += came_ul * (1.0 - kept)
            flow += ul_h * left
        return Seeped(held, tip, flow)


NOTHING_SEEPS = Seepage(0.0, NEVER_NS, NEVER_NS, 0.0)


@dataclass(frozen=True, slots=True)
class Leak:
    """A joint between the flow sensor and the tip that loses a share of the liquid from `from_ns` on."""

    percent: float
    from_ns: int

    def lost_ul(
        self, tip_ul: Callable[[NDArray[np.int64]], NDArray[np.float64]], t_ns: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return what never reached the beaker, in µL, of `tip_ul`, at each of `t_ns`."""
        if self.percent == 0.0:
            return np.zeros(len(t_ns))
        return self.percent / 100.0 * (tip_ul(t_ns) - tip_ul(np.minimum(t_ns, self.from_ns)))
