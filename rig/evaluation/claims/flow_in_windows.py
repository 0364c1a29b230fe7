"""The flow in windows of one length: the window whose mean flow is farthest from its programme, all judged jointly."""

import numpy as np

from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation.definition import ClaimKind, ResultPanel
from rig.evaluation.infusions import NS_PER_MIN
from rig.evaluation.outcome import Evaluation
from rig.evaluation.weighed_window import WeighedWindow, weighed_window
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.weighing.flow_budget import error_budget
from rig.quantities import S_PER_H
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# Readings that a part of the window begins and ends with lie this near to its bounds, in shares of its length.
_NEAR = 0.1


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate 100 · (weighed / programmed − 1) of each part of the window, and return the one farthest off.

    Raises SeriesError for parts that are longer than the window, that are not seen by readings at their bounds, or in
    which nothing was programmed.
    """
    window = weighed_window(recipe, reader)
    minutes = float(recipe.parameters["minutes"])
    every = float(recipe.parameters.get("every_minutes") or minutes)
    if window.programme.given_at_once_ns and any(
        recipe.from_ns <= ns < recipe.to_ns for ns in window.programme.given_at_once_ns
    ):
        raise SeriesError("a bolus whose rate is not recorded was given: what each part was asked for is not known")
    parts = _parts(window, minutes, every)
    errors = [_error(window, first, last) for first, last in parts]
    worst = max(range(len(errors)), key=lambda place: abs(errors[place].value))
    details = {
        "minutes": minutes,
        "windows": len(errors),
        "error_percent": [error.value for error in errors],
        "farthest_begins_s": float(window.t_s[parts[worst][0]]),
    }
    return Evaluation(errors[worst], window.invalid, details, each=tuple(error.measured() for error in errors))


def _parts(window: WeighedWindow, minutes: float, every: float) -> list[tuple[int, int]]:
    """Return the first and the last reading of each part of the window."""
    length_ns, every_ns = round(minutes * NS_PER_MIN), round(every * NS_PER_MIN)
    span_ns = window.to_ns - 1 - window.from_ns
    if length_ns > span_ns:
        raise SeriesError(f"the window lasts {span_ns / NS_PER_MIN:.4g} min: there is no part of {minutes:g} min in it")
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
        raise SeriesError(
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
        parameters={
            "minutes": "how long each part of the window is",
            "every_minutes": "how far apart parts begin; left out, one follows the other",
        },
        panel=ResultPanel("Flow in windows"),
    ),
)
