"""The liquid line from the pump's outlet to the catheter tip: strokes in, pressure and tip volume out.

A stroke puts its volume into the line's compliance C at once; it leaves through the catheter's resistance R, so that
the excess pressure decays with the time constant R·C. Between two happenings everything is a closed form of time,
which is why the line can be asked for any past moment, in any order, and always answers the same.

Source of the orders of magnitude: Poiseuille drop 99 Pa at 1000 µL/h over 1 m of 0.53 mm lumen at 37 °C; silicone
catheter about 0.26 µL/kPa; bubble compliance V_b/p_abs. The bench's outlet filter raises R so that a stroke takes
seconds to leave; it is a parameter of the simulation, not a fact about a real pump.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instruments.plant.back_pressure import BackPressure, Driven
from instruments.plant.bubbles import Bubbles
from instruments.plant.seepage import NOTHING_SEEPS, STOPPED_NS, Seepage, Seeped

NS_PER_H = 3_600_000_000_000
_START_CAPACITY = 4096


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke of the pump: when its volume entered the line, how much, and the motor's edges it took."""

    t_ns: int
    volume_ul: float
    motor_edges: int


class _Column:
    """A growing array; appending is amortised constant, reading is a view."""

    def __init__(self, dtype: type[np.generic]) -> None:
        self._buffer = np.empty(_START_CAPACITY, dtype)
        self._count = 0

    def append(self, value: float) -> None:
        if self._count == len(self._buffer):
            self._buffer = np.concatenate([self._buffer, np.empty_like(self._buffer)])
        self._buffer[self._count] = value
        self._count += 1

    def view(self) -> NDArray[np.generic]:
        return self._buffer[: self._count]

    def last(self) -> float:
        return float(self._buffer[self._count - 1])


class Line:
    """The line's history as segments of exponential decay.

    `resistance_kpa_h_ul` in kPa per µL/h (inf: occluded), `compliance_ul_kpa` in µL per kPa, both positive. `seepage`
    flows into it without strokes; `back` presses on its tip. `volume_ul` is what a bubble has to travel.
    """

    def __init__(
        self,
        t_ns: int,
        *,
        resistance_kpa_h_ul: float,
        compliance_ul_kpa: float,
        seepage: Seepage = NOTHING_SEEPS,
        back_kpa: float = 0.0,
        volume_ul: float = 220.0,
    ) -> None:
        self._seepage = seepage
        self.back = BackPressure(back_kpa)
        self.bubbles = Bubbles(volume_ul)
        self._resistance = resistance_kpa_h_ul
        self._compliance = compliance_ul_kpa
        self._t_ns = _Column(np.int64)
        self._excess_kpa = _Column(np.float64)
        self._tip_ul = _Column(np.float64)
        self._tau_ns = _Column(np.float64)
        self._compliances = _Column(np.float64)
        self._edges = _Column(np.int64)
        self._stroke_t_ns = _Column(np.int64)
        self._begin(t_ns, 0.0, 0.0, 0)

    @property
    def flow_resistance_kpa_h_ul(self) -> float:
        """Return the line's resistance now, in kPa per µL/h; inf while it is occluded."""
        return self._resistance

    def excess_now_kpa(self, t_ns: int) -> float:
        """Return the pressure above the tip's at `t_ns`, not earlier than the last happening."""
        return self._decayed(t_ns)[0]

    def stroke(self, stroke: Stroke) -> None:
        """Put a stroke into the line; strokes come in order of time."""
        excess_kpa, tip_ul = self._decayed(stroke.t_ns)
        self._stroke_t_ns.append(stroke.t_ns)
        edges = int(self._edges.last()) + stroke.motor_edges
        self._begin(stroke.t_ns, excess_kpa + stroke.volume_ul / self._compliance, tip_ul, edges)
        if self.bubbles and (gone_ul_kpa := self.bubbles.gone(tip_ul)):
            self._stiffen(stroke.t_ns, -gone_ul_kpa)

    def change(self, t_ns: int, *, resistance_kpa_h_ul: float, compliance_ul_kpa: float) -> None:
        """Change resistance or compliance at `t_ns`; the pressure is continuous."""
        excess_kpa, tip_ul = self._decayed(t_ns)
        self._resistance = resistance_kpa_h_ul
        self._compliance = compliance_ul_kpa
        self._begin(t_ns, excess_kpa, tip_ul, int(self._edges.last()))

    def resist(self, t_ns: int, resistance_kpa_h_ul: float) -> None:
        """Change the resistance alone at `t_ns`."""
        self.change(t_ns, resistance_kpa_h_ul=resistance_kpa_h_ul, compliance_ul_kpa=self._compliance)

    def press_back(self, t_ns: int, *, kpa: float, beat_kpa: float = 0.0, breath_kpa: float = 0.0) -> None:
        """Press otherwise on the tip from `t_ns` on: what the line holds is the same, what drives it out is not."""
        moment = np.asarray([t_ns], np.int64)
        excess_kpa, tip_ul = self._decayed(t_ns)
        before_kpa = float(self.back.kpa(moment)[0])
        self.back.change(t_ns, kpa=kpa, beat_kpa=beat_kpa, breath_kpa=breath_kpa)
        after_kpa = float(self.back.kpa(moment)[0])
        self._begin(t_ns, excess_kpa + before_kpa - after_kpa, tip_ul, int(self._edges.last()))

    def take_bubble(self, t_ns: int, volume_ul: float) -> None:
        """Let the next of what the pump moves be air, `volume_ul` of it at ambient pressure."""
        _, tip_ul = self._decayed(t_ns)
        self._stiffen(t_ns, self.bubbles.take(tip_ul, volume_ul))

    def _stiffen(self, t_ns: int, softer_ul_kpa: float) -> None:
        """Change the compliance at `t_ns`; what the line holds stays in it, so that its pressure changes."""
        excess_kpa, tip_ul = self._decayed(t_ns)
        back_kpa = float(self.back.kpa(np.asarray([t_ns], np.int64))[0])
        held_ul = (excess_kpa + back_kpa) * self._compliance
        self._compliance += softer_ul_kpa
        self._begin(t_ns, held_ul / self._compliance - back_kpa, tip_ul, int(self._edges.last()))

    def excess_kpa(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the pressure above the tip's in kPa at each of `t_ns`."""
        index, decay = self._at(t_ns)
        excess = np.asarray(self._excess_kpa.view(), np.float64)[index] * decay
        if self._seepage:
            excess += self._seeped(index, t_ns).held_ul / np.asarray(self._compliances.view())[index]
        if self.back:
            excess += self._driven(index, t_ns).excess_kpa
        return np.asarray(excess, np.float64)

    def tip_ul(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the volume that has left the tip since the beginning, in µL, at each of `t_ns`."""
        index, decay = self._at(t_ns)
        pushed = np.asarray(self._excess_kpa.view(), np.float64)[index] * np.asarray(self._compliances.view())[index]
        tip = np.asarray(self._tip_ul.view())[index] + pushed * (1.0 - decay)
        if self._seepage:
            tip += self._seeped(index, t_ns).tip_ul
        if self.back:
            tip += self._driven(index, t_ns).tip_ul_per_compliance * np.asarray(self._compliances.view())[index]
        return np.asarray(tip, np.float64)

    def flow_ul_h(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the flow at the tip in µL/h at each of `t_ns`."""
        index, decay = self._at(t_ns)
        excess = np.asarray(self._excess_kpa.view(), np.float64)[index] * decay
        per_kpa = np.asarray(self._compliances.view())[index] * NS_PER_H / np.asarray(self._tau_ns.view())[index]
        flow = excess * per_kpa
        if self._seepage:
            flow += self._seeped(index, t_ns).flow_ul_h
        if self.back:
            flow += self._driven(index, t_ns).excess_kpa * per_kpa
        return np.asarray(flow, np.float64)

    def air_ul(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how much of what has left the tip was air, in µL, at each of `t_ns`."""
        return self.bubbles.air_ul(self.tip_ul(t_ns)) if self.bubbles.ever else np.zeros(len(t_ns))

    def motor_edges(self, t_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the motor's edges since the beginning at each of `t_ns`."""
        return np.asarray(np.asarray(self._edges.view())[self._index(t_ns)], np.int64)

    def since_stroke_s(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the time since the last stroke in s (inf before the first) at each of `t_ns`."""
        strokes = np.asarray(self._stroke_t_ns.view(), np.int64)
        if not len(strokes):
            return np.full(len(t_ns), np.inf)
        index = np.searchsorted(strokes, t_ns, side="right") - 1
        since = (t_ns - strokes[np.maximum(index, 0)]) / 1e9
        return np.where(index < 0, np.inf, since)

    def _begin(self, t_ns: int, excess_kpa: float, tip_ul: float, edges: int) -> None:
        self._t_ns.append(t_ns)
        self._excess_kpa.append(excess_kpa)
        self._tip_ul.append(tip_ul)
        self._tau_ns.append(self._resistance * self._compliance * NS_PER_H)
        self._compliances.append(self._compliance)
        self._edges.append(edges)

    def _decayed(self, t_ns: int) -> tuple[float, float]:
        """Return excess pressure and tip volume at `t_ns`, within the newest segment."""
        excess_kpa = self._excess_kpa.last()
        decay = math.exp(-(t_ns - self._t_ns.last()) / self._tau_ns.last())
        now_kpa, tip_ul = (
            excess_kpa * decay,
            self._tip_ul.last() + excess_kpa * self._compliances.last() * (1.0 - decay),
        )
        if self._seepage:
            moment = np.asarray([t_ns], np.int64)
            seeped = self._seeped(self._index(moment), moment)
            now_kpa += float(seeped.held_ul[0]) / self._compliances.last()
            tip_ul += float(seeped.tip_ul[0])
        if self.back:
            moment = np.asarray([t_ns], np.int64)
            driven = self._driven(self._index(moment), moment)
            now_kpa += float(driven.excess_kpa[0])
            tip_ul += float(driven.tip_ul_per_compliance[0]) * self._compliances.last()
        return now_kpa, tip_ul

    def _index(self, t_ns: NDArray[np.int64]) -> NDArray[np.intp]:
        return np.maximum(np.searchsorted(self._t_ns.view(), t_ns, side="right") - 1, 0)

    def _at(self, t_ns: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        index = self._index(t_ns)
        since_ns = t_ns - np.asarray(self._t_ns.view(), np.int64)[index]
        return index, np.exp(-np.maximum(since_ns, 0) / np.asarray(self._tau_ns.view(), np.float64)[index])

    def _driven(self, index: NDArray[np.intp], t_ns: NDArray[np.int64]) -> Driven:
        """Return what waves at the tip have come to since the segments at `index` began."""
        since_ns = np.asarray(self._t_ns.view(), np.int64)[index]
        return self.back.driven(t_ns, since_ns, np.asarray(self._tau_ns.view(), np.float64)[index])

    def _seeped(self, index: NDArray[np.intp], t_ns: NDArray[np.int64]) -> Seeped:
        """Return what has seeped in since the segments at `index` began."""
        begun_ns = np.asarray(self._t_ns.view(), np.int64)
        since_ns = begun_ns[index]
        # A pump that has not stroked yet stands still from the beginning.
        last_stroke_ns = np.full(len(t_ns), begun_ns[0] - STOPPED_NS)
        strokes = np.asarray(self._stroke_t_ns.view(), np.int64)
        count = np.searchsorted(strokes, since_ns, side="right")
        last_stroke_ns[count > 0] = strokes[count[count > 0] - 1]
        tau_ns = np.asarray(self._tau_ns.view(), np.float64)[index]
        return self._seepage.seeped(t_ns, since_ns=since_ns, last_stroke_ns=last_stroke_ns, tau_ns=tau_ns)
