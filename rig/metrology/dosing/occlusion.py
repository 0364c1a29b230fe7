"""An occlusion: time to alarm, pressure at alarm, compliance of the line, and the bolus released when it opens.

The line is closed while the pump runs, pressure rises as dp/dt = Q/C until the pump alarms; opening releases C·Δp.
Source: occlusion test of IEC 60601-2-24 (borrowed method); no standard limits the time, it has to be disclosed.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError
from rig.metrology.dosing.steady import Steady, crossing_s, steady, step_between
from rig.metrology.readings.checked import FloatArray, as_series, check_series
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.quantities import S_PER_H, Measured

# A rise beyond 5 standard deviations is noise in one of three million cases.
_SEEN_K = 5.0
# Strokes of a stiff line make stairs, whose slope is known less well but well enough to be told with its uncertainty.
_TOLD_K = 2.0
# Compliance is read between these shares of the rise: the foot holds the valve's closing, the head the pump's reaction.
# 10 % and 90 % are where a transition's duration is read by convention (IEC 60469).
_FOOT, _HEAD = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Occlusion:
    """One occlusion: times in s, pressures in kPa, compliance in µL/kPa, volume in µL.

    `released` is what the measured compliance gives off when the pressure of the alarm falls back, C·Δp;
    `released_bolus` measures it.
    """

    time_to_alarm: Measured
    pressure_before: Measured
    pressure_at_alarm: Measured
    pressure_rise: Measured
    compliance: Budget
    released: Budget


def occlusion(
    t_s: ArrayLike,
    pressure_kpa: ArrayLike,
    *,
    closed_s: float,
    alarm_s: float | None,
    flow: Measured,
    u_closed_s: float = 0.0,
    u_alarm_s: float = 0.0,
    u_pressure_kpa: float = 0.0,
    u_pressure_relative: float = 0.0,
    max_gap_s: float | None = None,
) -> Occlusion:
    """Evaluate the line pressure `pressure_kpa` (n,) at `t_s` (n,) s of a line closed at `closed_s`.

    `flow` is the rate that fills the line, measured before. `u_pressure_kpa` is the sensor's zero, which the rise does
    not have, `u_pressure_relative` its scale. Raises SeriesError as `check_series` does and for fewer than 8 readings
    before closing or within the rise; MetrologyError when there was no alarm (`alarm_s` None), when it came before the
    closing or after the last reading, for a flow that is not positive and for a pressure that does not rise.
    """
    t, p = as_series(t_s, pressure_kpa, "line pressure", 16)
    check_series(t, p, "line pressure", max_gap_s=max_gap_s)
    flow_ul_h = flow.to("µL/h")
    if not flow_ul_h.value > 0:
        raise MetrologyError(f"a flow of {flow_ul_h.value:g} µL/h fills no closed line")
    if alarm_s is None:
        raise MetrologyError(f"no occlusion alarm within the {t[-1] - closed_s:g} s that the line was watched closed")
    if not t[0] < closed_s < alarm_s <= t[-1]:
        raise MetrologyError(f"closed at {closed_s!r} s, alarm at {alarm_s!r} s, readings from {t[0]:g} to {t[-1]:g} s")
    before = steady(t, p, float(t[0]), closed_s, "pressure before closing")
    rise = _rising(t, p, before, closed_s, alarm_s)
    low, high = float(before.at(closed_s)), float(np.interp(alarm_s, t, p))
    u_high = math.hypot(rise.scatter, rise.rate_h * u_alarm_s / S_PER_H)
    u_rise = math.hypot(before.u_at(closed_s), u_high, u_pressure_relative * (high - low))
    compliance = _compliance(flow_ul_h, rise, u_pressure_relative)
    return Occlusion(
        time_to_alarm=Measured(alarm_s - closed_s, math.hypot(u_alarm_s, u_closed_s), "s"),
        pressure_before=Measured(
            low, math.hypot(before.u_at(closed_s), u_pressure_kpa, u_pressure_relative * low), "kPa"
        ),
        pressure_at_alarm=Measured(high, math.hypot(u_high, u_pressure_kpa, u_pressure_relative * high), "kPa"),
        pressure_rise=Measured(high - low, u_rise, "kPa"),
        compliance=compliance,
        released=_released(flow_ul_h, rise, high - low, math.hypot(before.u_at(closed_s), u_high)),
    )


def _rising(t: FloatArray, p: FloatArray, before: Steady, closed_s: float, alarm_s: float) -> Steady:
    """Fit the middle of the rise, between 10 % and 90 % of what the pressure gained until the alarm."""
    first, last = int(np.searchsorted(t, closed_s)) - 1, int(np.searchsorted(t, alarm_s, side="right"))
    gained = p[first:last] - before.at(t[first:last])
    full = float(np.interp(alarm_s, t, p) - before.at(alarm_s))
    if full <= _SEEN_K * max(before.scatter, before.u_at(alarm_s)):
        raise MetrologyError(f"pressure rose by {full:.3g} kPa between closing and alarm: no occlusion in the readings")
    foot_s, head_s = (crossing_s(t[first:last], gained, share * full, full / 2) for share in (_FOOT, _HEAD))
    rise = steady(t, p, foot_s, head_s, "rise of pressure")
    if rise.rate_h <= _TOLD_K * rise.u_rate_h:
        raise MetrologyError(f"pressure rises at {rise.rate_h:.3g} ± {rise.u_rate_h:.2g} kPa/h: no rate to tell")
    return rise


def _compliance(flow: Measured, rise: Steady, u_relative: float) -> Budget:
    """Return C = Q/(dp/dt)."""
    value = flow.value / rise.rate_h
    return combine(
        value,
        "µL/kPa",
        [
            Component("flow", "B", flow.value, flow.u, "µL/h", 1 / rise.rate_h),
            Component(
                "rate of pressure", "A", rise.rate_h, rise.u_rate_h, "kPa/h", -value / rise.rate_h, rise.line.dof
            ),
            Component("pressure scale", "B", 1.0, u_relative, "1", -value),
        ],
    )


def _released(flow: Measured, rise: Steady, gained_kpa: float, u_gained_kpa: float) -> Budget:
    """Return C·Δp = Q·Δp/(dp/dt); the scale of the pressure sensor cancels in it."""
    value = flow.value / rise.rate_h * gained_kpa
    return combine(
        value,
        "µL",
        [
            Component("flow", "B", flow.value, flow.u, "µL/h", gained_kpa / rise.rate_h),
            Component(
                "rate of pressure", "A", rise.rate_h, rise.u_rate_h, "kPa/h", -value / rise.rate_h, rise.line.dof
            ),
            Component("pressure gained", "A", gained_kpa, u_gained_kpa, "kPa", flow.value / rise.rate_h),
        ],
    )


def released_bolus(
    t_s: ArrayLike,
    volume_ul: ArrayLike,
    *,
    opened_s: float,
    settled_s: float,
    u_level_ul: float = 0.0,
    u_relative: float = 0.0,
    max_gap_s: float | None = None,
) -> Budget:
    """Return the unintended bolus in µL that left the line when it was opened at `opened_s`.

    `volume_ul` (n,) at `t_s` (n,) s is the volume collected: flat while closed, steady again after `settled_s` (the
    pump may run on or stand). Uncertainties as in `bolus_shape`. Raises SeriesError as `check_series` does and for
    fewer than 8 readings on either side, MetrologyError for times in the wrong order.
    """
    t, v = as_series(t_s, volume_ul, "collected volume", 16)
    check_series(t, v, "collected volume", max_gap_s=max_gap_s)
    if not t[0] < opened_s < settled_s < t[-1]:
        raise MetrologyError(f"opened at {opened_s!r}, settled at {settled_s!r} s: not inside {t[0]:g} to {t[-1]:g} s")
    closed = steady(t, v, float(t[0]), opened_s, "collection while closed")
    after = steady(t, v, settled_s, float(t[-1]), "collection after opening")
    return step_between(closed, after, opened_s, u_level_ul=u_level_ul, u_relative=u_relative)
