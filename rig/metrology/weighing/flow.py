"""Delivered volume and mean flow from weighing: between the ends and by regression, which must agree.

Sources: IEC 60601-2-24 (overall error A, borrowed method); Bissig et al., Biomed. Eng. 60 (2015) 301-316.
"""

import math
from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from rig.errors import MetrologyError, SeriesError
from rig.metrology.readings.checked import FloatArray, as_series, check_series
from rig.metrology.readings.demands import not_negative
from rig.metrology.readings.regression import FittedLine, fit_line
from rig.metrology.readings.sudden import sudden_steps
from rig.metrology.uncertainty.budget import Budget, Component
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow_budget import TIME, Gain, error_budget, strokes_cut, volume_budget
from rig.metrology.weighing.levels import level
from rig.metrology.weighing.loss_change import loss_walk
from rig.quantities import S_PER_H

FEWEST_READINGS = 4
# Readings at each end that make its level: a minute of them, a few seconds when strokes or drops would be averaged, at
# most this share of the window.
_END_S = 60.0
_RESTLESS_END_S = 5.0
_END_SHARE = 1.0 / 500.0
AT_ONCE = "what came at once"
"""The line of a budget that holds it."""
# Of two values either of which may be the true one, the root mean square distance from the one that is stated.
_EITHER = 1.0 / math.sqrt(2.0)


@dataclass(frozen=True, slots=True)
class MeanFlow:
    """A mean flow found in two ways.

    `error` is the end-point result in percent with its budget, `flow` the same in µL/h. `regression_ul_h` is the slope
    of the line with correlated residuals and without isolated jumps, `u_regression_ul_h` its standard uncertainty from
    those residuals alone. `difference_percent` is end-point less regression, `allowed_percent` what the balance's noise
    and strokes cut by the ends explain of it (k = 2). `gain` is the mass between the ends and `evaporation` the loss
    that was corrected, from which `draw_error` checks the budget by Monte Carlo. `stroke_ul` is the larger of the
    stroke that was declared and the one that the readings show, `jumped_mg` what the regression leaves out as jumps.
    """

    error: Budget
    flow: Budget
    gain: Gain
    regression_ul_h: float
    u_regression_ul_h: float
    difference_percent: float
    allowed_percent: float
    evaporation: EvaporationRate
    stroke_ul: float
    jumped_mg: float

    @property
    def agree(self) -> bool:
        """Tell whether end-point and regression agree; `error` carries their difference when they do not."""
        return abs(self.difference_percent) <= self.allowed_percent

    def volume(self, hours: float) -> Budget:
        """Return what so many hours of it bring, in µL; how long they are by the clock is no part of a volume."""
        told = self.flow.scaled(hours, 0.0, "µL")
        return replace(told, components=tuple(line for line in told.components if line.name != TIME))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was weighed around a window.

    `stretches` are readings at the same steady flow, (seconds, mg) each, the seconds on the window's own axis (negative
    before it). The zero-flow weighings end `lead_h` before the window and begin `lag_h` behind it.
    """

    stretches: tuple[tuple[FloatArray, FloatArray], ...] = ()
    lead_h: float = 0.0
    lag_h: float = 0.0


def volume_delivered(
    t_s: ArrayLike,
    mass_mg: ArrayLike,
    *,
    before_s: tuple[float, float],
    after_s: tuple[float, float],
    corrections: Corrections,
    max_gap_s: float | None = None,
) -> Budget:
    """Return the volume in µL delivered between two plateaus, with its budget.

    `mass_mg` (n,) at `t_s` (n,) seconds; `before_s` and `after_s` are the plateaus' first and last second, in which
    nothing but evaporation happens. Raises SeriesError as `check_series` does and for plateaus without a reading or
    in the wrong order. A volume that is negative or nothing is returned as it is: it may be what was delivered.
    """
    if not before_s[0] <= before_s[1] < after_s[0] <= after_s[1]:
        raise SeriesError(f"plateaus {before_s} s and {after_s} s are not one before the other")
    t, m = as_series(t_s, mass_mg, "mass", 2)
    check_series(t, m, max_gap_s=max_gap_s, fall_mg=corrections.balance.fall_mg)
    gain = _gain(t, m, before_s, after_s, 0.0, corrections)
    return volume_budget(gain, corrections)


def mean_flow_error(
    t_s: ArrayLike,
    mass_mg: ArrayLike,
    *,
    programmed_ul_h: float,
    corrections: Corrections,
    end_s: float | None = None,
    max_gap_s: float | None = None,
) -> Budget:
    """Return the mean flow error over all of the readings, in percent, with its budget; see `mean_flow`."""
    return mean_flow(
        t_s,
        mass_mg,
        programmed_ul_h=programmed_ul_h,
        corrections=corrections,
        end_s=end_s,
        max_gap_s=max_gap_s,
    ).error


def mean_flow(
    t_s: ArrayLike,
    mass_mg: ArrayLike,
    *,
    programmed_ul_h: float,
    corrections: Corrections,
    stroke_ul: float = 0.0,
    around: Surroundings | None = None,
    end_s: float | None = None,
    max_gap_s: float | None = None,
) -> MeanFlow:
    """Return the mean flow over all of the readings, `mass_mg` (n,) at `t_s` (n,) seconds, n ≥ 4.

    The end-point result is the mass gained between the levels of the first and the last `end_s` seconds (None: a
    minute, 5 s when strokes show beyond the noise, at most 1/500 of the window), corrected for evaporation, over the
    time between them. The uncertainty holds what evaporation did in between (`loss_walk`, with what is `around`), the
    strokes of `stroke_ul` or more that the ends cut, and, when the regression does not agree with the end points,
    their difference. No flow is a flow of nothing, −100 %.
    Raises SeriesError as `check_series` does; MetrologyError for a programmed rate that is not positive.
    """
    if not 0.0 < programmed_ul_h < math.inf:
        raise MetrologyError(f"programmed rate of {programmed_ul_h!r} µL/h: an error in percent needs a positive rate")
    not_negative(stroke_ul, "stroke in µL")
    evaporation, balance = corrections.evaporation, corrections.balance
    t, m = as_series(t_s, mass_mg, "mass", FEWEST_READINGS)
    facts = check_series(t, m, minimum=FEWEST_READINGS, max_gap_s=max_gap_s, fall_mg=balance.fall_mg)
    # Zero-flow runs say how much the balance wanders; without them the residuals must.
    line = fit_line(t, m, evaporation.wander_mg2_h if evaporation.white_mg2_s > 0.0 else None)
    single_mg = balance.single_mg
    unrest_mg = math.sqrt(max(0.0, line.scatter**2 - single_mg**2))
    longest_s = _END_S if unrest_mg <= single_mg else _RESTLESS_END_S
    end = min(longest_s, facts.span_s * _END_SHARE) if end_s is None else end_s
    changing = with_changing_loss(t, m, corrections, around)
    gain = _gain(t, m, (t[0], t[0] + end), (t[-1] - end, t[-1]), line.slope_h, changing)
    stroke = max(stroke_ul, changing.stroke_shown_ul(line.scatter))
    error = error_budget(volume_budget(gain, changing), programmed_ul_h, gain.hours, changing.tip)
    cut = strokes_cut(stroke, 100.0 / (programmed_ul_h * gain.hours))
    found = _compared(error.scaled(1.0, 0.0, "%", [cut]), gain, line, unrest_mg, programmed_ul_h, changing, stroke)
    steps_mg = sudden_steps(t, m, stroke=stroke / changing.per_mg, noise=single_mg).size
    return _with_sudden(found, steps_mg, programmed_ul_h, changing.per_mg)


def _with_sudden(found: MeanFlow, steps_mg: FloatArray, programmed_ul_h: float, per_mg: float) -> MeanFlow:
    """Return a mean flow with what came at once between two readings: delivered in one piece, or fallen on the pan.

    A difference of end points and regression that is larger holds it already.
    """
    per_ul = 100.0 / (programmed_ul_h * found.gain.hours)
    if per_ul * per_mg * abs(float(steps_mg.sum())) <= (0.0 if found.agree else abs(found.difference_percent)):
        return found
    error = with_what_came_at_once(found.error, steps_mg, per_mg, per_ul)
    return replace(found, error=error, flow=error.scaled(programmed_ul_h / 100.0, programmed_ul_h, "µL/h"))


def with_what_came_at_once(found: Budget, steps_mg: FloatArray, per_mg: float, sensitivity: float) -> Budget:
    """Return a result, `sensitivity` of its unit per µL, that may hold steps (k,) of the mass or not: k ≥ 1.

    Either may be the true one: delivered in one piece, or fallen on the pan.
    """
    sizes = ", ".join(f"{size:+.3g}" for size in steps_mg.tolist())
    u_ul = per_mg * abs(float(steps_mg.sum())) * _EITHER
    line = Component(AT_ONCE, "A", 0.0, u_ul, "µL", sensitivity)
    return found.scaled(1.0, 0.0, found.unit, [line], [f"{sizes} mg came at once, from one reading to the next"])


def with_changing_loss(
    t: FloatArray,
    m: FloatArray,
    corrections: Corrections,
    around: Surroundings | None = None,
    programmed_mg: FloatArray | None = None,
) -> Corrections:
    """Return the corrections with what the readings themselves show of a loss that changes between the weighings.

    `m` (n,) mg at `t` (n,) s are readings of a steady flow, or what is left of readings when the programmed delivery is
    taken out of them: then `programmed_mg` (n,) is that delivery, of which the pump may give a share more or less, and
    nothing is `around`. Raises SeriesError when they do not fill 4 equal spans of time.
    """
    around = around or Surroundings()
    evaporation = corrections.evaporation
    hours = float(t[-1] - t[0]) / S_PER_H
    apart_h = hours + around.lead_h + around.lag_h
    walk = loss_walk(
        [*around.stretches, (t, m)],
        evaporation.change_mg_h,
        evaporation.u_change_mg_h,
        apart_h if math.isfinite(evaporation.u_change_mg_h) else 0.0,
        programmed_mg,
    )
    # A step of the slope from the stretch before may be all of the loss or none of it: a rectangle on both sides.
    stepped = max((_stepped_mg_h(t, m, *stretch) for stretch in around.stretches), default=0.0) / math.sqrt(3.0)
    walked = math.hypot(walk.u_of_mean_mg_h(hours, around.lead_h, around.lag_h), stepped)
    # Whatever varies beyond what an open vessel can lose is no evaporation (rectangle from nothing to that).
    walked = min(walked, corrections.tip.open_loss_mg_h / math.sqrt(12.0))
    # The difference of the two weighings is counted once: as the rectangle between them, or in the walk that it shows.
    apart_mg_h = abs(evaporation.change_mg_h) / math.sqrt(12.0)
    stated_sq = max(0.0, evaporation.u_between_mg_h**2 - apart_mg_h**2)
    u_between = math.sqrt(stated_sq + max(apart_mg_h, walked) ** 2)
    return replace(corrections, evaporation=replace(evaporation, u_between_mg_h=u_between))


def _stepped_mg_h(t: FloatArray, m: FloatArray, t_before: FloatArray, m_before: FloatArray) -> float:
    """Return by how much the slope of a window differs from that of a stretch before it, beyond noise, in mg/h."""
    here, before = fit_line(t, m), fit_line(t_before, m_before)
    apart_sq = (here.slope_h - before.slope_h) ** 2
    return math.sqrt(max(0.0, apart_sq - here.u_slope_h**2 - before.u_slope_h**2))


def _gain(
    t: FloatArray,
    m: FloatArray,
    before_s: tuple[float, float],
    after_s: tuple[float, float],
    slope_h: float,
    corrections: Corrections,
) -> Gain:
    evaporation, balance = corrections.evaporation, corrections.balance
    start = level(t, m, before_s, balance, evaporation.white_mg2_s, slope_h)
    end = level(t, m, after_s, balance, evaporation.white_mg2_s, slope_h)
    hours = (end.t_s - start.t_s) / S_PER_H
    mass_mg = end.mass_mg - start.mass_mg + evaporation.rate_mg_h * hours
    return Gain(mass_mg, hours, math.hypot(start.u_mg, end.u_mg), min(start.readings, end.readings))


def _compared(
    error: Budget,
    gain: Gain,
    line: FittedLine,
    unrest_mg: float,
    programmed_ul_h: float,
    corrections: Corrections,
    stroke_ul: float,
) -> MeanFlow:
    """Return both results and what noise, and strokes that the ends cut (`unrest_mg`), explain of their difference.

    A difference that they do not explain is in the budget: what shook the weighing (a drop, a touch) the regression
    leaves out, what was missing of the flow (a bubble) it misses. The truth is one of the two.
    """
    per_mg = corrections.per_mg
    regression = per_mg * (line.slope_h + corrections.evaporation.rate_mg_h)
    u_regression = per_mg * line.u_slope_h
    percent = 100.0 / programmed_ul_h
    difference = error.value - (regression * percent - 100.0)
    u_ends_mg_h = math.hypot(gain.u_noise_mg, math.sqrt(2.0) * unrest_mg) / gain.hours
    allowed = 2.0 * percent * per_mg * math.hypot(line.u_steady_h, u_ends_mg_h)
    remarks: tuple[str, ...] = ()
    told = error
    if abs(difference) > allowed:
        jumps = "".join(f"; the mass jumped by {size:+.3g} mg at {t_s / S_PER_H:.3f} h" for t_s, size in line.jumps)
        remarks = (
            f"end-point and regression disagree by {difference:+.3g} %, noise and strokes explain {allowed:.2g} %: "
            f"the flow was not steady or the weighing was disturbed{jumps}",
        )
        apart = Component("end-point against regression", "A", 0.0, abs(difference) * _EITHER, "%", 1.0)
        told = error.scaled(1.0, 0.0, "%", [apart], remarks)
    flow = told.scaled(1.0 / percent, programmed_ul_h, "µL/h")
    return MeanFlow(
        error=told,
        flow=flow,
        gain=gain,
        regression_ul_h=regression,
        u_regression_ul_h=u_regression,
        difference_percent=difference,
        allowed_percent=allowed,
        evaporation=corrections.evaporation,
        stroke_ul=stroke_ul,
        jumped_mg=sum(size for _, size in line.jumps),
    )
