"""The volume that a pump's orders ask for, at every moment: what is delivered is held to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.evaluation.commanded import BOLUS, RUN, PumpOrder

NS_PER_H = 3_600_000_000_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span [from_ns, to_ns) of one programmed rate (µL/h), boluses included."""

    from_ns: int
    to_ns: int
    rate_ul_h: float


class Programme:
    """What orders ask for, as stretches of one rate each; nothing is asked for outside of them.

    A bolus runs at its own rate on top of the infusion; of one whose rate is not recorded only the volume is known: it
    is taken as given at once. `until_ns` is where the looking ends.
    """

    def __init__(self, orders: Sequence[PumpOrder], until_ns: int) -> None:
        self.orders = tuple(orders)
        changes: list[tuple[int, float]] = []
        self._at_once: list[tuple[int, float]] = []
        basal_ul_h = 0.0
        for number, order in enumerate(self.orders):
            end_ns = next((one.sent_ns for one in self.orders[number + 1 :] if one.verb not in (RUN, BOLUS)), until_ns)
            if order.verb == BOLUS:
                changes += self._bolus(order, end_ns)
                continue
            wanted = order.amount if order.verb == RUN else 0.0
            changes.append((order.sent_ns, wanted - basal_ul_h))
            basal_ul_h = wanted
        self.stretches = _stretches(changes, until_ns)
        self._t_ns = np.asarray([one.from_ns for one in self.stretches] or [0], np.int64)
        self._rate = np.asarray([one.rate_ul_h for one in self.stretches] or [0.0])
        self._end_ns = self.stretches[-1].to_ns if self.stretches else 0
        steps = self._rate[:-1] * np.diff(self._t_ns) / NS_PER_H
        self._before_ul = np.concatenate([[0.0], np.cumsum(steps)])

    def volume_ul(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what was to be delivered from the beginning up to each of `t_ns` (n,), in µL (n,)."""
        at = np.minimum(t_ns, self._end_ns)
        index = np.searchsorted(self._t_ns, at, side="right") - 1
        first = np.maximum(index, 0)
        since_h = np.maximum(at - self._t_ns[first], 0) / NS_PER_H
        volume = np.where(index < 0, 0.0, self._before_ul[first] + self._rate[first] * since_h)
        for given_ns, volume_ul in self._at_once:
            volume = volume + volume_ul * (t_ns >= given_ns)
        return np.asarray(volume, np.float64)

    def rate_ul_h(self, at_ns: int) -> float:
        """Return what was to be delivered at a moment, µL/h, 0 for nothing."""
        return next((one.rate_ul_h for one in self.stretches if one.from_ns <= at_ns < one.to_ns), 0.0)

    def _bolus(self, order: PumpOrder, end_ns: int) -> list[tuple[int, float]]:
        if order.rate_ul_h <= 0.0:
            self._at_once.append((order.sent_ns, order.amount))
            return []
        over_ns = order.sent_ns + round(order.amount / order.rate_ul_h * NS_PER_H)
        return [(order.sent_ns, order.rate_ul_h), (min(over_ns, end_ns), -order.rate_ul_h)]


def _stretches(changes: list[tuple[int, float]], until_ns: int) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    rate_ul_h = 0.0
    ordered = sorted(changes)
    for number, (from_ns, change) in enumerate(ordered):
        rate_ul_h += change
        to_ns = ordered[number + 1][0] if number + 1 < len(ordered) else max(until_ns, from_ns)
        if to_ns > from_ns:
            # Rates are decimal numbers: what is left of a sum of them after a bolus is rounding.
            found.append(Stretch(from_ns, to_ns, max(0.0, round(rate_ul_h, 9))))
    return tuple(found)
