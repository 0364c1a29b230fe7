"""The record of one plan as witnesses see it: what was ordered, weighed and counted from its beginning to its end."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import MetrologyError
from rig.evaluation import inputs
from rig.evaluation.buttons import ordered_by_button
from rig.evaluation.challenged import parted_spans
from rig.evaluation.columns import column
from rig.evaluation.delivered import streams_of
from rig.evaluation.openings import zero_flows
from rig.evaluation.orders import DELIVERS, STOP, PumpOrder, told
from rig.evaluation.own_log import StampedLine, stamped_lines
from rig.evaluation.portions import portion_ul
from rig.evaluation.programme import NS_PER_H, Programme
from rig.evaluation.stops import ended_by_alarm_ns, power_taken_ns
from rig.metrology.readings.regression import fit_line
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.judging import LimitsInForce
from rig.record.bodies.pump_events import AlarmExpected, PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.start import Start
from rig.record.reader import RecordReader

# Evaporation that no weighing tells is taken for nothing, give or take what an uncovered small beaker loses.
_UNKNOWN = EvaporationRate(0.0, 0.1)
_FEWEST_READINGS = 16
_NEAR_INTERVALS = 3.0
_TOLD = frozenset({"delivered", "reservoir", "clock_offset", "rate", "battery", "boluses"})


@dataclass(frozen=True, slots=True)
class WeighedCourse:
    """What the balance says was delivered, µL (n,) since the first reading, at UTC ns (n,), and how well.

    `stroke_ul` is the larger of the stroke declared and the one that the readings show, `reading_mg` the standard
    uncertainty of one reading: the balance's own, or what it does at zero flow where that is worse (draughts).
    `portion_ul` is what comes at once where a pump makes several strokes together, 0 where it does not.
    """

    t_ns: NDArray[np.int64]
    volume_ul: NDArray[np.float64]
    corrections: Corrections
    stroke_ul: float
    reading_mg: float
    portion_ul: float = 0.0

    def u_ul(self, hours: NDArray[np.float64] | float, volume_ul: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the standard uncertainty of a difference of two readings `hours` and `volume_ul` apart, in µL."""
        c = self.corrections
        balance, evaporation = c.balance, c.evaporation
        reading_sq = self.reading_mg**2 + balance.readability_mg**2 / 12.0 + c.tip.capillary_mg**2
        u_loss_sq = evaporation.u_mg_h**2 + evaporation.u_between_mg_h**2
        h = np.asarray(hours, np.float64)
        mass_sq = 2.0 * reading_sq + balance.linearity_mg**2 / 3.0 + evaporation.wander_mg2_h * h + u_loss_sq * h**2
        ambient = c.ambient
        relative = math.hypot(
            balance.calibration_relative_u,
            ambient.liquid_expansion_per_k * ambient.u_liquid_temperature_k,
            ambient.u_relative_density,
            c.tip.u_immersion,
        )
        own_sq = (relative * np.asarray(volume_ul, np.float64)) ** 2
        return np.asarray(np.sqrt(c.per_mg**2 * mass_sq + self.stroke_ul**2 / 6.0 + own_sq), np.float64)

    def at(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the volume at each of `t_ns` (n,), between readings in proportion, NaN far outside of them.

        Instruments are read one after the other: up to a few intervals beyond its end the course stands as it was.
        """
        zero, last = int(self.t_ns[0]), int(self.t_ns[-1])
        near_ns = round(_NEAR_INTERVALS * (last - zero) / max(1, len(self.t_ns) - 1))
        found = np.interp((t_ns - zero).astype(np.float64), (self.t_ns - zero).astype(np.float64), self.volume_ul)
        return np.where((t_ns < zero - near_ns) | (t_ns > last + near_ns), np.nan, found)


class Case:
    """One plan's part of a record, [from_ns, to_ns), its weighings at zero flow before and after included.

    It is the plan that holds the span given; `alarms` are expected besides those that the plan said it would provoke.
    """

    def __init__(
        self, reader: RecordReader, around_from_ns: int, around_to_ns: int, alarms: frozenset[str] = frozenset()
    ) -> None:
        self.reader = reader
        self._alarms = alarms
        self.start: Start = reader.start()
        self.limits: LimitsInForce = self.start.limits
        self.pump = self.start.in_role("pump")
        self.begun_ns = begun_ns = self._begun(around_from_ns)
        known = zero_flows(reader, begun_ns)
        begins = (one.sent_ns for one in told(reader) if one.verb in DELIVERS and one.sent_ns >= begun_ns)
        first_ns = next(begins, around_from_ns)
        # Where the span begins with the plan, its own weighing comes between that and its first order.
        until_ns = first_ns if around_from_ns <= begun_ns else min(first_ns, around_from_ns)
        before = [one for one in known if one.to_ns <= until_ns + 1]
        after = [one for one in known if one.from_ns >= around_to_ns - 1]
        self.from_ns = min(before[-1].from_ns if before else begun_ns, begun_ns)
        self.to_ns = after[0].to_ns if after else max(around_to_ns, reader.last_ns())
        self.zero_flows = tuple(one for one in known if one.from_ns >= self.from_ns and one.to_ns <= self.to_ns)

    def _begun(self, at_ns: int) -> int:
        begins = [entry.t_ns for entry in self.reader.events(PlanBegins) if entry.t_ns <= at_ns]
        return begins[-1] if begins else at_ns

    def hour(self, t_ns: int) -> float:
        """Return a moment in hours since the first order of the case, as a sentence tells it."""
        return (t_ns - self.delivers_ns[0]) / NS_PER_H

    @cached_property
    def expected_alarms(self) -> frozenset[str]:
        """Return the alarms that the plan said it would provoke."""
        # Since the plan began: what the one before expected does not hold for this one, although both share a weighing.
        said = [entry.body for entry in self.reader.events(AlarmExpected) if entry.t_ns >= self.begun_ns]
        return self._alarms | {one.alarm for one in said}

    @cached_property
    def states(self) -> tuple[PumpStateChanged, ...]:
        """Return what the pump's status showed, from the last change before the case on."""
        changes = [entry.body for entry in self.reader.events(PumpStateChanged) if entry.body.instrument == self.pump]
        before = [one for one in changes if one.at_ns <= self.from_ns]
        return (*before[-1:], *(one for one in changes if self.from_ns < one.at_ns < self.to_ns))

    @cached_property
    def log_lines(self) -> tuple[StampedLine, ...]:
        """Return the lines of the pump's log that were read from the case's begin on, on the rig's clock."""
        return stamped_lines(self.reader, self.from_ns)

    @cached_property
    def orders(self) -> tuple[PumpOrder, ...]:
        """Return what the pump was told up to the case's end; power taken away, and an alarm to come, are a stop."""
        found = [one for one in told(self.reader) if one.sent_ns < self.to_ns]
        found += [one for one in ordered_by_button(self.reader) if one.sent_ns < self.to_ns]
        found += [PumpOrder(t_ns, STOP, 0.0) for t_ns in self._power_taken_ns]
        ended_ns = ended_by_alarm_ns(self.reader, self.states, self.expected_alarms, self.from_ns)
        found += [PumpOrder(t_ns, STOP, 0.0) for t_ns in ended_ns]
        return tuple(sorted(found, key=lambda order: order.sent_ns))

    def power_taken_before(self, t_ns: int) -> bool:
        """Tell whether the plan had taken the pump's power away before a moment."""
        return any(self.from_ns <= taken_ns < t_ns for taken_ns in self._power_taken_ns)

    @cached_property
    def _power_taken_ns(self) -> tuple[int, ...]:
        return tuple(one for one in power_taken_ns(self.reader, self.start) if one < self.to_ns)

    @cached_property
    def programme(self) -> Programme:
        """Return what the orders ask for."""
        return Programme(self.orders, self.to_ns)

    @cached_property
    def delivers_ns(self) -> tuple[int, int]:
        """Return from when to when something was asked for within the case; twice its beginning for nothing."""
        asked = [one for one in self.programme.stretches if one.rate_ul_h > 0 and one.to_ns > self.from_ns]
        given = [one for one in self.orders if one.verb in DELIVERS and one.sent_ns >= self.from_ns]
        if not asked and not given:
            return self.from_ns, self.from_ns
        first_ns = max(self.from_ns, min(one.from_ns for one in asked) if asked else given[0].sent_ns)
        stops = [one.sent_ns for one in self.orders if one.verb == STOP and one.sent_ns > first_ns]
        last_ns = max((one.to_ns for one in asked), default=first_ns)
        over_ns = next((ns for ns in stops if ns >= last_ns), self.to_ns)
        return first_ns, min(over_ns, self.to_ns)

    @cached_property
    def parted(self) -> tuple[tuple[int, int], ...]:
        """Return the spans (UTC ns) in which a challenge kept what the pump delivered from the balance, or part of it.

        They last until the line has emptied itself behind the challenge's end.
        """
        return parted_spans(self.reader, self.from_ns, self.to_ns, self.settle_ns)

    def clear(self, from_ns: int, to_ns: int) -> list[tuple[int, int]]:
        """Return the parts of a span in which all that the pump delivers reaches the balance."""
        parts = [(from_ns, to_ns)]
        for begin, end in self.parted:
            parts = [
                (max(low, first), min(high, last))
                for low, high in parts
                for first, last in ((low, begin), (end, high))
                if max(low, first) < min(high, last)
            ]
        return parts

    @cached_property
    def counted(self) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
        """Return what the pump's status told in numbers during the case: UTC ns (n,), and channels (n,) by name.

        Channels that this pump does not have are missing. Raises SeriesError for one in a unit of another kind.
        """
        if self.pump not in self.reader.streams():
            return np.empty(0, np.int64), {}
        names = [one.name for one in self.reader.channels(self.pump) if one.name in _TOLD]
        # All in one reading: the status of a pump that is polled fast is very many small blocks.
        series = self.reader.series(self.pump, self.from_ns, self.to_ns, names)
        return series.t_ns, {name: column(series, name) for name in names}

    @property
    def settle_ns(self) -> int:
        """Return how long the line may still empty after a stop, ns."""
        return round(self.limits.evaporation.settle_minutes * 60 * NS_PER_S)

    @cached_property
    def weighed(self) -> WeighedCourse | None:
        """Return what the balance says over the whole case; None where no balance, too little of it or no air is there.

        Raises SeriesError for readings that are no series.
        """
        if not streams_of(self.reader, "balance") or self.start.weighing is None:
            return None
        readings = inputs.weighing(self.reader, self.from_ns, self.to_ns, through_tares=True)
        if len(readings.t_s) < _FEWEST_READINGS:
            return None
        c = inputs.corrections_with(self.reader, self.from_ns, self.to_ns, self.evaporation)
        hours = readings.t_s / 3600.0
        volume = c.per_mg * (readings.mass_mg - readings.mass_mg[0] + c.evaporation.rate_mg_h * (hours - hours[0]))
        t_ns = self.from_ns + np.rint(readings.t_s * NS_PER_S).astype(np.int64)
        stroke_ul = max(self.start.dut.stroke_ul, self._shown_stroke(t_ns, volume, c))
        reading_mg = max(c.balance.repeatability_mg, self._unrest_mg())
        portion = portion_ul(t_ns, volume, self.programme, self.start.dut.stroke_ul, c.per_mg * reading_mg)
        return WeighedCourse(t_ns, volume, c, stroke_ul, reading_mg, portion)

    def _unrest_mg(self) -> float:
        """Return the scatter of readings at zero flow about their own line, mg: with draughts it is more than noise."""
        found = 0.0
        for one in self.zero_flows:
            readings = inputs.weighing(self.reader, one.from_ns + self.settle_ns, one.to_ns)
            if len(readings.t_s) >= _FEWEST_READINGS:
                line = np.polynomial.Polynomial.fit(readings.t_s, readings.mass_mg, 1)
                found = max(found, float(np.std(readings.mass_mg - line(readings.t_s))))
        return found

    def _shown_stroke(self, t_ns: NDArray[np.int64], volume: NDArray[np.float64], c: Corrections) -> float:
        """Return the stroke (µL) that the readings show while something is asked for, beyond the balance's noise."""
        begin_ns, end_ns = self.delivers_ns
        inside = (t_ns >= begin_ns) & (t_ns <= end_ns)
        if np.count_nonzero(inside) < _FEWEST_READINGS:
            return 0.0
        rest = volume[inside] - self.programme.volume_ul(t_ns[inside])
        try:
            scatter = fit_line((t_ns[inside] - begin_ns) / NS_PER_S, rest).scatter
        except MetrologyError:
            return 0.0  # too few readings to tell a stroke: the course says so where it matters
        return c.stroke_shown_ul(scatter / c.per_mg)

    @cached_property
    def evaporation(self) -> EvaporationRate:
        """Return the loss during the case: of its first and last weighing at zero flow, else not known."""
        if not self.zero_flows:
            return _UNKNOWN
        first, last = self.zero_flows[0], self.zero_flows[-1]
        try:
            mean = inputs.evaporation_between(self.reader, first, last)
        except MetrologyError:
            return _UNKNOWN  # the weighing's own witness says why
        alone_mg_h = _UNKNOWN.u_mg_h if first is last else 0.0
        # A gain is no evaporation: nothing is taken off for it.
        return replace(
            mean, rate_mg_h=max(mean.rate_mg_h, 0.0), u_between_mg_h=math.hypot(mean.u_between_mg_h, alone_mg_h)
        )


def case_around(reader: RecordReader, recipe: Recipe) -> Case:
    """Return the case that a recipe's window lies in; an alarm that the recipe itself asks for is expected."""
    asked = recipe.parameters.get("alarm")
    return Case(reader, recipe.from_ns, recipe.to_ns, frozenset({asked} if isinstance(asked, str) else ()))
