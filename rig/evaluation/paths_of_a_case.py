"""Balance, motor and flow sensor as paths of one delivery on one clock, and what fits where they disagree, in words."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import MetrologyError
from rig.evaluation.absences import away_in
from rig.evaluation.case import Case
from rig.evaluation.columns import read_column
from rig.evaluation.delivered import streams_of
from rig.evaluation.evidence import flow_sensor, motor
from rig.evaluation.inputs import widening
from rig.metrology.paths.diagnosis import Cause, Finding, alike_of, diagnose
from rig.metrology.paths.two_paths import Comparison, Path, PathKind, compare, volume_from_flow

# Enough for the four hundred intervals of a comparison.
_MOST_POINTS = 2000
_SQRT_3 = math.sqrt(3.0)
# An open door makes so many times the loss of a closed one (docs/coverage.md): more is no evaporation.
_OPEN_DOOR = 10.0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The paths of one delivery that were compared, and what fits their disagreement, best first; () for none."""

    paths: tuple[PathKind, ...]
    findings: tuple[Finding, ...]

    @property
    def said(self) -> tuple[str, ...]:
        """Return it in words."""
        if not self.findings:
            return (f"{', '.join(self.paths)} agree",)
        alike = alike_of(self.findings)
        *others, last = self.fits_best
        named = f"{', '.join(others)} or {last} alike" if others else last
        rest = (f"fits {one.cause}: {one.evidence}" for one in self.findings if one not in alike)
        return (f"fits {named}: {alike[0].evidence}", *rest)

    @property
    def fits_best(self) -> tuple[Cause, ...]:
        """Return the causes that nothing fits better than, the likeliest first; () where all agree."""
        return tuple(dict.fromkeys(one.cause for one in alike_of(self.findings)))


def diagnosis_of(case: Case) -> Diagnosis | None:
    """Return whether the paths of a delivery agree, and what fits where they do not; None for one path alone."""
    comparison = _compared(case)
    if comparison is None:
        return None
    kinds = tuple(path.kind for path in comparison.paths)
    if comparison.consistent:
        return Diagnosis(kinds, ())
    found = diagnose(
        comparison, stroke_ul=case.start.dut.stroke_ul, plausible_evaporation_ul_h=_plausible_evaporation_ul_h(case)
    )
    return Diagnosis(kinds, found)


def _plausible_evaporation_ul_h(case: Case) -> float:
    """Return the most that may evaporate besides what is taken off, µL/h; infinite where nothing was weighed.

    Where zero flow was weighed before and after, no more than these weighings leave open.
    """
    weighed = case.weighed
    if weighed is None:
        return math.inf
    loss = weighed.corrections.evaporation
    u_mg_h = math.hypot(loss.u_mg_h, loss.u_between_mg_h)
    if len(case.zero_flows) > 1:
        return weighed.corrections.per_mg * widening(loss.dof) * u_mg_h
    return weighed.corrections.per_mg * _OPEN_DOOR * (loss.rate_mg_h + 2.0 * u_mg_h)


def odd_path(case: Case) -> PathKind | None:
    """Return the path that disagrees with two others that agree; None when there is none, or no three were read."""
    comparison = _compared(case)
    return None if comparison is None else comparison.odd_one_out


def _compared(case: Case) -> Comparison | None:
    """Return the paths of a delivery beside each other; None for one path alone."""
    try:
        paths = paths_of(case)
        return compare(paths) if len(paths) > 1 else None
    except MetrologyError:
        return None  # readings that are no series: the rows say why


def findings_of(case: Case) -> tuple[str, ...]:
    """Return in words whether the paths of a delivery agree, and what fits where they do not; () for one path alone."""
    found = diagnosis_of(case)
    return () if found is None else found.said


def paths_of(case: Case) -> list[Path]:
    """Return what balance, motor and flow sensor each measured of a delivery; those that did not are missing.

    Raises SeriesError for readings that are no series.
    """
    return [one for one in (_balance(case), _motor(case), _flow(case)) if one is not None]


def times_ns(case: Case) -> NDArray[np.int64]:
    """Return when the balance was read between the first order and the last stop, UTC ns (n,), thinned."""
    weighed = case.weighed
    begin_ns, end_ns = case.delivers_ns
    if weighed is None:
        return np.empty(0, np.int64)
    over_ns = min(end_ns + case.settle_ns, case.to_ns)
    t_ns = weighed.t_ns[(weighed.t_ns >= begin_ns) & (weighed.t_ns <= over_ns)]
    every = max(1, len(t_ns) // _MOST_POINTS)
    return np.asarray(t_ns[::every], np.int64)


def seconds(case: Case, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return moments (UTC ns) in seconds since the first order."""
    return np.asarray((t_ns - case.delivers_ns[0]) / NS_PER_S, np.float64)


def _balance(case: Case) -> Path | None:
    weighed, t_ns = case.weighed, times_ns(case)
    if weighed is None or len(t_ns) < 2:
        return None
    c = weighed.corrections
    volume = weighed.at(t_ns)
    reading_ul = float(weighed.u_ul(0.0, 0.0)) / math.sqrt(2.0)
    scale = float(weighed.u_ul(0.0, 1e6)) / 1e6
    loss_ul_h = c.per_mg * math.hypot(c.evaporation.u_mg_h, c.evaporation.u_between_mg_h)
    return Path(
        kind="balance",
        t_s=seconds(case, t_ns),
        volume_ul=volume - volume[0],
        u_reading_ul=reading_ul,
        relative_u=scale,
        u_rate_ul_h=loss_ul_h,
    )


def _motor(case: Case) -> Path | None:
    """Return the motor's edges as volume: between two counts of them they go as the programme does."""
    dut, t_ns = case.start.dut, times_ns(case)
    counts = motor.edges_of(case)
    if len(counts) < 2 or not (dut.motor_edges_per_stroke and dut.stroke_ul) or len(t_ns) < 2:
        return None
    at_ns = np.asarray([one.at_ns for one in counts], np.int64)
    inside = t_ns[(t_ns >= at_ns[0]) & (t_ns <= at_ns[-1])]
    if len(inside) < 2:
        return None
    moved = np.asarray([one.edges for one in counts]) / dut.motor_edges_per_stroke * dut.stroke_ul
    volume = between_counts(case, at_ns, moved, inside)
    return Path(
        kind="motor counts",
        t_s=seconds(case, inside),
        volume_ul=volume - volume[0],
        u_reading_ul=dut.stroke_ul / math.sqrt(6.0),
        relative_u=case.limits.agreement.books_percent / 100.0 / _SQRT_3,
        u_rate_ul_h=0.0,
    )


def between_counts(
    case: Case, at_ns: NDArray[np.int64], counted_ul: NDArray[np.float64], inside_ns: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return what was counted by each of `inside_ns` (n,), µL, from counts (m,) at `at_ns`: as the programme goes."""
    asked = case.programme.volume_ul(at_ns)
    before = np.clip(np.searchsorted(at_ns, inside_ns, side="right") - 1, 0, len(at_ns) - 2)
    of_span = asked[before + 1] - asked[before]
    even = (inside_ns - at_ns[before]) / np.maximum(at_ns[before + 1] - at_ns[before], 1)
    share = np.where(
        of_span > 0.0,
        (case.programme.volume_ul(inside_ns) - asked[before]) / np.where(of_span > 0.0, of_span, 1.0),
        even,
    )
    return np.asarray(counted_ul[before] + share * (counted_ul[before + 1] - counted_ul[before]), np.float64)


def _flow(case: Case) -> Path | None:
    streams, t_ns = streams_of(case.reader, "flow"), times_ns(case)
    if not streams or len(t_ns) < 2:
        return None
    flow_ul_h, series = read_column(case.reader, streams[0], "flow", int(t_ns[0]), int(t_ns[-1]) + 1)
    if len(flow_ul_h) < 2 or series.lost or away_in(case.reader, int(t_ns[0]), int(t_ns[-1]), streams[0]):
        return None
    inside = t_ns[(t_ns >= series.t_ns[0]) & (t_ns <= series.t_ns[-1])]
    if len(inside) < 2:
        return None
    own_s = seconds(case, series.t_ns)
    volume = np.interp(seconds(case, inside), own_s, volume_from_flow(own_s, flow_ul_h))
    stated = case.start.instruments[streams[0]].accuracy or flow_sensor.USUAL
    return Path(
        kind="flow sensor",
        t_s=seconds(case, inside),
        volume_ul=volume - volume[0],
        u_reading_ul=case.start.dut.stroke_ul,
        relative_u=stated.percent / 100.0 / _SQRT_3,
        u_rate_ul_h=stated.absolute / _SQRT_3,
    )
