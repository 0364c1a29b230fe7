"""Stopping a measurement when it is decided: the looks, what each may decide, and how long it will take beforehand.

The statistics are those of `rig.metrology.planning.sequential`: the risk of one decision is spread over looks that are
fixed before the run. At a look evaporation is known from the run before only; the verdict itself is settled at the
end, with both runs and with the coverage factor of the look that stopped it, so that stopping early costs no certainty.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rig.bench_file.reading import BenchFile
from rig.clock import NS_PER_S
from rig.errors import MetrologyError, PlanError
from rig.evaluation import inputs
from rig.evaluation.openings import zero_flows
from rig.metrology.planning.duration import Needed, needed_duration
from rig.metrology.planning.sequential import SequentialPlan, sequential_plan
from rig.metrology.uncertainty.decision import Verdict, decide_budget
from rig.metrology.weighing.conditions import Ambient
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow import mean_flow
from rig.metrology.weighing.precision import Precision, planned_precision
from rig.quantities import S_PER_H
from rig.record.bodies.codec import from_body
from rig.record.bodies.judging import Limit
from rig.record.bodies.start import WeighingFacts
from rig.record.reader import RecordReader

# Conditions of a laboratory, for planning; a run measures its own.
_USUAL_AMBIENT = Ambient(
    liquid_temperature_c=22.0,
    air_temperature_c=22.0,
    air_pressure_hpa=1013.25,
    relative_humidity_percent=50.0,
    u_liquid_temperature_k=0.2,
    u_air_temperature_k=0.2,
    u_air_pressure_hpa=1.0,
    u_relative_humidity_percent=3.0,
)


def plan_of_looks(
    reader: RecordReader,
    from_ns: int,
    to_ns: int,
    *,
    programmed_ul_h: float,
    looks_hours: Sequence[float],
    evaporation: EvaporationRate,
    k: float,
) -> SequentialPlan:
    """Return the looks at a window that begins at `from_ns`, each with its coverage factor; `k` is the limit's."""
    precision = precision_of(reader, from_ns, to_ns, programmed_ul_h, evaporation)
    return sequential_plan([hours * S_PER_H for hours in looks_hours], precision, k)


def precision_of(
    reader: RecordReader, from_ns: int, to_ns: int, programmed_ul_h: float, evaporation: EvaporationRate
) -> Precision:
    """Return how the uncertainty of a rate's mean error falls with time on this run's bench, its strokes included."""
    precision = planned_precision(
        programmed_ul_h,
        corrections=inputs.corrections_with(reader, from_ns, to_ns, evaporation),
    )
    return _cut_by_strokes(precision, inputs.stroke_ul(reader), programmed_ul_h)


def is_decided(
    reader: RecordReader,
    from_ns: int,
    to_ns: int,
    *,
    look: int,
    programmed_ul_h: float,
    looks_hours: Sequence[float],
    limit: Limit,
) -> bool:
    """Tell whether look number `look` (from 0) at the window so far decides the limit.

    Data that allow no number decide nothing. Raises PlanError when no zero-flow run stands before the window.
    """
    before = [one for one in zero_flows(reader, from_ns) if one.to_ns <= from_ns + 1]
    if not before:
        raise PlanError("a measurement that stops when decided needs a zero-flow run before it: see [evaporation]")
    try:
        evaporation = inputs.evaporation_so_far(reader, before[-1])
        looks = plan_of_looks(
            reader,
            from_ns,
            to_ns,
            programmed_ul_h=programmed_ul_h,
            looks_hours=looks_hours,
            evaporation=evaporation,
            k=limit.coverage_k,
        )
        readings = inputs.weighing(reader, from_ns, to_ns)
        error = mean_flow(
            readings.t_s,
            readings.mass_mg,
            programmed_ul_h=programmed_ul_h,
            corrections=inputs.corrections_with(reader, from_ns, to_ns, evaporation),
            stroke_ul=inputs.stroke_ul(reader),
            max_gap_s=readings.max_gap_s,
        ).error
        # As the claim will be settled: with the degrees of freedom of the budget.
        decision = decide_budget(error, limit.lower, limit.upper, k=looks.k[look])
    except MetrologyError:
        return False  # the claim itself will say why
    return decision.verdict is not Verdict.INCONCLUSIVE


def needed(
    bench_file: BenchFile,
    limit: Limit,
    *,
    rate_ul_h: float,
    u_evaporation_mg_h: float,
    expected_percent: float,
    probability: float,
) -> tuple[Needed, Precision]:
    """Return how long a rate must be measured on a bench's balance to decide a limit, and the precision behind it.

    Raises PlanError for a bench file without [weighing] or a limit that is not in percent, MetrologyError when no
    duration is long enough.
    """
    weighing = bench_file.weighing
    if weighing is None or limit.unit != "%":
        raise PlanError("planning a duration needs a bench file with [weighing] and a limit in percent")
    facts = from_body(WeighingFacts, weighing.model_dump())
    evaporation = EvaporationRate(0.0, u_evaporation_mg_h, u_between_mg_h=facts.evaporation_floor_mg_h)
    planned = Corrections(evaporation, _USUAL_AMBIENT, inputs.balance_of(facts), inputs.tip_of(facts))
    precision = planned_precision(rate_ul_h, corrections=planned)
    precision = _cut_by_strokes(precision, bench_file.dut.stroke_ul, rate_ul_h)
    found = needed_duration(
        precision,
        limit.lower,
        limit.upper,
        expected_percent=expected_percent,
        probability=probability,
        k=limit.coverage_k,
    )
    return found, precision


def _cut_by_strokes(precision: Precision, stroke_ul: float, programmed_ul_h: float) -> Precision:
    """Return a precision whose end readings also carry the phase of a stroke, rectangular."""
    phase_percent_h = 100.0 * stroke_ul / math.sqrt(12.0) / programmed_ul_h
    return replace(precision, reading_percent_h=math.hypot(precision.reading_percent_h, phase_percent_h))


def check_looks(looks_hours: Sequence[float]) -> list[float]:
    """Return the looks as the recipe stores them; raise PlanError unless there are some, positive and increasing."""
    looks = [float(hours) for hours in looks_hours]
    if not looks or looks[0] <= 0 or looks != sorted(set(looks)) or not all(map(math.isfinite, looks)):
        raise PlanError(f"looks after {looks} h: positive, increasing hours are needed")
    return looks


def look_ns(from_ns: int, hours: float) -> int:
    """Return when a look is due."""
    return from_ns + round(hours * S_PER_H * NS_PER_S)


def details(looks: SequentialPlan, look: int) -> dict[str, Any]:
    """Return what a result says about the look that stopped it."""
    return {"look": look + 1, "of_looks": len(looks.looks_s), "coverage_k": looks.k[look], "risk": looks.risk}
