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
        "    u_s = math.hypot(U_STAMP_S, float(may_be.max() - may_be.min()) / math.sqrt(3.0))\n",
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
    Mistake(
        "M72",
        "a liquid is as dense as at the beaker's temperature, where its volumes are stated at another",
        _E + "air",
        "    return at_c, liquid.relative_density_at(at_c), ",
        "    return at_c, liquid.relative_density_at(beaker_c), ",
        ("tests/evaluation/test_air_by_hand.py",),
    ),
    Mistake(
        "M73",
        "repeats lose one degree of freedom in all, not one for the mean of each kind",
        _E + "gage_of_runs",
        "    dof = sum(len(one) - 1 for one in repeated)\n",
        "    dof = sum(len(one) for one in repeated) - 1\n",
        ("tests/evaluation/test_gage_of_runs.py",),
    ),
    Mistake(
        "M74",
        "the balance is straight where all paths are put together",
        _E + "together",
        "math.hypot(path.relative_u, bent)",
        "path.relative_u",
        ("tests/evaluation/test_three_truths.py",),
    ),
    Mistake(
        "M75",
        "a refill date of the pump's clock is counted from the rig's moment",
        _E + "claims.refill_date",
        "(_number(said.extra, REFILL_BY) - _number(said.extra, CLOCK)) / NS_PER_H",
        "(_number(said.extra, REFILL_BY) - at_ns) / NS_PER_H",
        ("tests/evaluation/test_refill_date.py",),
    ),
    Mistake(
        "M76",
        "a bolus that lags is never the farthest from its line",
        _E + "claims.square_bolus",
        "key=lambda place: abs(budgets[place].value)",
        "key=lambda place: budgets[place].value",
        ("tests/evaluation/test_square_bolus.py",),
    ),
    Mistake(
        "M77",
        "what was counted before a span, since the reading before, is in the least of it",
        _E + "dose_bounds",
        "count[last] - count[first]) if last > first else 0.0",
        "count[last] - count[max(0, first - 1)]) if last > first else 0.0",
        ("tests/evaluation/test_dose_bounds.py",),
    ),
    Mistake(
        "M78",
        "a setting of the pump's clock explains a leap at any hour",
        _E + "evidence.clock",
        "if not any(t_ns[i] - _ANSWER_NS <= one <= t_ns[i + 1] + _ANSWER_NS for one in told_ns)",
        "if not told_ns",
        ("tests/evaluation/test_witness_of_the_clock.py",),
    ),
    Mistake(
        "M79",
        "readings that lay unread for long are taken for those of now",
        "instruments.mettler_mt_sics.streamed",
        """unread, and the rest of the line that was under way.\"\"\"
        self._stream.discard_input()
""",
        """unread, and the rest of the line that was under way.\"\"\"
""",
        ("tests/instruments/mettler_mt_sics/test_streamed.py",),
    ),
    Mistake(
        "M80",
        "a line of the log is dated by comparisons of clocks from before the log was read last",
        _E + "own_log",
        "first = max(0, int(np.searchsorted(t_ns, before_ns)) - 1)",
        "first = 0",
        ("tests/evaluation/test_own_log.py",),
    ),
    Mistake(
        "M81",
        "whatever instrument was away, the balance is said to have given no readings",
        _E + "blame",
        'if away & set(streams_of(case.reader, "balance")):',
        "if away:",
        ("tests/sorting/test_blame.py",),
    ),
    Mistake(
        "M82",
        "what a log may have takes the line of what it must have",
        _E + "claims.log_tells_all",
        "for one in sorted(expected, key=lambda one: not one.demanded):",
        "for one in sorted(expected, key=lambda one: one.earliest_ns):",
        ("tests/evaluation/test_a_log_that_tells_all.py",),
    ),
    Mistake(
        "M83",
        "a pump's clock may stay behind where it was set to",
        _E + "evidence.clock",
        "if abs(is_s - set_s) > _ANSWER_NS",
        "if is_s - set_s > _ANSWER_NS",
        ("tests/evaluation/test_witness_of_the_clock.py",),
    ),
    Mistake(
        "M84",
        "a flow sensor's zero is taken for a flow at rest",
        _E + "blame",
        "float(flow_ul_h.mean()) > accuracy_of(case.start, streams[0]).absolute",
        "float(flow_ul_h.mean()) > 0.0",
        ("tests/sorting/test_blame.py",),
    ),
    Mistake(
        "M85",
        "what is left of a lockout counts from a request that was refused",
        _E + "evidence.told_left",
        "since_ns = at_ns - granted[-1].at_ns",
        "since_ns = at_ns - max(one.at_ns for one in requests_of(case) if one.at_ns <= at_ns)",
        ("tests/evaluation/test_what_is_left.py",),
    ),
    Mistake(
        "M86",
        "what is left of a bridge has the time of a prime in it",
        _E + "evidence.told_left",
        "[(begin, end, rate_ul_h), *primed]",
        "[(begin, end, rate_ul_h)]",
        ("tests/evaluation/test_what_is_left.py",),
    ),
    Mistake(
        "M87",
        "a bolus that the pump missed is taken for a touch of the pan",
        _E + "blame",
        "if volume_ul[largest + 1] < volume_ul[largest]:",
        "if away_ul[largest + 1] < away_ul[largest]:",
        ("tests/sorting/test_blame.py",),
    ),
)
"""All of them, by their keys: they go on behind those of `planted_numbers`."""
