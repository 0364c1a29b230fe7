"""Mistakes in what is made of numbers that are right: how sure all are together, whose fault it is, what is foretold.

Results, reports and records look as they always do. Nothing of the rig is imported here: `planting` reads this before
the rig is.
"""

from qualification.mistake import Mistake

_FARTHEST = ("tests/evaluation/test_farthest.py",)
_LOOKS = ("tests/evaluation/test_looks.py",)
_OWN_LOG = ("tests/evaluation/test_own_log.py",)
_BLAME = ("tests/sorting/test_blame.py",)
_DURATION = ("tests/metrology/planning/test_duration.py",)
_LOSSES = ("tests/instruments/sensirion_scc1/test_losses.py",)
_GRAPHS = ("tests/reports/test_flow_graphs.py",)

_E = "rig.evaluation."

JUDGED = (
    Mistake(
        "M64",
        "the risk of the farthest value stands for that of all values",
        _E + "farthest",
        "        wrong_accept_risk=joint.wrong_accept_risk,\n",
        "",
        _FARTHEST,
    ),
    Mistake(
        "M65",
        "a look takes the first weighing at zero flow instead of the last before its window",
        _E + "looks",
        "inputs.evaporation_so_far(reader, before[-1])",
        "inputs.evaporation_so_far(reader, before[0])",
        _LOOKS,
    ),
    Mistake(
        "M66",
        "a stamp between two settings of the pump's clock is as certain as any",
        _E + "own_log",
        "    u_s = math.hypot(U_STAMP_S, float(np.ptp(may_be)) / math.sqrt(3.0))\n",
        "    u_s = U_STAMP_S\n",
        _OWN_LOG,
    ),
    Mistake(
        "M67",
        "a plan that asks for the very limit has tripped its interlock",
        _E + "trips",
        "_asked(case, trip) > trip.limit",
        "_asked(case, trip) >= trip.limit",
        _BLAME,
    ),
    Mistake(
        "M68",
        "what the motor made most of is a touch of the pan",
        _E + "blame",
        "< (1.0 - _ONE_PIECE) * step_ul",
        "< _ONE_PIECE * step_ul",
        _BLAME,
    ),
    Mistake(
        "M69",
        "how long a run goes on is foretold by its plan's u, not by its own",
        "rig.metrology.planning.duration",
        "precision.duration_s(margin / k * precision.u_percent(elapsed_s) / measured.u)",
        "precision.duration_s(margin / k)",
        _DURATION,
    ),
    Mistake(
        "M70",
        "bytes that a flow sensor's cable lost are taken for samples",
        "instruments.sensirion_scc1.losses",
        "    return (count,) if rest else (samples, count)\n",
        "    return (count,) if rest else (count, samples)\n",
        _LOSSES,
    ),
    Mistake(
        "M71",
        "a walk in mg² is turned into µL² by what one milligram stands for",
        "reports.facts.weighings",
        "weighed.per_mg**2 * evaporation.wander_mg2_h",
        "weighed.per_mg * evaporation.wander_mg2_h",
        _GRAPHS,
    ),
)
"""All of them, by their keys: they go on behind those of `planted_numbers`."""
