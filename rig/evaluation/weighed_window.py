"""What was weighed in a window beside what was programmed in it, and the volume between any two of its readings."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation import inputs
from rig.evaluation.case import Case
from rig.evaluation.inputs import Weighing
from rig.evaluation.programme import Programme
from rig.metrology.readings.beside import beside
from rig.metrology.readings.regression import FEWEST_SPANS, fit_line
from rig.metrology.readings.sudden import NO_STEPS, SuddenSteps, sudden_steps
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.flow import volume_delivered, with_changing_loss, with_what_came_at_once
from rig.metrology.weighing.flow_budget import strokes_cut
from rig.quantities import S_PER_H
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# The orders beside a window's last reading are those of a nanosecond before it.
_END_NS = 2
# What gives way lets go within minutes: its course is made up of the programme so much later.
_LATER_S = (60.0, 120.0, 300.0, 600.0, 1200.0, 2400.0)


@dataclass(frozen=True)
class WeighedWindow:
    """The readings of a window [from_ns, to_ns) with their corrections, and the programme of its pump.

    `declared_ul` is the stroke that the pump's maker declares, 0 for none; `settles_ns` is how long the line runs on
    behind a change of what is asked for; `invalid` is what makes results invalid.
    """

    from_ns: int
    to_ns: int
    readings: Weighing
    programme: Programme
    corrections: Corrections
    declared_ul: float
    settles_ns: int
    invalid: tuple[str, ...]

    @property
    def t_s(self) -> NDArray[np.float64]:
        """Return when was read, seconds (n,) since the window's begin."""
        return self.readings.t_s

    @cached_property
    def t_ns(self) -> NDArray[np.int64]:
        """Return when was read, UTC ns (n,)."""
        return self.from_ns + np.rint(self.t_s * NS_PER_S).astype(np.int64)

    @property
    def rate_ul_h(self) -> float:
        """Return the one rate that is asked for all through the window, 0 for none and for several."""
        return one_rate(self.programme, self.from_ns, self.to_ns)

    @cached_property
    def volume_ul(self) -> NDArray[np.float64]:
        """Return what was delivered since the first reading, µL (n,)."""
        c, t_s = self.corrections, self.t_s
        loss_mg = c.evaporation.rate_mg_h * (t_s - t_s[:1]) / S_PER_H
        return np.asarray(c.per_mg * (self.readings.mass_mg - self.readings.mass_mg[:1] + loss_mg), np.float64)

    @property
    def stroke_ul(self) -> float:
        """Return the larger of the stroke declared and the one that the readings show beyond the balance's noise."""
        return self._stroke_ul(0, len(self.t_s) - 1)

    def _stroke_ul(self, first: int, last: int) -> float:
        part = slice(first, last + 1)
        try:
            scatter = fit_line(self.t_s[part], self._rest_mg[part]).scatter
        except SeriesError:
            return self.declared_ul  # too few readings to tell
        return max(self.declared_ul, self.corrections.stroke_shown_ul(scatter))

    @cached_property
    def _rest_mg(self) -> NDArray[np.float64]:
        """Return what was weighed beside the programme as a line that gives way lets go of it, mg (n,)."""
        t_ns, programme, per_mg = self.t_ns, self.programme, self.corrections.per_mg
        asked_mg = programme.volume_ul(t_ns) / per_mg
        later_mg = [programme.volume_ul(t_ns - round(s * NS_PER_S)) / per_mg - asked_mg for s in _LATER_S]
        return beside(self.t_s, self.readings.mass_mg - asked_mg, [asked_mg, *later_mg])

    @cached_property
    def sudden(self) -> SuddenSteps:
        """Return what came at once (mg) between two readings while nothing changed of what is asked for."""
        t_ns, programme = self.t_ns, self.programme
        if not len(t_ns):
            return NO_STEPS
        changes = np.sort([*(one.from_ns for one in programme.stretches), *programme.given_at_once_ns])
        before = np.searchsorted(changes, t_ns[1:], side="right") - 1
        since_ns = t_ns[:-1] - changes[np.maximum(before, 0)] if changes.size else np.zeros(len(t_ns) - 1)
        steady = (before < 0) | (since_ns >= self.settles_ns)
        rest_mg = self.readings.mass_mg - programme.volume_ul(t_ns) / self.corrections.per_mg
        stroke_mg = self.stroke_ul / self.corrections.per_mg
        return sudden_steps(
            self.t_s, rest_mg, stroke=stroke_mg, noise=self.corrections.balance.single_mg, steady=steady
        )

    @property
    def reading_ul(self) -> float:
        """Return the standard uncertainty of one reading by the balance's noise, µL."""
        c = self.corrections
        return c.per_mg * c.balance.single_mg

    @property
    def level_ul(self) -> float:
        """Return that of a level which averaging does not reduce: drops at the tip, digit, linearity, µL."""
        c = self.corrections
        return c.per_mg * math.hypot(
            c.tip.capillary_mg, c.balance.readability_mg / math.sqrt(12.0), c.balance.linearity_mg / math.sqrt(3.0)
        )

    @property
    def u_relative(self) -> float:
        """Return the relative standard uncertainty of the scale: calibration, densities, needle."""
        c = self.corrections
        return math.hypot(
            c.balance.calibration_relative_u,
            c.ambient.liquid_expansion_per_k * c.ambient.u_liquid_temperature_k,
            c.ambient.u_relative_density,
            c.tip.u_immersion,
        )

    def seconds(self, at_ns: int) -> float:
        """Return a moment (UTC ns) in seconds since the window's begin."""
        return (at_ns - self.from_ns) / NS_PER_S

    def between(self, first: int, last: int) -> Budget:
        """Return the volume (µL) that came from reading `first` to reading `last`.

        Its uncertainty holds the strokes that both cut, and what came at once meanwhile. Raises SeriesError as
        `volume_delivered` does.
        """
        t_s = self.t_s[first : last + 1]
        begin_s, end_s = (float(t_s[0]), float(t_s[-1])) if len(t_s) else (0.0, 0.0)
        budget = volume_delivered(
            t_s,
            self.readings.mass_mg[first : last + 1],
            before_s=(begin_s, begin_s),
            after_s=(end_s, end_s),
            corrections=self.corrections,
            max_gap_s=self.readings.max_gap_s,
        )
        at_once_mg = self.sudden.between(first, last)
        if at_once_mg.size:
            budget = with_what_came_at_once(budget, at_once_mg, self.corrections.per_mg, 1.0)
        # The window's own ends are its bounds, though the readings next to them lie a moment apart.
        begin_ns = self.from_ns if first == 0 else int(self.t_ns[first])
        end_ns = self.to_ns if last == len(self.t_ns) - 1 else int(self.t_ns[last]) + 1
        ends = (begin_ns, end_ns - _END_NS)
        cut = [ns for ns in ends if self.programme.rate_ul_h(ns) > 0.0]
        if not cut:
            return budget
        # `strokes_cut` is of both ends: where one alone is cut it is half of the variance.
        return budget.scaled(1.0, 0.0, "µL", [strokes_cut(self._stroke_ul(first, last), math.sqrt(len(cut) / 2.0))])


def one_rate(programme: Programme, from_ns: int, to_ns: int) -> float:
    """Return the rate (µL/h) that is asked for all through [from_ns, to_ns), 0 for nothing or for several."""
    last_ns = to_ns - _END_NS
    if any(from_ns <= ns <= last_ns for ns in programme.given_at_once_ns):
        return 0.0
    inside = [one for one in programme.stretches if one.from_ns <= last_ns and one.to_ns > from_ns]
    asked = {one.rate_ul_h for one in inside}
    through = bool(inside) and inside[0].from_ns <= from_ns and inside[-1].to_ns > last_ns
    return asked.pop() if through and len(asked) == 1 else 0.0


def weighed_window(
    recipe: Recipe, reader: RecordReader, programme: Programme | None = None, *, through_tares: bool = False
) -> WeighedWindow:
    """Return what was weighed in a recipe's window; `programme` is another one than its own case's.

    Raises SeriesError when there is no balance, no air, or no zero-flow run on either side.
    """
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns, through_tares=through_tares)
    programme = programme or Case(reader, recipe.from_ns, recipe.to_ns).programme
    return WeighedWindow(
        recipe.from_ns,
        recipe.to_ns,
        readings,
        programme,
        _corrections(reader, recipe, readings, programme),
        inputs.stroke_ul(reader),
        inputs.settle_ns(reader),
        (*inputs.standing_invalid(reader, recipe.to_ns), *readings.invalid),
    )


def _corrections(reader: RecordReader, recipe: Recipe, readings: Weighing, programme: Programme) -> Corrections:
    """Return the corrections, with what the readings show of a loss that changes between the weighings.

    Where one rate is asked for all through, the flow before the window shows it too.
    """
    c = inputs.corrections(reader, recipe)
    if len(readings.t_s) < FEWEST_SPANS or not readings.t_s[-1] > readings.t_s[0]:
        return c
    if one_rate(programme, recipe.from_ns, recipe.to_ns) > 0.0:
        try:
            around = inputs.surroundings(reader, recipe)
            return with_changing_loss(readings.t_s, readings.mass_mg, c, around)
        except SeriesError:
            return c
    t_ns = recipe.from_ns + np.rint(readings.t_s * NS_PER_S).astype(np.int64)
    programmed_mg = programme.volume_ul(t_ns) / c.per_mg
    rest_mg = np.asarray(readings.mass_mg - programmed_mg, np.float64)
    try:
        return with_changing_loss(readings.t_s, rest_mg, c, programmed_mg=programmed_mg)
    except SeriesError:
        return c  # too few readings to see a change; those of the weighings and the floor stand
