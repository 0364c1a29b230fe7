"""Boluses of a window: each weighed between the plateaus around it, or above a basal infusion that goes on."""

import math

import numpy as np

from rig.clock import NS_PER_S
from rig.evaluation import inputs
from rig.evaluation.commanded import with_dose
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.metrology.dosing.bolus import BolusSeries, evaluate_series
from rig.metrology.dosing.bolus_levels import BolusSteps, bolus_steps
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.metrology.weighing.flow import volume_delivered
from rig.metrology.weighing.flow_budget import NOISE
from rig.quantities import S_PER_H
from rig.record.bodies.codec import Json
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


class Boluses:
    """The doses that a plan marked in a window: volumes, their own and their common uncertainties, in µL.

    Raises MetrologyError when the data allow no volumes.
    """

    def __init__(self, recipe: Recipe, reader: RecordReader) -> None:
        self._parameters = recipe.parameters
        self._reader = reader
        self._corrections = inputs.corrections(reader, recipe)
        self._plateau_s = recipe.parameters["plateau_minutes"] * 60.0
        invalid = list(inputs.standing_invalid(reader))
        budgets = [self._weighed(begin_ns, end_ns, invalid) for begin_ns, end_ns in recipe.parameters["doses"]]
        self.invalid = tuple(dict.fromkeys(invalid))
        self.common_ul = max(_part(budget, independent=False) for budget in budgets)
        self.steps = self._above_basal(recipe) if recipe.parameters["on_basal"] else None
        if self.steps is None:
            self.volume_ul = [budget.value for budget in budgets]
            self.single_u_ul = [_part(budget, independent=True) for budget in budgets]
        else:
            self.volume_ul = [float(volume) for volume in self.steps.volume_ul]
            self.single_u_ul = [float(u) for u in self.steps.u_volume_ul]

    def series(self) -> BolusSeries:
        """Return the doses as a series at one setting; raises SeriesError for fewer than two."""
        programmed_ul = self._parameters["programmed_ul"]
        return evaluate_series(self.volume_ul, self.single_u_ul, programmed_ul, u_common_ul=self.common_ul)

    def total(self) -> Budget:
        """Return the volume of all doses together; their common uncertainty adds up dose by dose."""
        n = len(self.volume_ul)
        own_ul = self.steps.total.u if self.steps is not None else math.hypot(*self.single_u_ul)
        return combine(
            math.fsum(self.volume_ul),
            "µL",
            [
                Component("weighing of the doses", "A", 0.0, own_ul, "µL", 1.0),
                Component("common to all doses", "B", 0.0, self.common_ul, "µL", float(n)),
            ],
        )

    def _weighed(self, begin_ns: int, end_ns: int, invalid: list[str]) -> Budget:
        """Weigh one dose between the plateau before its command and the plateau at its end."""
        first_ns = begin_ns - round(self._plateau_s * NS_PER_S)
        readings = inputs.weighing(self._reader, first_ns, end_ns)
        invalid.extend(readings.invalid)
        end_s = (end_ns - first_ns) / NS_PER_S
        c = self._corrections
        return volume_delivered(
            readings.t_s,
            readings.mass_mg,
            before_s=(0.0, self._plateau_s),
            after_s=(end_s - self._plateau_s, end_s),
            corrections=c,
            max_gap_s=readings.max_gap_s,
        )

    def _above_basal(self, recipe: Recipe) -> BolusSteps:
        """Return what each dose added to the basal delivery, whose rate is found from the levels in between."""
        readings = inputs.weighing(self._reader, recipe.from_ns, recipe.to_ns)
        c = self._corrections
        per_mg = c.per_mg
        mass_mg = readings.mass_mg - readings.mass_mg[0] + c.evaporation.rate_mg_h * readings.t_s / S_PER_H
        commanded_s = np.asarray([(begin - recipe.from_ns) / NS_PER_S for begin, _ in self._parameters["doses"]])
        shortest_s = min((end - begin) / NS_PER_S for begin, end in self._parameters["doses"])
        return bolus_steps(
            readings.t_s,
            per_mg * mass_mg,
            commanded_s,
            settling_s=shortest_s - self._plateau_s,
            u_level_ul=per_mg * math.hypot(c.tip.capillary_mg, c.balance.readability_mg / math.sqrt(12.0)),
            max_gap_s=readings.max_gap_s,
        )


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
    percent_per_ul = 100.0 / series.programmed_ul
    budget = combine(
        float(series.error_percent[worst]),
        "%",
        [
            Component("weighing of one bolus", "A", 0.0, boluses.single_u_ul[worst], "µL", percent_per_ul),
            Component("common to all boluses", "B", 0.0, boluses.common_ul, "µL", percent_per_ul),
        ],
    )
    return Evaluation(budget, boluses.invalid, _details(boluses, series))


def bolus_volume(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the volume of all doses of a window together, in µL."""
    boluses = Boluses(recipe, reader)
    return Evaluation(boluses.total(), boluses.invalid, {"volume_ul": boluses.volume_ul})


def _part(budget: Budget, *, independent: bool) -> float:
    """Return the uncertainty that falls anew for each dose (the weighing's noise), or what all doses share, in µL."""
    lines = [c.contribution for c in budget.components if (c.name in NOISE) is independent]
    return math.hypot(*lines)


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
        panel=ResultPanel("Largest bolus error"),
    ),
    ClaimKind(
        name="bolus volume",
        unit="µL",
        question="the volume of the doses of a window together, in µL",
        compute=bolus_volume,
        parameters=_OF_DOSES,
        panel=ResultPanel("Volume of boluses", 1),
    ),
)
