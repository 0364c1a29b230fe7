"""The detection matrix as one page of HTML that needs nothing beside it: figures, what was missed, matrix, curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from qualification.curves import SIZES_PERCENT, Curve, Point
from qualification.matrix import Row
from qualification.running import Qualification

_WIDTH, _HEIGHT, _LEFT, _FOOT = 320.0, 120.0, 34.0, 18.0
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Drawn:
    """A curve as it stands on the page: its line, and its points with the lines of their confidence intervals."""

    plan: str
    smallest: str
    line: str
    points: tuple[tuple[float, float, float, float, str], ...]


def page_of(found: Qualification) -> str:
    """Return a qualification as a page of HTML."""
    environment = Environment(
        loader=PackageLoader("qualification.faces"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    matrix = found.matrix
    plans = [
        plan.plan for plan in matrix.plans if any(one.plan == plan.plan for row in matrix.rows for one in row.findings)
    ]
    return environment.get_template("matrix.html").render(
        found=found,
        matrix=matrix,
        alarms=found.alarms,
        rows=sorted(matrix.rows, key=lambda row: (row.as_it_should, row.defect.control, row.defect.of_the_bench)),
        plans=plans,
        short=lambda plan: plan.partition("::")[2].removeprefix("test_").replace("_", " "),
        cells=lambda row: _cells(row, plans),
        longest=_LONGEST,
        effect=_effect,
        curves=[_drawn(one) for one in found.curves],
        axis=[(_x(percent), f"{percent:g}") for percent in SIZES_PERCENT if percent not in (5.2, 5.5)],
        frame=(_WIDTH, _HEIGHT, _LEFT, _FOOT),
        css=(files("reports.page") / "assets" / "report.css").read_text(encoding="utf-8"),
    )


def _cells(row: Row, plans: Sequence[str]) -> list[tuple[str, str]]:
    """Return what a row's plans came to, in the order of the columns: a word, and what was said; nothing where none."""
    by_plan = {one.plan: one for one in row.findings}
    return [(by_plan[plan].word, by_plan[plan].words[:_LONGEST]) if plan in by_plan else ("", "") for plan in plans]


def _effect(row: Row) -> str:
    one = row.defect
    number = "" if one.effect_percent is None else f"{one.effect_percent:+.3g} %"
    return "; ".join(text for text in (number, one.effect) if text) or "none on dose"


def _drawn(curve: Curve) -> Drawn:
    smallest = "none of those tried" if curve.smallest_percent is None else f"{curve.smallest_percent:g} %"
    line = " ".join(f"{_x(one.percent):.1f},{_y(one.share):.1f}" for one in curve.points)
    return Drawn(curve.plan, smallest, line, tuple(_point(one) for one in curve.points))


def _point(one: Point) -> tuple[float, float, float, float, str]:
    told = f"{one.percent:g} %: found in {one.found} of {one.tried}"
    return (round(_x(one.percent), 1), round(_y(one.share), 1), round(_y(one.lower), 1), round(_y(one.upper), 1), told)


def _x(percent: float) -> float:
    """Return where a size stands on the axis."""
    return _LEFT + (_WIDTH - _LEFT - 8.0) * (percent - SIZES_PERCENT[0]) / (SIZES_PERCENT[-1] - SIZES_PERCENT[0])


def _y(share: float) -> float:
    return 6.0 + (_HEIGHT - _FOOT - 6.0) * (1.0 - share)
