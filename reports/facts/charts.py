"""What a graph shows, as plain data that a page can carry; drawn by `assets/charts.js`."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Digits that a page keeps: finer than any pixel and than the noise of any instrument; times to a tenth of a second
# in a run of months.
_X_DIGITS = 9
_Y_DIGITS = 7
_TENTHS_PER_H = 36_000
_UNITS_APART = 20
# So many numbers stand in a page as they are; longer rows as steps from one to the next.
_FEW = 64
LINE = "line"


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a graph: `y` (n,) at `x` (n,), both in the units of the graph's axes.

    `role` names what it stands for and thereby its colour (balance, flow, pump, programmed, limit, envelope, dose, …).
    `shape` is "line", "steps" (each value holds for the interval that ends at its x), "points", or "marked" (a line
    with a point for each value). A curve that is not `shown` waits in the legend until it is switched on.
    """

    name: str
    role: str
    x: FloatArray
    y: FloatArray
    shape: str = LINE
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Band:
    """The space between two curves of a graph, by their places in it; the legend shows `name` for all three."""

    name: str
    upper: int
    lower: int


@dataclass(frozen=True, slots=True)
class Region:
    """A span of x with a name, such as a window."""

    name: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of x with a name: a command, an alarm."""

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: what it shows and its unit. `ticks` are the only places marked when given; `log` is a log scale."""

    label: str
    unit: str
    ticks: tuple[float, ...] = ()
    log: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A graph. `origin_ns` is the UTC time of x = 0 when x counts hours, None when x is no time.

    `less` is said of a graph that shows the lines of the one before it less the line of that name: a page then carries
    their numbers once.
    """

    name: str
    title: str
    caption: str
    x: Axis
    y: Axis
    curves: tuple[Curve, ...]
    bands: tuple[Band, ...] = ()
    regions: tuple[Region, ...] = ()
    marks: tuple[Mark, ...] = ()
    origin_ns: int | None = None
    group: str = ""
    height: int = 300
    less: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what the page's script reads; numbers with as many digits as count, what is not finite as null."""
        said = {
            "x": {"label": self.x.label, "unit": self.x.unit, "ticks": list(self.x.ticks), "log": self.x.log},
            "y": {"label": self.y.label, "unit": self.y.unit},
            "curves": [self._curve(curve) for curve in self.curves],
            "bands": [[band.name, band.upper, band.lower] for band in self.bands],
            "regions": [[region.name, region.begin, region.end] for region in self.regions],
            "originMs": None if self.origin_ns is None else self.origin_ns // 1_000_000,
            "group": self.group,
        }
        # What few graphs have is not said of the others.
        marks = {"marks": [[mark.name, mark.at] for mark in self.marks]} if self.marks else {}
        return said | marks | ({"less": self.less} if self.less else {})

    def _curve(self, curve: Curve) -> dict[str, Any]:
        said: dict[str, Any] = {"name": curve.name, "role": curve.role}
        # What nearly every line is, is not said: a page of many results has thousands of lines.
        if curve.shape != LINE:
            said["shape"] = curve.shape
        if not curve.shown:
            said["shown"] = False
        if self.less:
            return said
        if len(curve.x) <= _FEW:
            return said | {"x": _numbers(curve.x, _X_DIGITS), "y": _numbers(curve.y, _Y_DIGITS)}
        x = _numbers(curve.x, _X_DIGITS) if self.origin_ns is None else _runs(curve.x)
        return said | {"x": x, "y": _steps(curve.y)}


def _numbers(values: FloatArray, digits: int) -> list[float | None]:
    finite = np.isfinite(values)
    return [
        float(f"{value:.{digits}g}") if good else None
        for value, good in zip(values.tolist(), finite.tolist(), strict=True)
    ]


def _runs(hours: FloatArray) -> dict[str, Any]:
    """Return times as steps in whole units, each with how often it comes: even sampling is one pair.

    The unit is a tenth of a second, or shorter by powers of ten where samples come faster than every two seconds.
    """
    apart = np.diff(hours)
    usual = float(np.median(apart[apart > 0])) if np.any(apart > 0) else 1.0
    per = _TENTHS_PER_H * 10 ** max(0, math.ceil(math.log10(_UNITS_APART / (usual * _TENTHS_PER_H))))
    steps = np.diff(np.rint(hours * per).astype(np.int64), prepend=0)
    begins = np.flatnonzero(np.diff(steps, prepend=steps[0] - 1))
    counts = np.diff(begins, append=len(steps))
    return {"per": per, "runs": np.column_stack([steps[begins], counts]).ravel().tolist()}


def _steps(values: FloatArray) -> dict[str, Any]:
    """Return values as steps in whole units, the largest value with as many digits as count; null for what is none."""
    finite = np.isfinite(values)
    largest = float(np.abs(values[finite]).max(initial=0.0))
    per = 10.0 ** (_Y_DIGITS - 1 - math.floor(math.log10(largest))) if largest > 0 else 1.0
    steps = np.diff(np.rint(values[finite] * per), prepend=0.0).astype(np.int64)
    coded: list[int | None] = [None] * len(values)
    for place, step in zip(np.flatnonzero(finite).tolist(), steps.tolist(), strict=True):
        coded[place] = step
    return {"per": per, "steps": coded}
