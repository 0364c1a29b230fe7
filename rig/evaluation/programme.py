"""The volume that a pump's orders ask for, at every moment: what is delivered is held to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rig.evaluation.infusions import NS_PER_H, Span, Step, steps_of, with_waits
from rig.evaluation.orders import COMBINATION, INFUSIONS, ON_TOP, PRIME, SINGLE, SQUARE, STOP, PumpOrder

__all__ = ["NS_PER_H", "Programme", "Stretch"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span [from_ns, to_ns) of one programmed rate (µL/h), boluses included."""

    from_ns: int
    to_ns: int
    rate_ul_h: float


@dataclass(frozen=True, slots=True)
class Given:
    """What an order asks for beside the infusion: in `spans` (UTC ns) at a rate (µL/h), `whole` unless it is ended.

    A combination bolus is two of them, the second of them `square`.
    """

    order: PumpOrder
    square: bool
    spans: tuple[Span, ...]
    rate_ul_h: float
    whole: bool


class Programme:
    """What orders ask for, as stretches of one rate each; nothing is asked for outside of them.

    A single bolus runs at its own rate on top of the infusion; of one whose rate is not recorded only the volume is
    known: it is taken as given at once. A square bolus waits while a single one is given, and everything waits for a
    prime. `infusion` is what the infusion alone asks for, `given` what comes beside it; `runs` are spans (UTC ns) in
    which an infusion is under way, though it may ask for nothing just then. `until_ns` is where the looking ends.
    """

    def __init__(self, orders: Sequence[PumpOrder], until_ns: int) -> None:
        self.orders = tuple(orders)
        self._until_ns = until_ns
        self._at_once = [(one.sent_ns, one.amount) for one in self.orders if _of_unknown_length(one)]
        primes = self._primes()
        self.primed = tuple(_waits(primes))
        singles = self._singles(self.primed)
        self.given = (*primes, *singles, *self._squares(_waits([*primes, *singles])))

    @cached_property
    def runs(self) -> tuple[Span, ...]:
        """Return the spans (UTC ns) in which an infusion is under way."""
        return tuple((begin, end) for begin, end, _ in self._infusions)

    @cached_property
    def infusion(self) -> tuple[Stretch, ...]:
        """Return what infusions alone ask for."""
        return _stretches(_without(self._infusions, self.primed), self._until_ns)

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """Return what is asked for, all together."""
        rates = [*[(one.from_ns, one.to_ns, one.rate_ul_h) for one in self.infusion], *_rates(self.given)]
        return _stretches(rates, self._until_ns)

    @cached_property
    def _course(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], int]:
        """Return when each stretch begins (UTC ns), its µL/h, the µL before it, and when all is over (UTC ns)."""
        t_ns = np.asarray([one.from_ns for one in self.stretches] or [0], np.int64)
        rate_ul_h = np.asarray([one.rate_ul_h for one in self.stretches] or [0.0])
        before_ul = np.concatenate([[0.0], np.cumsum(rate_ul_h[:-1] * np.diff(t_ns) / NS_PER_H)])
        return t_ns, rate_ul_h, before_ul, self.stretches[-1].to_ns if self.stretches else 0

    def volume_ul(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what was to be delivered from the beginning up to each of `t_ns` (n,), in µL (n,)."""
        begins_ns, rate_ul_h, before_ul, end_ns = self._course
        at = np.minimum(t_ns, end_ns)
        index = np.searchsorted(begins_ns, at, side="right") - 1
        first = np.maximum(index, 0)
        since_h = np.maximum(at - begins_ns[first], 0) / NS_PER_H
        volume = np.where(index < 0, 0.0, before_ul[first] + rate_ul_h[first] * since_h)
        for given_ns, volume_ul in self._at_once:
            volume = volume + volume_ul * (t_ns >= given_ns)
        return np.asarray(volume, np.float64)

    def infused_ul(self, from_ns: int, to_ns: int) -> float:
        """Return what infusions were to deliver in [from_ns, to_ns) UTC ns, without boluses, in µL."""
        spans = ((max(one.from_ns, from_ns), min(one.to_ns, to_ns), one.rate_ul_h) for one in self.infusion)
        return sum(rate * (end - begin) / NS_PER_H for begin, end, rate in spans if end > begin)

    @property
    def given_at_once_ns(self) -> tuple[int, ...]:
        """Return when (UTC ns) a volume was asked for of which no rate is known."""
        return tuple(at_ns for at_ns, _ in self._at_once)

    def rate_ul_h(self, at_ns: int) -> float:
        """Return what was to be delivered at a moment, µL/h, 0 for nothing."""
        return next((one.rate_ul_h for one in self.stretches if one.from_ns <= at_ns < one.to_ns), 0.0)

    def _ended_ns(self, place: int, by: frozenset[str] = frozenset({STOP})) -> int:
        """Return when the order at a place is ended by the next of those verbs behind it."""
        return next((one.sent_ns for one in self.orders[place + 1 :] if one.verb in by), self._until_ns)

    @cached_property
    def _infusions(self) -> list[tuple[int, int, float]]:
        found: list[tuple[int, int, float]] = []
        for place, order in enumerate(self.orders):
            if order.verb in INFUSIONS:
                end_ns = self._ended_ns(place, INFUSIONS | {STOP})
                found += _spans(steps_of(order, self.orders, end_ns, self.primed), end_ns)
        return found

    def _primes(self) -> list[Given]:
        return [
            self._one(place, one, one.sent_ns, _over_ns(one) - one.sent_ns, one.rate_ul_h, ())
            for place, one in enumerate(self.orders)
            if one.verb == PRIME and one.rate_ul_h > 0
        ]

    def _singles(self, waits: Sequence[Span]) -> list[Given]:
        return [
            self._one(place, one, one.sent_ns, _over_ns(one) - one.sent_ns, one.rate_ul_h, waits)
            for place, one in enumerate(self.orders)
            if (one.verb in SINGLE or one.verb == COMBINATION) and one.rate_ul_h > 0
        ]

    def _squares(self, waits: Sequence[Span]) -> list[Given]:
        found = []
        for place, order in enumerate(self.orders):
            minutes = order.number("over_minutes")
            if order.verb not in (SQUARE, COMBINATION) or minutes <= 0:
                continue
            volume_ul = order.amount if order.verb == SQUARE else order.number("then_ul")
            begin_ns = order.sent_ns if order.verb == SQUARE else _over_ns(order)
            length_ns, rate_ul_h = round(minutes / 60.0 * NS_PER_H), volume_ul / (minutes / 60.0)
            found.append(self._one(place, order, begin_ns, length_ns, rate_ul_h, waits, square=True))
        return found

    def _one(
        self,
        place: int,
        order: PumpOrder,
        begin_ns: int,
        length_ns: int,
        rate_ul_h: float,
        waits: Sequence[Span],
        *,
        square: bool = False,
    ) -> Given:
        spans = with_waits(begin_ns, length_ns, self._ended_ns(place), waits)
        whole = sum(end - begin for begin, end in spans) >= length_ns
        return Given(order, square, tuple(spans), rate_ul_h, whole)


def _rates(given: Sequence[Given]) -> list[tuple[int, int, float]]:
    return [(begin, end, one.rate_ul_h) for one in given for begin, end in one.spans]


def _waits(given: Sequence[Given]) -> list[Span]:
    return sorted(span for one in given for span in one.spans)


def _of_unknown_length(order: PumpOrder) -> bool:
    return order.verb in ON_TOP and order.verb != SQUARE and order.rate_ul_h <= 0.0


def _over_ns(order: PumpOrder) -> int:
    """Return when an order of a volume at a rate is carried out, if nothing makes it wait."""
    if order.rate_ul_h <= 0.0:
        return order.sent_ns
    return order.sent_ns + round(order.amount / order.rate_ul_h * NS_PER_H)


def _spans(steps: Sequence[Step], until_ns: int) -> list[tuple[int, int, float]]:
    ends = [*(at for at, _ in steps[1:]), until_ns]
    return [(at, min(end, until_ns), rate) for (at, rate), end in zip(steps, ends, strict=True) if at < until_ns]


def _without(spans: Sequence[tuple[int, int, float]], holes: Sequence[Span]) -> list[tuple[int, int, float]]:
    """Return spans with what lies in `holes`, which are in order, taken out of them: nothing is made up for it."""
    found = []
    for begin, end, rate in spans:
        at = begin
        for hole_from, hole_to in holes:
            if hole_from >= end:
                break
            if at < hole_from:
                found.append((at, hole_from, rate))
            at = max(at, hole_to)
        if at < end:
            found.append((at, end, rate))
    return found


def _stretches(spans: Sequence[tuple[int, int, float]], until_ns: int) -> tuple[Stretch, ...]:
    """Return stretches of one rate each from spans that may lie over one another."""
    changes = sorted((at, by) for begin, end, rate in spans for at, by in ((begin, rate), (end, -rate)))
    found: list[Stretch] = []
    rate_ul_h = 0.0
    for number, (from_ns, change) in enumerate(changes):
        rate_ul_h += change
        to_ns = changes[number + 1][0] if number + 1 < len(changes) else max(until_ns, from_ns)
        if to_ns > from_ns:
            # Rates are decimal numbers: what is left of a sum of them after a bolus is rounding.
            found.append(Stretch(from_ns, to_ns, max(0.0, round(rate_ul_h, 9))))
    return tuple(found)
