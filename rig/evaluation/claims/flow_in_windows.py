"""The flow in windows of one length: the window whose mean flow is farthest from its programme, all judged jointly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import MisfitError, SeriesError
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.infusions import NS_PER_MIN
from rig.evaluation.outcome import Evaluation
from rig.evaluation.weighed_window import WeighedWindow, weighed_window
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.weighing.flow_budget import error_budget
from rig.quantities import S_PER_H
from rig.record.bodies.codec import Json
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# Readings that a part of the window begins and ends with lie this near to its bounds, in shares of its length.
_NEAR = 0.1
PARAMETERS = {
    "minutes": "how long each part of the window is",
    "every_minutes": "how far apart parts begin; left out, one follows the other",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a window in order: when each begins (s since the window's begin, (m,)), and its error's budget (%).

    `invalid` is what makes results of them invalid.
    """

    begin_s: NDArray[np.float64]
    errors: tuple[Budget, ...]
    invalid: tuple[str, ...]

    @property
    def error_percent(self) -> NDArray[np.float64]:
        """Return the errors (m,) in percent."""
        return np.asarray([error.value for error in self.errors])

    @property
    def u_percent(self) -> NDArray[np.float64]:
        """Return the standard uncertainty of each error (m,) in percent."""
        return np.asarray([error.u for error in self.errors])

    def details(self, minutes: float) -> dict[str, Json]:
        """Return what a reader of a result, and its graph, may want of the parts."""
        return {
            "minutes": minutes,
            "windows": len(self.errors),
            "begin_h": [float(begin) for begin in self.begin_s / S_PER_H],
            "error_percent": [float(error) for error in self.error_percent],
            "u_percent": [float(u) for u in self.u_percent],
        }


def parts_of(recipe: Recipe, window: WeighedWindow) -> Parts:
    """Evaluate 100 · (weighed / programmed − 1) of each part of a recipe's window.

    Raises SeriesError for parts that are longer than the window, that are not seen by readings at their bounds, or in
    which nothing was programmed.
    """
    minutes = float(recipe.parameters["minutes"])
    every = float(recipe.parameters.get("every_minutes") or minutes)
    if window.programme.given_at_once_ns and any(
        recipe.from_ns <= ns < recipe.to_ns - 1 for ns in window.programme.given_at_once_ns
    ):
        raise MisfitError("a bolus whose rate is not recorded was given: what each part was asked for is not known")
    places = _places(window, minutes, every)
    begin_s = window.t_s[[first for first, _ in places]]
    return Parts(begin_s, tuple(_error(window, first, last) for first, last in places), window.invalid)


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Return the error of the part that is farthest off; raises SeriesError as `parts_of` does."""
    parts = parts_of(recipe, weighed_window(recipe, reader))
    worst = int(np.argmax(np.abs(parts.error_percent)))
    details = parts.details(recipe.parameters["minutes"]) | {"farthest_begins_s": float(parts.begin_s[worst])}
    each = tuple(error.measured() for error in parts.errors)
    spreads = tuple(error.spread for error in parts.errors)
    return Evaluation(parts.errors[worst], parts.invalid, details, each=each, spreads=spreads)


def _places(window: WeighedWindow, minutes: float, every: float) -> list[tuple[int, int]]:
    """Return the first and the last reading of each part of the window."""
    length_ns, every_ns = round(minutes * NS_PER_MIN), round(every * NS_PER_MIN)
    span_ns = window.to_ns - 1 - window.from_ns
    if length_ns > span_ns:
        raise MisfitError(f"the window lasts {span_ns / NS_PER_MIN:.4g} min: there is no part of {minutes:g} min in it")
    if not len(window.t_s):
        raise SeriesError("no balance reading in this window")
    begins = window.from_ns + every_ns * np.arange((span_ns - length_ns) // every_ns + 1, dtype=np.int64)
    first, last = (_nearest(window, bounds, length_ns) for bounds in (begins, begins + length_ns))
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _nearest(window: WeighedWindow, bounds_ns: np.ndarray, length_ns: int) -> np.ndarray:
    t_ns = window.t_ns
    right = np.clip(np.searchsorted(t_ns, bounds_ns), 1, max(1, len(t_ns) - 1))
    right = np.minimum(right, len(t_ns) - 1)
    left = np.maximum(right - 1, 0)
    nearest = np.where(bounds_ns - t_ns[left] <= t_ns[right] - bounds_ns, left, right)
    off_ns = np.abs(t_ns[nearest] - bounds_ns)
    if np.any(off_ns > _NEAR * length_ns):
        worst = int(np.argmax(off_ns))
        raise SeriesError(
            f"the reading nearest to {(bounds_ns[worst] - window.from_ns) / NS_PER_MIN:.4g} min is "
            f"{off_ns[worst] / NS_PER_S:.4g} s off: parts of {length_ns / NS_PER_MIN:g} min are too short for how "
            "often the balance is read, or readings are missing"
        )
    return nearest


def _error(window: WeighedWindow, first: int, last: int) -> Budget:
    hours = float(window.t_s[last] - window.t_s[first]) / S_PER_H
    ends = np.asarray([window.t_ns[first], window.t_ns[last]], np.int64)
    asked_ul = float(np.diff(window.programme.volume_ul(ends))[0])
    if asked_ul <= 0.0:
        begin_min = float(window.t_s[first]) / 60.0
        raise MisfitError(
            f"nothing was programmed in the part that begins at {begin_min:.4g} min: an error in percent needs "
            "something; ask such a time for its zero flow"
        )
    return error_budget(window.between(first, last), asked_ul / hours, hours, window.corrections.tip)


KINDS = (
    ClaimKind(
        name="flow in windows",
        unit="%",
        question="the mean flow's error in the part of so many minutes that is farthest off its programme, in percent",
        compute=compute,
        parameters=PARAMETERS,
        graph=GraphKind.WINDOWS,
        panel=ResultPanel("Flow in windows"),
    ),
)
