"""What a graph shows, as plain data that a page can carry; drawn by `assets/charts.js`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Digits that a page keeps: finer than any pixel and than the noise of any instrument; times to a tenth of a second
# in a run of months.
_X_DIGITS = 9
_Y_DIGITS = 7


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
    shape: str = "line"
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
class Axis:
    """An axis: what it shows and its unit. `ticks` are the only places marked when given; `log` is a log scale."""

    label: str
    unit: str
    ticks: tuple[float, ...] = ()
    log: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A graph. `origin_ns` is the UTC time of x = 0 when x counts hours, None when x is no time."""

    name: str
    title: str
    caption: str
    x: Axis
    y: Axis
    curves: tuple[Curve, ...]
    bands: tuple[Band, ...] = ()
    regions: tuple[Region, ...] = ()
    origin_ns: int | None = None
    group: str = ""
    height: int = 300

    def as_json(self) -> dict[str, Any]:
        """Return what the page's script reads; numbers with as many digits as count, what is not finite as null."""
        return {
            "title": self.title,
            "x": _axis(self.x),
            "y": _axis(self.y),
            "curves": [
                {
                    "name": curve.name,
                    "role": curve.role,
                    "shape": curve.shape,
                    "shown": curve.shown,
                    "x": _numbers(curve.x, _X_DIGITS),
                    "y": _numbers(curve.y, _Y_DIGITS),
                }
                for curve in self.curves
            ],
            "bands": [[band.name, band.upper, band.lower] for band in self.bands],
            "regions": [[region.name, region.begin, region.end] for region in self.regions],
            "originMs": None if self.origin_ns is None else self.origin_ns // 1_000_000,
            "group": self.group,
            "height": self.height,
        }


def _axis(axis: Axis) -> dict[str, Any]:
    return {"label": axis.label, "unit": axis.unit, "ticks": list(axis.ticks), "log": axis.log}


def _numbers(values: FloatArray, digits: int) -> list[float | None]:
    finite = np.isfinite(values)
    return [
        float(f"{value:.{digits}g}") if good else None
        for value, good in zip(values.tolist(), finite.tolist(), strict=True)
    ]
