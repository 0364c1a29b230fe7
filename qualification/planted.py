"""Mistakes that an evaluation of doses could have, each a few characters in the rig's own code.

Nothing of the rig is imported here: `planting` reads this before the rig is.
"""

from qualification.mistake import Mistake
from qualification.planted_judgements import JUDGED
from qualification.planted_numbers import NUMBERS
from qualification.planted_records import RECORDED

__all__ = ["PLANTED", "Mistake"]

_WEIGHING = ("tests/metrology/weighing",)
_UNCERTAINTY = ("tests/metrology/uncertainty",)
_DOSING = ("tests/metrology/dosing",)
_CURVES = ("tests/metrology/curves",)
_PATHS = ("tests/metrology/paths",)
_READINGS = ("tests/metrology/readings",)
_OVER_RUNS = ("tests/metrology/over_runs",)

_M = "rig.metrology."

PLANTED = (
    Mistake(
        "M01",
        "the density of water at 20 °C, whatever its temperature",
        _M + "weighing.gravimetry",
        "    liquid = relative_density * water_density(liquid_temperature_c)\n",
        "    liquid = relative_density * water_density(0.0 * liquid_temperature_c + 20.0)\n",
        _WEIGHING,
    ),
    Mistake(
        "M02",
        "buoyancy left out",
        _M + "weighing.gravimetry",
        "    return 1000.0 * (1.0 - air / weights_kg_m3) / (liquid - air)",
        "    return 1000.0 / (liquid + 0.0 * air)",
        _WEIGHING,
    ),
    Mistake(
        "M03",
        "evaporation with the wrong sign",
        _M + "weighing.evaporation",
        "EvaporationRate(-line.slope_h, line.u_slope_h",
        "EvaporationRate(line.slope_h, line.u_slope_h",
        _WEIGHING,
    ),
    Mistake(
        "M04",
        "evaporation of the run before alone",
        _M + "weighing.evaporation",
        "    rate = 0.5 * (before.rate_mg_h + after.rate_mg_h)",
        "    rate = before.rate_mg_h",
        _WEIGHING,
    ),
    Mistake(
        "M05",
        "the immersed needle taken for half as thick",
        _M + "weighing.gravimetry",
        "    return 1.0 - (needle_mm / vessel_mm) ** 2",
        "    return 1.0 - (0.5 * needle_mm / vessel_mm) ** 2",
        _WEIGHING,
    ),
    Mistake(
        "M06",
        "the immersed needle added instead of taken off",
        _M + "weighing.gravimetry",
        "    return 1.0 - (needle_mm / vessel_mm) ** 2",
        "    return 1.0 + (needle_mm / vessel_mm) ** 2",
        _WEIGHING,
    ),
    Mistake(
        "M07",
        "air humidity taken as a fraction",
        _M + "weighing.gravimetry",
        "    vapour: Number = 0.009 * h * np.exp(0.061 * t)",
        "    vapour: Number = 0.009 * h / 100.0 * np.exp(0.061 * t)",
        _WEIGHING,
    ),
    Mistake(
        "M08",
        "strokes at the ends counted at one end only",
        _M + "weighing.flow_budget",
        "stroke_ul / math.sqrt(6.0)",
        "stroke_ul / math.sqrt(12.0)",
        _WEIGHING,
    ),
    Mistake(
        "M09",
        "the calibration of the balance is no part of the budget",
        _M + "weighing.flow_budget",
        'balance.calibration_relative_u, "1", volume)',
        '0.0, "1", volume)',
        _WEIGHING,
    ),
    Mistake(
        "M10",
        "the error in percent of what was measured, not of what was programmed",
        _M + "weighing.flow_budget",
        "    per_ul = 100.0 / programmed_ul\n",
        "    per_ul = 100.0 / (volume.value or 1.0)\n",
        _WEIGHING,
    ),
    Mistake(
        "M11",
        "boluses' scatter with n instead of n − 1",
        _M + "dosing.bolus",
        "float(volume.var(ddof=1))",
        "float(volume.var())",
        _DOSING,
    ),
    Mistake(
        "M12",
        "what all boluses have in common shrinks with their number",
        _M + "dosing.bolus",
        '"B", 0.0, u_common_ul, "µL", percent_per_ul)',
        '"B", 0.0, u_common_ul / math.sqrt(volume.size), "µL", percent_per_ul)',
        _DOSING,
    ),
    Mistake(
        "M13",
        "the pump's clock held to itself",
        _M + "dosing.pump_clock",
        "    difference = pump - rig\n",
        "    difference = 0.0 * pump\n",
        _DOSING,
    ),
    Mistake(
        "M14",
        "the drift of the pump's clock with the wrong sign",
        _M + "dosing.pump_clock",
        "    difference = pump - rig\n",
        "    difference = rig - pump\n",
        _DOSING,
    ),
    Mistake(
        "M15",
        "windows of the trumpet curve one sample too long",
        _M + "curves.trumpet",
        '    first = schedule.intervals(schedule.analysis_start_min, "start of the analysis period", least=0)\n',
        '    first = schedule.intervals(schedule.analysis_start_min, "start of the analysis period", least=0) + 1\n',
        _CURVES,
    ),
    Mistake(
        "M16",
        "noise of a window from one end only",
        _M + "curves.trumpet",
        "    u_percent = 100.0 * math.sqrt(2.0) * u_reading_ul / (programmed_ul_h * hours)\n    error",
        "    u_percent = 100.0 * u_reading_ul / (programmed_ul_h * hours)\n    error",
        _CURVES,
    ),
    Mistake(
        "M17",
        "PASS right up to the limit, without a guard band",
        _M + "uncertainty.decision",
        "    guard_band = spread.guard_band(k)\n",
        "    guard_band = 0.0 * spread.guard_band(k)\n",
        _UNCERTAINTY,
    ),
    Mistake(
        "M18",
        "few degrees of freedom do not widen the guard band",
        _M + "uncertainty.decision",
        "    guard_band = spread.guard_band(k)\n",
        "    guard_band = k * measured.u\n",
        _UNCERTAINTY,
    ),
    Mistake(
        "M19",
        "lines of a budget added up instead of squared",
        _M + "uncertainty.budget",
        "            return math.hypot(*(component.contribution for component in self.components))\n",
        "            return max(component.contribution for component in self.components)\n",
        _UNCERTAINTY,
    ),
    Mistake(
        "M20",
        "an INVALID measurement is decided all the same",
        _M + "uncertainty.decision",
        "    if invalid:\n        verdict, reasons = Verdict.INVALID, tuple(invalid)\n",
        "",
        _UNCERTAINTY,
    ),
    Mistake(
        "M21",
        "a tolerance interval from the standard deviation with n",
        _M + "uncertainty.tolerance",
        "float(sample.std(ddof=1))",
        "float(sample.std())",
        _UNCERTAINTY,
    ),
    Mistake(
        "M22",
        "flow readings summed without the trapezoid",
        _M + "paths.two_paths",
        "np.cumsum(0.5 * (q[1:] + q[:-1]) * np.diff(t)",
        "np.cumsum(q[1:] * np.diff(t)",
        _PATHS,
    ),
    Mistake(
        "M23",
        "two paths always agree at the end",
        _M + "paths.two_paths",
        "        return self.at_end_k <= self.allowed_end_k and self.largest_k <= _K_ANYWHERE",
        "        return self.largest_k <= _K_ANYWHERE",
        _PATHS,
    ),
    Mistake(
        "M24",
        "a gap in the readings is passed over",
        _M + "readings.checked",
        "    if largest_s > allowed_s:\n",
        "    if largest_s > math.inf:\n",
        _READINGS,
    ),
    Mistake(
        "M25",
        "time that goes back is passed over",
        _M + "readings.checked",
        "    if smallest_s < 0.0:\n",
        "    if smallest_s < -math.inf:\n",
        _READINGS,
    ),
    Mistake(
        "M26",
        "a tare in the middle is passed over",
        _M + "readings.checked",
        "    for i in _lasting(t, y, falls, fall_mg) if falls.size else ():\n",
        "    for i in ():\n",
        _READINGS,
    ),
    Mistake(
        "M27",
        "capability from the standard deviation with n",
        _M + "over_runs.capability",
        "float(x.std(ddof=1))",
        "float(x.std())",
        _OVER_RUNS,
    ),
    *RECORDED,
    *NUMBERS,
    *JUDGED,
)
"""All of them, by their keys."""
