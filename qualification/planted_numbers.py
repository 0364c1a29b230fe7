"""Mistakes that only a number from outside the code notices: what they make of a result still looks like one.

Units of a bench file's figures, lines of a budget, tails of a distribution, how far witnesses may be apart. Nothing of
the rig is imported here: `planting` reads this before the rig is.
"""

from qualification.mistake import Mistake

_CONDITIONS = ("tests/metrology/weighing/test_conditions.py",)
_FLOW = ("tests/metrology/weighing/test_flow_by_hand.py",)
_DECISION = ("tests/metrology/uncertainty/test_decision_by_hand.py",)
_BOLUS = ("tests/metrology/dosing/test_bolus_by_hand.py",)
_CURVES = ("tests/metrology/curves/test_curves_by_hand.py",)
_INPUTS = ("tests/evaluation/test_inputs.py",)
_CLAIMS = ("tests/evaluation/test_claims_by_hand.py",)
_WITNESSES = ("tests/evaluation/test_witnesses_by_hand.py",)
_UNITS = ("tests/core/test_units_by_hand.py",)
_TOLD = ("tests/instruments/intrathecal_pump/test_readings.py",)
_AT_REST = ("tests/evaluation/test_witnesses_at_rest.py",)

_M = "rig.metrology."
_E = "rig.evaluation."

NUMBERS = (
    Mistake(
        "M39",
        "the air's temperature is certain",
        _M + "weighing.conditions",
        "            d_temperature * self.u_air_temperature_k,\n",
        "",
        _CONDITIONS,
    ),
    Mistake(
        "M40",
        "an open vessel loses four times as much",
        _M + "weighing.conditions",
        "_OPEN_LOSS_MG_MM2_H * math.pi / 4.0 * self.vessel_mm**2",
        "_OPEN_LOSS_MG_MM2_H * math.pi * self.vessel_mm**2",
        _CONDITIONS,
    ),
    Mistake(
        "M41",
        "what the balance wanders after a run alone",
        _M + "weighing.evaporation",
        "        0.5 * (before.wander_mg2_h + after.wander_mg2_h),\n",
        "        after.wander_mg2_h,\n",
        _CONDITIONS,
    ),
    Mistake(
        "M42",
        "a stroke that was declared is forgotten where none shows",
        _M + "weighing.flow",
        "    stroke = max(stroke_ul, changing.stroke_shown_ul(line.scatter))\n",
        "    stroke = changing.stroke_shown_ul(line.scatter)\n",
        _FLOW,
    ),
    Mistake(
        "M43",
        "a plateau's digit averaged over the longer of two plateaus",
        _M + "weighing.flow",
        "min(start.readings, end.readings)",
        "max(start.readings, end.readings)",
        _FLOW,
    ),
    Mistake(
        "M44",
        "noise seen without flow is no noise of a level",
        _M + "weighing.levels",
        "        variance = max(variance, white_mg2_s / averaged_s)\n",
        "        variance = max(variance, 0.0 * averaged_s)\n",
        _FLOW,
    ),
    Mistake(
        "M45",
        "few degrees of freedom have the tails of many",
        _M + "uncertainty.spread",
        "np.asarray(ndtr(-score) if math.isinf(dof) else stdtr(dof, -score))",
        "np.asarray(ndtr(-score) if dof >= 1.0 else stdtr(dof, -score))",
        _DECISION,
    ),
    Mistake(
        "M46",
        "noise that boluses have in common is no line of their mean",
        _M + "dosing.bolus",
        '"B", independent), *noise)\n',
        '"B", independent),)\n',
        _BOLUS,
    ),
    Mistake(
        "M47",
        "a start-up graph goes on for as long as volumes do",
        _M + "curves.trumpet",
        "    flow = np.diff(volume[: n + 1]) / hours\n",
        "    flow = np.diff(volume) / hours\n",
        _CURVES,
    ),
    Mistake(
        "M48",
        "averaged readings are as noisy as single ones",
        _M + "curves.from_readings",
        "    readings = max(1, math.floor(average_s / facts.mean_interval_s))\n",
        "    readings = min(1, math.floor(average_s / facts.mean_interval_s) + 1)\n",
        _CURVES,
    ),
    Mistake(
        "M49",
        "the balance's calibration in percent taken for a share",
        _E + "inputs",
        "        calibration_relative_u=facts.calibration_u_percent / 100.0,\n",
        "        calibration_relative_u=facts.calibration_u_percent,\n",
        _INPUTS,
    ),
    Mistake(
        "M50",
        "the clock's parts per million taken for thousandths",
        _E + "inputs",
        "        clock_relative_u=facts.clock_ppm * 1e-6,\n",
        "        clock_relative_u=facts.clock_ppm * 1e-3,\n",
        _INPUTS,
    ),
    Mistake(
        "M51",
        "the needle's diameter as uncertain as the vessel's",
        _E + "inputs",
        "        u_diameter_mm=facts.u_needle_mm,\n",
        "        u_diameter_mm=facts.u_vessel_mm,\n",
        _INPUTS,
    ),
    Mistake(
        "M52",
        "the first and the last weighing at zero flow instead of those next to a window",
        _E + "inputs",
        "    return before[-1], after[0]\n",
        "    return before[0], after[-1]\n",
        _INPUTS,
    ),
    Mistake(
        "M53",
        "a calibration ends on the eve of the day that it is due",
        _E + "inputs",
        "_due(name, one.calibration.due) < on\n",
        "_due(name, one.calibration.due) <= on\n",
        _INPUTS,
    ),
    Mistake(
        "M54",
        "what was weighed is certain when it is held to a count",
        _E + "claims.pump_account",
        "        -percent_per_ul * told_ul / weighed.value,\n        2.0 * percent_per_ul * told_ul - 100.0,\n",
        "        0.0,\n        percent_per_ul * told_ul - 100.0,\n",
        _CLAIMS,
    ),
    Mistake(
        "M55",
        "strokes are cut at both ends although the pump rests at one",
        _E + "weighed_window",
        "math.sqrt(len(cut) / 2.0)",
        "math.sqrt(2.0 / 2.0)",
        _CLAIMS,
    ),
    Mistake(
        "M56",
        "a course is worth one reading and not two",
        _E + "case",
        "mass_sq = 2.0 * reading_sq",
        "mass_sq = reading_sq",
        _CLAIMS,
    ),
    Mistake(
        "M57",
        "a flow sensor is held to the narrower of its limits",
        _E + "evidence.flow_sensor",
        "    limit_ul_h = max(stated.percent",
        "    limit_ul_h = min(stated.percent",
        _WITNESSES,
    ),
    Mistake(
        "M58",
        "a reservoir may be off by ten percent of the count",
        _E + "evidence.books",
        "_RESERVOIR_PERCENT = 1.0\n",
        "_RESERVOIR_PERCENT = 10.0\n",
        _WITNESSES,
    ),
    Mistake(
        "M59",
        "a total may be off by twice its limit",
        _E + "evidence.programme",
        "    if abs(off_ul) <= allowed_percent / 100.0 * programmed_ul + reach_ul:\n",
        "    if abs(off_ul) <= allowed_percent / 50.0 * programmed_ul + reach_ul:\n",
        _WITNESSES,
    ),
    Mistake(
        "M60",
        "a status may be ten paces late",
        _E + "evidence.states",
        "_PACES = 3\n",
        "_PACES = 10\n",
        _AT_REST,
    ),
    Mistake(
        "M61",
        "millibars taken for kilopascals",
        "rig.quantities",
        '    "mbar": ("pressure", Fraction(1, 10)),\n',
        '    "mbar": ("pressure", Fraction(1)),\n',
        _UNITS,
    ),
    Mistake(
        "M62",
        "what a pump has delivered told as what is left in it",
        "instruments.intrathecal_pump.readings",
        '        "reservoir": status.reservoir_nl / NL_PER_UL,\n',
        '        "reservoir": status.delivered_nl / NL_PER_UL,\n',
        _TOLD,
    ),
    Mistake(
        "M63",
        "a bolus is no part of the rate that a pump tells",
        "instruments.intrathecal_pump.readings",
        '        "rate": (status.basal_nl_h + status.bolus_nl_h) / NL_PER_UL,\n',
        '        "rate": status.basal_nl_h / NL_PER_UL,\n',
        _TOLD,
    ),
)
"""All of them, by their keys: they go on behind those of `planted`."""
