"""A graph as a picture of lines alone, with what is written beside it as data: words are set by whoever shows it."""

import math
from dataclasses import dataclass

import numpy as np

from reports.drawing.ticks import Tick, tick_at, ticks_between
from reports.facts.charts import Axis, Chart, Curve, FloatArray
from reports.facts.traces import thin

WIDTH, HEIGHT = 440.0, 140.0
# Two points for each of so many columns: nothing more is seen on paper.
_MOST_POINTS = 880
_COLOURS = {
    "balance": "#0b62a4", "flow": "#d06a12", "pump": "#2c8a57", "programmed": "#46525f", "limit": "#b0231b",
    "envelope": "#7e92a6", "highest": "#0b62a4", "lowest": "#7b3fa0", "result": "#7b3fa0", "dose": "#0b62a4",
}  # fmt: skip
_SIGNAL = "#0b62a4"
_DASHES = {
    "flow": "6 2", "pump": "1.5 2", "programmed": "5 3", "limit": "2 2.5", "lowest": "6 2", "result": "8 2",
}  # fmt: skip
_WIDTHS = {"balance": 1.2, "highest": 1.2, "lowest": 1.2, "dose": 1.2, "result": 1.2, "envelope": 0.5, "signal": 0.6}
_ABOUT_X, _ABOUT_Y = 8, 5
_MARGIN = 0.04


@dataclass(frozen=True, slots=True)
class Written:
    """A text beside a picture, and its place in it in shares of its width or height, from the left or the bottom."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend: its name, colour, dashes in points (() for none), and "line", "points" or "band"."""

    name: str
    colour: str
    dash: tuple[float, ...]
    shape: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture as SVG without a word in it, `WIDTH` by `HEIGHT` points, and the words that belong to it."""

    svg: str
    x_ticks: tuple[Written, ...]
    y_ticks: tuple[Written, ...]
    regions: tuple[Written, ...]
    marks: tuple[Written, ...]
    legend: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where values of an axis lie, in shares of it."""

    low: float
    high: float
    log: bool = False

    def share(self, values: FloatArray) -> FloatArray:
        """Return the places of values (n,); NaN for those that have none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((self._bent(values) - self._bent(self.low)) / self._length, np.float64)

    @property
    def _length(self) -> float:
        return float(self._bent(self.high) - self._bent(self.low))

    def _bent(self, values: FloatArray | float) -> FloatArray:
        return np.asarray(np.log10(values) if self.log else values, np.float64)


def plot_of(chart: Chart) -> Plot | None:
    """Return the picture of a graph; None where not one value of it is finite. Curves that are not shown stay away."""
    curves = [curve for curve in chart.curves if curve.shown]
    x, y = _scale([curve.x for curve in curves], chart.x, 0.0), _scale([curve.y for curve in curves], chart.y, _MARGIN)
    if x is None or y is None:
        return None
    x_ticks, y_ticks = _ticks(x, chart.x, _ABOUT_X), _ticks(y, chart.y, _ABOUT_Y)
    regions = [(one.name, *x.share(np.array([one.begin, one.end])).clip(0, 1).tolist()) for one in chart.regions]
    marks = [(one.name, float(x.share(np.array([one.at]))[0])) for one in chart.marks]
    parts = [
        *(_region(begin, end) for _, begin, end in regions),
        *(f'<path d="M0 {_v(at.at)}H{WIDTH:g}" stroke="#e2e7ec" stroke-width=".5"/>' for at in y_ticks),
        *(f'<path d="M{_h(at.at)} 0V{HEIGHT:g}" stroke="#eef1f4" stroke-width=".5"/>' for at in x_ticks),
        *(_band(chart, band.upper, band.lower, x, y) for band in chart.bands),
        *(_curve(curve, x, y) for curve in curves),
        *(_mark(at) for _, at in marks),
        f'<rect x=".25" y=".25" width="{WIDTH - 0.5:g}" height="{HEIGHT - 0.5:g}" fill="none" stroke="#8b97a5" '
        'stroke-width=".5"/>',
    ]
    return Plot(
        svg=svg(WIDTH, HEIGHT, parts),
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        regions=tuple(Written(begin, name) for name, begin, end in regions if end > begin),
        marks=tuple(Written(at, name) for name, at in marks if 0.0 <= at <= 1.0),
        legend=_legend(chart),
    )


def svg(width: float, height: float, parts: list[str]) -> str:
    """Return a picture of these elements."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">{"".join(parts)}</svg>'


def _scale(columns: list[FloatArray], axis: Axis, margin: float) -> _Scale | None:
    values = np.concatenate([*columns, np.array(axis.ticks, np.float64)]) if columns else np.empty(0)
    values = values[np.isfinite(values) & ((values > 0) | (not axis.log))]
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if axis.log:
        return _Scale(low / 1.2, high * 1.2, log=True)
    room = margin * (high - low) if high > low else 0.05 * abs(high) or 1.0
    return _Scale(low - room, high + room)


def _ticks(scale: _Scale, axis: Axis, about: int) -> tuple[Written, ...]:
    if axis.ticks:
        chosen = axis.ticks[:: math.ceil(len(axis.ticks) / about)]
        ticks = [tick_at(one, _step_of(chosen)) for one in chosen]
    else:
        ticks = list(ticks_between(scale.low, scale.high, about))
    places = scale.share(np.array([one.at for one in ticks], np.float64)).tolist()
    return tuple(_written(place, one) for place, one in zip(places, ticks, strict=True))


def _step_of(chosen: tuple[float, ...]) -> float:
    """Return a step that tells these numbers apart: a whole number where they are whole."""
    return 1.0 if all(float(one).is_integer() for one in chosen) else 0.01


def _written(place: float, tick: Tick) -> Written:
    return Written(round(place, 5), tick.text)


def _points(curve: Curve) -> tuple[FloatArray, FloatArray]:
    """Return the corners of a curve; a value of one in steps holds for the interval that ends at its x."""
    x, y = curve.x, curve.y
    if curve.shape == "steps" and len(x):
        x, y = np.repeat(x, 2)[:-1], np.repeat(y, 2)[1:]
    kept = thin(y, _MOST_POINTS)
    return x[kept], y[kept]


def _curve(curve: Curve, x: _Scale, y: _Scale) -> str:
    colour = _COLOURS.get(curve.role, _SIGNAL)
    drawn = ""
    if curve.shape != "points":
        dash = f' stroke-dasharray="{_DASHES[curve.role]}"' if curve.role in _DASHES else ""
        width = _WIDTHS.get(curve.role, 0.9)
        path = _path(*_points(curve), x, y)
        drawn = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dash}/>' if path else ""
    if curve.shape in ("points", "marked"):
        drawn += _dots(curve, x, y, colour)
    return drawn


def _path(xs: FloatArray, ys: FloatArray, x: _Scale, y: _Scale) -> str:
    across, up = x.share(xs), y.share(ys)
    finite = np.isfinite(across) & np.isfinite(up)
    pen, parts = "M", []
    for a, b, good in zip(across.tolist(), up.tolist(), finite.tolist(), strict=True):
        if not good:
            pen = "M"
            continue
        parts.append(f"{pen}{_h(a)} {_v(b)}")
        pen = "L"
    return "".join(parts)


def _dots(curve: Curve, x: _Scale, y: _Scale, colour: str) -> str:
    kept = thin(curve.y, _MOST_POINTS)
    across, up = x.share(curve.x[kept]), y.share(curve.y[kept])
    finite = np.isfinite(across) & np.isfinite(up)
    return "".join(
        f'<circle cx="{_h(a)}" cy="{_v(b)}" r="1.8" fill="{colour}"/>'
        for a, b in zip(across[finite].tolist(), up[finite].tolist(), strict=True)
    )


def _band(chart: Chart, upper: int, lower: int, x: _Scale, y: _Scale) -> str:
    top, bottom = chart.curves[upper], chart.curves[lower]
    (over_x, over_y), (under_x, under_y) = _points(top), _points(bottom)
    there, back = _path(over_x, over_y, x, y), _path(under_x[::-1], under_y[::-1], x, y)
    if not there or not back:
        return ""
    return f'<path d="{there}L{back[1:]}Z" fill="{_COLOURS.get(top.role, _SIGNAL)}" fill-opacity=".18"/>'


def _region(begin: float, end: float) -> str:
    return (
        f'<rect x="{_h(begin)}" y="0" width="{(end - begin) * WIDTH:.1f}" height="{HEIGHT:g}" fill="#f0f3f7"/>'
        f'<path d="M{_h(begin)} 0V{HEIGHT:g}M{_h(end)} 0V{HEIGHT:g}" stroke="#c3ccd6" stroke-width=".5"/>'
    )


def _mark(at: float) -> str:
    return f'<path d="M{_h(at)} 0V{HEIGHT:g}" stroke="#1a2330" stroke-width=".6" stroke-dasharray="3 2"/>'


def _legend(chart: Chart) -> tuple[Entry, ...]:
    """Return a line for each band with its two edges, one for all limits together, and one for every other curve."""
    entries = [_entry(band.name, chart.curves[band.upper].role, "band") for band in chart.bands]
    taken = {place for band in chart.bands for place in (band.upper, band.lower)}
    rest = [one for place, one in enumerate(chart.curves) if place not in taken and one.shown]
    limits = [one for one in rest if one.role == "limit"]
    entries += [_entry(one.name, one.role, one.shape) for one in rest if one.role != "limit"]
    if limits:
        entries.append(_entry("limits" if len(limits) > 1 else limits[0].name, "limit", "line"))
    return tuple(entries)


def _entry(name: str, role: str, shape: str) -> Entry:
    dash = tuple(float(one) for one in _DASHES.get(role, "").split())
    return Entry(name, _COLOURS.get(role, _SIGNAL), dash, shape if shape in ("points", "band") else "line")


def _h(share: float) -> str:
    return f"{share * WIDTH:.1f}"


def _v(share: float) -> str:
    return f"{(1.0 - share) * HEIGHT:.1f}"
