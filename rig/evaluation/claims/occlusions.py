"""An occlusion: the pressure at its release, the line's compliance, and the bolus that the release sets free."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import MisfitError, SeriesError
from rig.evaluation import inputs
from rig.evaluation.absences import said_of
from rig.evaluation.challenged import occlusions_in
from rig.evaluation.columns import read_column
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.delivered import streams_of
from rig.evaluation.outcome import Evaluation
from rig.evaluation.weighed_window import weighed_window
from rig.metrology.dosing.occlusion import Occlusion, occlusion, released_bolus
from rig.metrology.uncertainty.budget import Component, combine
from rig.metrology.weighing.flow import mean_flow
from rig.quantities import S_PER_H, Measured
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_CHANNEL = "line_pressure"
_SETTLING_MINUTES = 10.0
_RECTANGULAR = math.sqrt(3.0)
# A reading so many standard uncertainties of a moment beside it, or at the same moment, may be from before or after it.
_NEAR_K, _SAME_NS = 3.0, NS_PER_S // 1000
# Any rate will do: the pressure does not depend on it, and the mean flow comes as an error in percent of it.
_UNIT = Measured(1.0, 0.0, "µL/h")


@dataclass(frozen=True, slots=True)
class Closed:
    """When the line was closed and when it was opened again: UTC ns, and the standard uncertainty of each in s."""

    from_ns: int
    to_ns: int
    u_from_s: float
    u_to_s: float

    def clearly_after(self, t_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which of `t_ns` (n,) lie behind the closing, not too near to it or to the opening."""
        from_ns, to_ns = (round(_NEAR_K * u_s * NS_PER_S) + _SAME_NS for u_s in (self.u_from_s, self.u_to_s))
        return np.asarray((t_ns > self.from_ns + from_ns) & (np.abs(t_ns - self.to_ns) > to_ns), np.bool_)


@dataclass(frozen=True, slots=True)
class LinePressure:
    """Readings of the line's pressure: seconds (n,) since the window's begin, kPa (n,)."""

    t_s: NDArray[np.float64]
    kpa: NDArray[np.float64]
    invalid: tuple[str, ...]


def occlusion_pressure(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the line's pressure (kPa) at the last reading before its release.

    Raises SeriesError unless one occlusion begins and ends in the window and the DAQ recorded the line's pressure;
    MetrologyError as `occlusion` does.
    """
    pressure, found = _occlusion(recipe, reader, _UNIT)
    sensor_kpa = sensor_within_kpa(recipe)
    at = found.pressure_at_alarm
    budget = combine(
        at.value,
        "kPa",
        [
            Component("readings at the release", "A", at.value, at.u, "kPa", 1.0),
            Component("line pressure sensor", "B", 0.0, sensor_kpa / _RECTANGULAR, "kPa", 1.0, shape="rectangular"),
        ],
    )
    return Evaluation(budget, _invalid(recipe, reader, pressure), _details(found))


def compliance(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the line's compliance (µL/kPa): the flow weighed before it was closed, over its rise of pressure.

    Raises as `occlusion_pressure` does, and SeriesError as the mean flow.
    """
    closed = _closed(recipe, reader)
    before = replace(recipe, to_ns=closed.from_ns)
    readings = inputs.weighing(reader, before.from_ns, before.to_ns)
    flow = mean_flow(
        readings.t_s,
        readings.mass_mg,
        programmed_ul_h=_UNIT.value,
        corrections=inputs.corrections(reader, before),
        stroke_ul=inputs.stroke_ul(reader),
        around=inputs.surroundings(reader, before),
        max_gap_s=readings.max_gap_s,
    )
    pressure, found = _occlusion(recipe, reader, flow.flow.measured())
    # Both ends of the rise are as far off as the sensor may be, independently of each other.
    sensor_kpa = math.sqrt(2.0) * sensor_within_kpa(recipe) / _RECTANGULAR
    per_kpa = -found.compliance.value / found.pressure_rise.value
    sensor = Component("line pressure sensor", "B", 0.0, sensor_kpa, "kPa", per_kpa, shape="triangular")
    budget = found.compliance.scaled(1.0, 0.0, "µL/kPa", [sensor])
    details = _details(found) | {"flow_ul_h": flow.flow.value}
    return Evaluation(budget, (*_invalid(recipe, reader, pressure), *readings.invalid), details)


def released(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the volume (µL) that came at once when the line was opened, by the balance.

    It is the step from the level while closed to the line of the delivery behind the opening. Raises SeriesError
    unless one occlusion begins and ends in the window, and MetrologyError as `released_bolus` does.
    """
    closed = _closed(recipe, reader)
    window = weighed_window(recipe, reader)
    since = closed.clearly_after(window.t_ns)
    settling_s = float(recipe.parameters.get("settling_minutes") or _SETTLING_MINUTES) * 60.0
    opened_s = window.seconds(closed.to_ns)
    budget = released_bolus(
        window.t_s[since],
        window.volume_ul[since],
        opened_s=opened_s,
        settled_s=opened_s + settling_s,
        u_level_ul=window.level_ul,
        u_relative=window.u_relative,
        max_gap_s=window.readings.max_gap_s,
    )
    # What flows behind the opening is taken for having begun at it.
    rate_ul_h = window.programme.rate_ul_h(closed.to_ns)
    opening = Component("time of the opening", "B", 0.0, closed.u_to_s, "s", rate_ul_h / S_PER_H)
    details = {"closed_s": (closed.to_ns - closed.from_ns) / NS_PER_S}
    return Evaluation(budget.scaled(1.0, 0.0, "µL", [opening]), window.invalid, details)


def _closed(recipe: Recipe, reader: RecordReader) -> Closed:
    """Return the one occlusion of a window; raise SeriesError unless there is one that ends in it."""
    found = occlusions_in(reader, recipe.from_ns, recipe.to_ns)
    if len(found) != 1:
        raise MisfitError(
            f"{len(found)} occlusions begin in this window: let it hold one, from before "
            "`with bench.challenge.occlusion():` to behind its end"
        )
    begins, ends = found[0]
    if ends is None:
        raise MisfitError("the occlusion does not end in this window: let the window go on behind its release")
    return Closed(begins.at_ns, ends.at_ns, begins.u_s, ends.u_s)


def _occlusion(recipe: Recipe, reader: RecordReader, flow: Measured) -> tuple[LinePressure, Occlusion]:
    closed = _closed(recipe, reader)
    pressure = line_pressure(recipe, reader, closed.to_ns)
    released_s = _last_before(pressure.t_s, (closed.to_ns - recipe.from_ns) / NS_PER_S)
    found = occlusion(
        pressure.t_s,
        pressure.kpa,
        closed_s=(closed.from_ns - recipe.from_ns) / NS_PER_S,
        alarm_s=released_s,
        flow=flow,
        u_closed_s=closed.u_from_s,
        u_alarm_s=closed.u_to_s,
    )
    return pressure, found


def _last_before(t_s: NDArray[np.float64], opened_s: float) -> float:
    """Return the last of the readings at `t_s` (n,); raise SeriesError when it is not one next to the opening."""
    if len(t_s) < 2:
        raise SeriesError(f"{len(t_s)} readings of the line's pressure before the release of the occlusion")
    allowed_s = inputs.GAP_INTERVALS * float(np.median(np.diff(t_s)))
    if opened_s - t_s[-1] > allowed_s:
        raise SeriesError(
            f"the line's pressure was last read {opened_s - t_s[-1]:.4g} s before its release, {allowed_s:.4g} s are "
            "allowed: the DAQ stood still, or the pressure was beyond its range"
        )
    return float(t_s[-1])


def line_pressure(recipe: Recipe, reader: RecordReader, to_ns: int) -> LinePressure:
    """Return the readings from the window's begin to a moment (UTC ns); raise SeriesError when nobody took any."""
    for stream in streams_of(reader, "daq"):
        if _CHANNEL in {channel.name for channel in reader.channels(stream)}:
            kpa, series = read_column(reader, stream, _CHANNEL, recipe.from_ns, to_ns)
            t_s = np.asarray((series.t_ns - recipe.from_ns) / NS_PER_S, np.float64)
            lost = (f"{series.lost} readings of the line's pressure were lost",) if series.lost else ()
            return LinePressure(t_s, kpa, (*lost, *said_of(reader, recipe.from_ns, to_ns, stream)))
    raise MisfitError(f"the run recorded no {_CHANNEL}: give the DAQ a channel of that name in the bench file")


def sensor_within_kpa(recipe: Recipe) -> float:
    """Return how far off the plan says that the sensor of the line's pressure may be, ± kPa."""
    return float(recipe.parameters["accuracy_kpa"])


def _invalid(recipe: Recipe, reader: RecordReader, pressure: LinePressure) -> tuple[str, ...]:
    return (*inputs.standing_invalid(reader, recipe.to_ns), *pressure.invalid)


def _details(found: Occlusion) -> dict[str, float]:
    return {
        "closed_s": found.time_to_alarm.value,
        "pressure_before_kpa": found.pressure_before.value,
        "pressure_rise_kpa": found.pressure_rise.value,
    }


ACCURACY = {"accuracy_kpa": "how far off the sensor of the line's pressure may be, ± kPa"}

KINDS = (
    ClaimKind(
        name="occlusion pressure",
        unit="kPa",
        question="the line's pressure when an occlusion is released, in kPa",
        compute=occlusion_pressure,
        parameters=ACCURACY,
        graph=GraphKind.PRESSURE,
        panel=ResultPanel("Pressure at the release of an occlusion", 1),
    ),
    ClaimKind(
        name="compliance",
        unit="µL/kPa",
        question="the line's compliance, from the flow before an occlusion and the rise of pressure in it, in µL/kPa",
        compute=compliance,
        parameters=ACCURACY,
        graph=GraphKind.PRESSURE,
        panel=ResultPanel("Compliance of the line", 3),
    ),
    ClaimKind(
        name="released bolus",
        unit="µL",
        question="the volume that the release of an occlusion sets free, in µL",
        compute=released,
        parameters={"settling_minutes": "from when on behind the release the flow counts as steady; 10 where left out"},
        graph=GraphKind.RELEASE,
        panel=ResultPanel("Bolus released by an occlusion", 1),
    ),
)
