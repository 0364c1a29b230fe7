"""Boluses of a window: each weighed between the plateaus around it, or above a basal infusion that goes on."""

import math

import numpy as np

from rig.clock import NS_PER_S
from rig.errors import PlanError, SeriesError
from rig.evaluation import inputs
from rig.evaluation.commanded import rate_in, with_dose
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.metrology.dosing.bolus import BolusSeries, evaluate_series
from rig.metrology.dosing.bolus_levels import BolusSteps, bolus_steps
from rig.metrology.dosing.noise_lines import NoiseLine, u_each
from rig.metrology.dosing.plateaus import linearity_of_plateaus, linearity_of_steps, noise_of_doses
from rig.metrology.dosing.reading_noise import ReadingNoise, Strokes
from rig.metrology.readings.checked import FloatArray
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.metrology.weighing.flow import volume_delivered
from rig.metrology.weighing.flow_budget import NOISE, Gain, volume_budget
from rig.quantities import S_PER_H, Measured
from rig.record.bodies.codec import Json
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# Lines of a weighed volume that its levels bring into it, and that neighbouring doses share: no part of the common one.
_OF_LEVELS = NOISE | {"linearity"}
_CHANGE = "change of evaporation in between"
# Lines of a weighed volume that a steady rate found beside the doses takes out of them.
_STEADY = frozenset({"evaporation", _CHANGE, "thermal expansion in pump and line"})
# Two readings are never nearer than this on average; it keeps a division finite.
_LEAST_INTERVAL_S = 1e-3


class Boluses:
    """The doses that a plan marked in a window: volumes, the noise they have in common, and what shifts all of them.

    Volumes in µL. Raises MetrologyError when the data allow no volumes.
    """

    def __init__(self, recipe: Recipe, reader: RecordReader) -> None:
        self._recipe = recipe
        self._reader = reader
        self._corrections = inputs.corrections(reader, recipe)
        self._plateau_s: float = recipe.parameters["plateau_minutes"] * 60.0
        self._doses: list[tuple[int, int]] = [(begin, end) for begin, end in recipe.parameters["doses"]]
        invalid = list(inputs.standing_invalid(reader, recipe.to_ns))
        self.steps = self._above_basal(invalid) if recipe.parameters["on_basal"] else None
        if self.steps is None:
            self.volume_ul = [self._weighed(begin_ns, end_ns, invalid) for begin_ns, end_ns in self._doses]
            self.noise, self.bounds = self._of_plateaus()
        else:
            self.volume_ul = [float(volume) for volume in self.steps.volume_ul]
            self.noise, self.bounds = self.steps.noise, self._bounds_of_steps()
        self.invalid = tuple(dict.fromkeys(invalid))
        self.common_ul = max(self._common_ul(*of) for of in zip(self.volume_ul, self._doses, strict=True))

    def series(self) -> BolusSeries:
        """Return the doses as a series at one setting; raises SeriesError for fewer than two."""
        programmed_ul = self._recipe.parameters["programmed_ul"]
        return evaluate_series(
            self.volume_ul, 0.0, programmed_ul, noise=self.noise, bounds=self.bounds, u_common_ul=self.common_ul
        )

    def of(self, weights: FloatArray, value: float, unit: str, per_ul: float) -> Budget:
        """Return the budget of a `value` in `unit` that is the sum of the volumes times `weights` and `per_ul`."""
        common = Component("common to all boluses", "B", 0.0, self.common_ul, "µL", per_ul * float(weights.sum()))
        return combine(value, unit, [*(line.component(weights, per_ul) for line in self.apart), common])

    @property
    def apart(self) -> tuple[NoiseLine, ...]:
        """Return what does not shift all doses alike."""
        return (*self.noise, *self.bounds)

    def total(self) -> Budget:
        """Return the volume of all doses together; their common uncertainty adds up dose by dose."""
        return self.of(np.ones(len(self.volume_ul)), math.fsum(self.volume_ul), "µL", 1.0)

    def _weighed(self, begin_ns: int, end_ns: int, invalid: list[str]) -> float:
        """Weigh one dose between the plateau before its command and the plateau at its end."""
        first_ns = begin_ns - self._plateau_ns
        readings = inputs.weighing(self._reader, first_ns, end_ns)
        invalid.extend(readings.invalid)
        end_s = (end_ns - first_ns) / NS_PER_S
        return volume_delivered(
            readings.t_s,
            readings.mass_mg,
            before_s=(0.0, self._plateau_s),
            after_s=(end_s - self._plateau_s, end_s),
            corrections=self._corrections,
            max_gap_s=readings.max_gap_s,
        ).value

    def _of_plateaus(self) -> tuple[tuple[NoiseLine, ...], tuple[NoiseLine, ...]]:
        """Return noise and bounds that the doses have from the plateaus they are weighed between."""
        from_ns = min(begin for begin, _ in self._doses) - self._plateau_ns
        readings = inputs.weighing(self._reader, from_ns, max(end for _, end in self._doses))
        plateaus_s = []
        for begin_ns, end_ns in self._doses:
            begin_s, end_s = (begin_ns - from_ns) / NS_PER_S, (end_ns - from_ns) / NS_PER_S
            plateaus_s.append(((begin_s - self._plateau_s, begin_s), (end_s - self._plateau_s, end_s)))
        noise = noise_of_doses(readings.t_s, readings.mass_mg, plateaus_s, self._corrections)
        return noise, (linearity_of_plateaus(readings.t_s, plateaus_s, self._corrections),)

    def _bounds_of_steps(self) -> tuple[NoiseLine, ...]:
        """Return the bounds of steps between levels: a loss that varies beside the slope shifts each dose by itself."""
        c = self._corrections
        hours = np.array([(end - begin) / NS_PER_S / S_PER_H for begin, end in self._doses])
        u_ul = c.per_mg * c.evaporation.u_between_mg_h * hours
        return linearity_of_steps(len(self._doses), c), NoiseLine(_CHANGE, "B", np.diag(u_ul**2))

    def _above_basal(self, invalid: list[str]) -> BolusSteps:
        """Return what each dose added to the basal delivery, whose rate is found from the levels in between."""
        recipe, c = self._recipe, self._corrections
        readings = inputs.weighing(self._reader, recipe.from_ns, recipe.to_ns)
        invalid.extend(readings.invalid)
        per_mg, balance = c.per_mg, c.balance
        mass_mg = readings.mass_mg - readings.mass_mg[:1] + c.evaporation.rate_mg_h * readings.t_s / S_PER_H
        every_s = max(float(np.ptp(readings.t_s)) / max(1, readings.t_s.size - 1), _LEAST_INTERVAL_S)
        single_mg = math.sqrt(max(balance.repeatability_mg**2, c.evaporation.white_mg2_s / every_s))
        return bolus_steps(
            readings.t_s,
            per_mg * mass_mg,
            np.asarray([(begin - recipe.from_ns) / NS_PER_S for begin, _ in self._doses]),
            settling_s=min((end - begin) / NS_PER_S for begin, end in self._doses) - self._plateau_s,
            noise=ReadingNoise(
                single_ul=per_mg * single_mg,
                walk_ul2_h=per_mg**2 * c.evaporation.wander_mg2_h,
                walk_dof=c.evaporation.dof,
                level_ul=per_mg * c.tip.capillary_mg,
                digit_ul=per_mg * balance.readability_mg / math.sqrt(12.0),
            ),
            strokes=Strokes(inputs.stroke_ul(self._reader), _basal_ul_h(recipe, self._reader)),
            max_gap_s=readings.max_gap_s,
            fall_ul=per_mg * balance.fall_mg,
        )

    def _common_ul(self, volume_ul: float, dose: tuple[int, int]) -> float:
        """Return the uncertainty of a dose that all doses share: what is no noise of its own levels."""
        c = self._corrections
        hours = (dose[1] - dose[0]) / NS_PER_S / S_PER_H
        budget = volume_budget(Gain(volume_ul / c.per_mg, hours, 0.0), c)
        # The slope between the boluses holds whatever goes on steadily, the error of a steady loss too.
        apart = _OF_LEVELS | (_STEADY if self.steps is not None else frozenset())
        return math.hypot(*(line.contribution for line in budget.components if line.name not in apart))

    @property
    def _plateau_ns(self) -> int:
        return round(self._plateau_s * NS_PER_S)


def mean_bolus_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the mean error of a series in percent of the programmed volume."""
    boluses = Boluses(recipe, reader)
    series = boluses.series()
    return Evaluation(series.mean_error, boluses.invalid, _details(boluses, series))


def largest_bolus_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the error of the dose that is farthest off, in percent of the programmed volume."""
    boluses = Boluses(recipe, reader)
    series = boluses.series()
    worst = int(np.argmax(np.abs(series.error_percent)))
    alone = np.zeros(series.n)
    alone[worst] = 1.0
    per_ul = 100.0 / series.programmed_ul
    budget = boluses.of(alone, float(series.error_percent[worst]), "%", per_ul)
    u_percent = per_ul * np.hypot(u_each(boluses.apart, series.n), boluses.common_ul)
    each = tuple(Measured(float(e), float(u), "%") for e, u in zip(series.error_percent, u_percent, strict=True))
    return Evaluation(budget, boluses.invalid, _details(boluses, series), each=each)


def bolus_volume(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the volume of all doses of a window together, in µL."""
    boluses = Boluses(recipe, reader)
    return Evaluation(boluses.total(), boluses.invalid, {"volume_ul": boluses.volume_ul})


def _basal_ul_h(recipe: Recipe, reader: RecordReader) -> float | None:
    """Return the programmed rate of the infusion under the doses; None when the record does not say.

    Raises SeriesError when it was changed on the way: the levels then have no common slope.
    """
    try:
        return rate_in(reader, recipe.from_ns, recipe.to_ns)
    except PlanError as error:
        raise SeriesError(f"boluses on a basal infusion: {error}") from error


def _details(boluses: Boluses, series: BolusSeries) -> dict[str, Json]:
    details: dict[str, Json] = {
        "boluses": series.n,
        "mean_ul": series.mean_ul,
        "error_percent": [float(error) for error in series.error_percent],
        "tolerance_lower_percent": series.tolerance.lower,
        "tolerance_upper_percent": series.tolerance.upper,
    }
    if boluses.steps is not None:
        details["basal_ul_h"] = boluses.steps.basal.value
        details["stroke_ul"] = boluses.steps.stroke_ul
    return details


_OF_DOSES = {
    "doses": "begin and end of each dose, UTC ns",
    "plateau_minutes": "how long the levels before and behind a dose are weighed",
    "on_basal": "whether a basal infusion goes on meanwhile",
}
_PROGRAMMED = {"programmed_ul": "the programmed volume; left out, it is that of the record's commands"}

KINDS = (
    ClaimKind(
        name="mean bolus error",
        unit="%",
        question="the mean error of the doses of a window, in percent of the programmed volume",
        compute=mean_bolus_error,
        parameters=_OF_DOSES | _PROGRAMMED,
        resolve=with_dose,
        graph=GraphKind.DOSES,
        panel=ResultPanel("Mean bolus error"),
    ),
    ClaimKind(
        name="largest bolus error",
        unit="%",
        question="the error of the dose that is farthest from the programmed volume, in percent",
        compute=largest_bolus_error,
        parameters=_OF_DOSES | _PROGRAMMED,
        resolve=with_dose,
        graph=GraphKind.DOSES,
        panel=ResultPanel("Largest bolus error"),
    ),
    ClaimKind(
        name="bolus volume",
        unit="µL",
        question="the volume of the doses of a window together, in µL",
        compute=bolus_volume,
        parameters=_OF_DOSES,
        graph=GraphKind.DOSES,
        panel=ResultPanel("Volume of boluses", 1),
    ),
)
