"""What evaluations read from a record: the balance's series, its corrections, evaporation before and after.

Nothing here computes a result; it collects the inputs of metrology and the reasons why they would not be valid.
"""

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import MisfitError, RecordCorruptError, SeriesError
from rig.evaluation.absences import said_of
from rig.evaluation.air import ambient_of, content_mg, in_mean_air
from rig.evaluation.commanded import steady_since
from rig.evaluation.delivered import streams_of
from rig.evaluation.openings import zero_flows
from rig.evaluation.paces import pace_s
from rig.metrology.weighing.conditions import BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate, combine_evaporation, evaporation_rate
from rig.metrology.weighing.flow import Surroundings
from rig.quantities import S_PER_H
from rig.record.bodies.events import ZeroFlow
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.start import WeighingFacts
from rig.record.reader import RecordReader
from rig.record.series import Series

# A gap longer than so many sampling intervals means that readings are missing.
GAP_INTERVALS = 3.0
# A stretch of steady flow beside a window says something about it from so many hours on.
_STRETCH_H = 2.0
# A balance may creep upwards by twice the standard uncertainty that the bench states for its loss.
GAIN_FLOORS = 2.0
# How often a comparison that nobody asked for may cry wolf.
FALSE_ALARM = 0.001


@dataclass(frozen=True, slots=True)
class Weighing:
    """The balance's readings in a window, `t_s` float64 (n,) seconds from its begin, `mass_mg` float64 (n,)."""

    t_s: NDArray[np.float64]
    mass_mg: NDArray[np.float64]
    max_gap_s: float
    invalid: tuple[str, ...]


def weighing(reader: RecordReader, from_ns: int, to_ns: int, *, through_tares: bool = False) -> Weighing:
    """Return the balance's readings in [from_ns, to_ns), each corrected to the window's mean air.

    `through_tares` takes out what tares, zero settings and fresh vessels shifted: one course from end to end, as good
    as the flow between two readings is steady. Raises SeriesError when the run has no balance, or one that recorded no
    mass.
    """
    name = balance_stream(reader)
    series = reader.series(name, from_ns, to_ns, ["mass"])
    invalid = [f"{series.lost} balance readings were lost"] if series.lost else []
    invalid += said_of(reader, from_ns, to_ns, name)
    every_s = pace_s(reader, name, from_ns, to_ns) or 0.0
    mass_mg = in_mean_air(reader, name, series, from_ns, to_ns)
    return Weighing(
        t_s=_seconds(series, from_ns),
        mass_mg=content_mg(reader, name, series.t_ns, mass_mg) if through_tares else mass_mg,
        max_gap_s=GAP_INTERVALS * every_s,
        invalid=tuple(invalid),
    )


def corrections(reader: RecordReader, recipe: Recipe) -> Corrections:
    """Return the corrections for a recipe's window; raises SeriesError as the functions below do."""
    return corrections_with(reader, recipe.from_ns, recipe.to_ns, evaporation_around(reader, recipe))


def corrections_with(reader: RecordReader, from_ns: int, to_ns: int, evaporation: EvaporationRate) -> Corrections:
    """Return the corrections for a span with an evaporation that is known (or supposed) from elsewhere."""
    facts = weighing_facts(reader)
    return Corrections(evaporation, ambient_of(reader, facts, from_ns, to_ns), balance_of(facts), tip_of(facts))


def balance_of(facts: WeighingFacts) -> BalanceSpecification:
    """Return what the bench file says the balance is worth."""
    return BalanceSpecification(
        readability_mg=facts.readability_mg,
        repeatability_mg=facts.repeatability_mg,
        linearity_mg=facts.linearity_mg,
        calibration_relative_u=facts.calibration_u_percent / 100.0,
    )


def tip_of(facts: WeighingFacts) -> TipInVessel:
    """Return how the liquid gets into the vessel on this bench."""
    return TipInVessel(
        needle_mm=facts.needle_diameter_mm,
        vessel_mm=facts.vessel_diameter_mm,
        u_diameter_mm=facts.u_needle_mm,
        u_vessel_mm=facts.u_vessel_mm,
        capillary_mg=facts.capillary_mg,
        liquid_ul=facts.liquid_in_line_ul,
        u_warming_k_h=facts.u_warming_k_h,
        clock_relative_u=facts.clock_ppm * 1e-6,
        u_stamp_s=facts.u_stamp_s,
    )


def weighings_around(reader: RecordReader, recipe: Recipe) -> tuple[ZeroFlow, ZeroFlow]:
    """Return the zero-flow runs next before and next after a recipe's window.

    Raises SeriesError when one of the two is missing.
    """
    known = zero_flows(reader, recipe.from_ns)
    before = [one for one in known if one.to_ns <= recipe.from_ns + 1]
    after = [one for one in known if one.from_ns >= recipe.to_ns - 1]
    if not before or not after:
        missing = " and ".join(word for word, runs in (("before", before), ("after", after)) if not runs)
        raise MisfitError(f"evaporation was not determined {missing} this window: no zero-flow run there")
    return before[-1], after[0]


def evaporation_around(reader: RecordReader, recipe: Recipe) -> EvaporationRate:
    """Return the evaporation from the zero-flow runs around a recipe's window, with what may lie between them.

    Raises SeriesError when one of the two is missing.
    """
    before, after = weighings_around(reader, recipe)
    return evaporation_between(reader, before, after)


def evaporation_between(reader: RecordReader, before: ZeroFlow, after: ZeroFlow) -> EvaporationRate:
    """Return the mean evaporation of two zero-flow runs, with what may lie between them.

    What the vessel gained at zero flow is no evaporation, and what it was went on or did not while the pump ran: all of
    it is uncertain.
    """
    facts = weighing_facts(reader)
    rates = [zero_flow_rate(reader, one) for one in (before, after)]
    mean = combine_evaporation(
        *rates,
        floor_mg_h=facts.evaporation_floor_mg_h,
        floor_relative=facts.evaporation_floor_percent / 100.0,
    )
    gained_mg_h = max(gain_mg_h(rate, facts) for rate in rates)
    if gained_mg_h <= 0.0:
        return mean
    return replace(mean, u_between_mg_h=math.hypot(mean.u_between_mg_h, max(-rate.rate_mg_h for rate in rates)))


def evaporation_so_far(reader: RecordReader, before: ZeroFlow) -> EvaporationRate:
    """Return the evaporation as the weighing before tells it, while the one behind is yet to come."""
    facts, rate = weighing_facts(reader), zero_flow_rate(reader, before)
    floor_mg_h = math.hypot(facts.evaporation_floor_mg_h, facts.evaporation_floor_percent / 100.0 * rate.rate_mg_h)
    return replace(rate, u_between_mg_h=floor_mg_h)


def gain_mg_h(rate: EvaporationRate, facts: WeighingFacts) -> float:
    """Return by how much a vessel gained at zero flow beyond its uncertainty and the bench's floor; ≤ 0 for no gain.

    Water does not condense into a beaker: what comes is delivered. The uncertainty is Student's, with one false alarm
    in a thousand weighings.
    """
    allowed_mg_h = GAIN_FLOORS * facts.evaporation_floor_mg_h + widening(rate.dof) * rate.u_mg_h
    return -rate.rate_mg_h - allowed_mg_h


def widening(dof: float) -> float:
    """Return the coverage factor, by Student's t, of a comparison that may be wrong once in a thousand times."""
    from scipy.special import stdtrit  # takes long to import: only what settles waits for it

    return float(-stdtrit(min(dof, 1e9), FALSE_ALARM / 2.0))


def surroundings(reader: RecordReader, recipe: Recipe) -> Surroundings:
    """Return what was weighed around a window of steady flow: that flow before it, and how far the weighings are off.

    Raises SeriesError as `weighings_around` does.
    """
    before, after = weighings_around(reader, recipe)
    settling_ns = settle_ns(reader)
    since_ns = steady_since(reader, recipe.from_ns)
    stretches = []
    if since_ns is not None and recipe.from_ns - (since_ns + settling_ns) > _STRETCH_H * S_PER_H * NS_PER_S:
        readings = weighing(reader, since_ns + settling_ns, recipe.from_ns, through_tares=True)
        if not readings.invalid and len(readings.t_s) > 8:
            offset_s = (recipe.from_ns - since_ns - settling_ns) / NS_PER_S
            stretches.append((readings.t_s - offset_s, readings.mass_mg))
    return Surroundings(
        tuple(stretches),
        lead_h=max(0.0, (recipe.from_ns - before.to_ns) / NS_PER_S / S_PER_H),
        lag_h=max(0.0, (after.from_ns - recipe.to_ns) / NS_PER_S / S_PER_H),
    )


def stroke_ul(reader: RecordReader) -> float:
    """Return the declared volume of one stroke of the pump under test, 0 where none is declared."""
    return reader.start().dut.stroke_ul


def _due(instrument: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RecordCorruptError(f"entry 1: {instrument} has a calibration that is due on {text!r}", 1) from error


def standing_invalid(reader: RecordReader, to_ns: int) -> tuple[str, ...]:
    """Return what makes a result of a window that ends at `to_ns` invalid whatever was measured: calibrations.

    Those that were overdue at the run's start, and on a physical bench those that fell due since.
    """
    start = reader.start()
    if start.kind != "physical":
        return start.overdue
    on = datetime.fromtimestamp(to_ns // NS_PER_S, UTC).date()
    fell_due = [
        f"{name}: calibration {one.calibration.id} fell due on {one.calibration.due}, before this window ended"
        for name, one in start.instruments.items()
        if one.calibration is not None and one.calibration.due and _due(name, one.calibration.due) < on
    ]
    return (*start.overdue, *(line for line in fell_due if not _named(line, start.overdue)))


def _named(line: str, lines: tuple[str, ...]) -> bool:
    """Tell whether an instrument is named in one of the lines already."""
    return any(one.partition(":")[0] == line.partition(":")[0] for one in lines)


def zero_flow_rate(reader: RecordReader, weighed: ZeroFlow) -> EvaporationRate:
    """Evaluate a zero-flow run, leaving out its beginning, while the line still runs empty."""

    def evaluated() -> EvaporationRate:
        readings = weighing(reader, weighed.from_ns + settle_ns(reader), weighed.to_ns)
        if readings.invalid:
            raise SeriesError(f"a weighing at zero flow is no good: {'; '.join(readings.invalid)}")
        return evaporation_rate(readings.t_s, readings.mass_mg, max_gap_s=readings.max_gap_s)

    # Every result of a plan, and its witnesses, ask for the same two.
    return reader.once(("zero flow", weighed.from_ns, weighed.to_ns), evaluated)


def weighing_facts(reader: RecordReader) -> WeighingFacts:
    """Return what the bench file's [weighing] says; raise SeriesError when it has none."""
    section = reader.start().weighing
    if section is None:
        raise MisfitError("the bench file has no [weighing] table: what the balance is worth is not known")
    return section


def balance_stream(reader: RecordReader) -> str:
    """Return the stream of the balance that verdicts rest on; raise SeriesError when the run recorded none."""
    streams = streams_of(reader, "balance")
    if not streams:
        raise MisfitError("the run recorded no balance")
    return streams[0]


def settle_ns(reader: RecordReader) -> int:
    """Return how long the line runs on behind a change of what is asked for, as the limits say, in ns."""
    return round(reader.start().limits.evaporation.settle_minutes * 60 * NS_PER_S)


def _seconds(series: Series, from_ns: int) -> NDArray[np.float64]:
    return np.asarray((series.t_ns - from_ns) / NS_PER_S, np.float64)
