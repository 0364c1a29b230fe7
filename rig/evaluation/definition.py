"""What a kind of claim is: everything that any room needs to know about it, in one place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from rig.errors import PlanError
from rig.evaluation.outcome import Evaluation, FactFound
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

FACT_UNIT = ""


class GraphKind(StrEnum):
    """Which graph a report draws for results of a kind, from the record and the result's own details."""

    NONE = "none"
    FLOW = "start-up and trumpet"
    DOSES = "doses one by one"
    WINDOWS = "windows one by one"
    PROGRAMME = "programme and weighed flow"
    CHANGE = "volume around a change of rate"
    EVENNESS = "a bolus against its straight line"
    STROKES = "strokes one by one"
    PRESSURE = "pressure in the line"
    RELEASE = "volume around a release"
    REST = "volume while nothing should flow"
    DAY = "volume of the last 24 h"
    BOOKS = "what the pump counts less what was weighed"
    CURRENT = "current into the pump"
    CLOCK = "the pump's clock beside the rig's"
    REQUESTS = "a patient's requests in time"
    ALARM = "an alarm behind its cause"
    EVENTS = "alarms and what was done"
    LOG = "the log beside what it must tell"
    TRUTHS = "the three truths side by side"


@dataclass(frozen=True, slots=True)
class ResultPanel:
    """How results of a kind are shown over time on a dashboard: the heading, and decimals in the result's unit.

    A fact has a verdict over time and no decimals.
    """

    title: str
    decimals: int = 2


def as_asked(recipe: Recipe, _reader: RecordReader) -> Recipe:
    """Return a recipe as it is: nothing of it comes from the record."""
    return recipe


@dataclass(frozen=True, slots=True)
class ClaimKind:
    """One kind of claim.

    `name` is what recipes and the record call it, `unit` the unit of its number ("" for a fact), `question` what a
    window is asked, in one line. `parameters` are the names that a recipe of it may hold, with what each means.
    `resolve` completes a recipe from the record (what was programmed) and refuses what contradicts it; `compute` makes
    a number or a fact of it. Neither reads anything but the record. `graph` and `panel` say how it is shown.
    """

    name: str
    unit: str
    question: str
    compute: Callable[[Recipe, RecordReader], Evaluation | FactFound]
    parameters: dict[str, str] = field(default_factory=dict)
    resolve: Callable[[Recipe, RecordReader], Recipe] = as_asked
    graph: GraphKind = GraphKind.NONE
    panel: ResultPanel | None = None

    @property
    def is_fact(self) -> bool:
        """Tell whether it claims a fact instead of a number."""
        return self.unit == FACT_UNIT

    def check(self, recipe: Recipe) -> None:
        """Raise PlanError for a parameter that this kind does not take."""
        if unknown := sorted(recipe.parameters.keys() - self.parameters.keys()):
            takes = ", ".join(self.parameters) or "nothing"
            raise PlanError(f"{self.name!r} takes {takes}, not {', '.join(unknown)}")
