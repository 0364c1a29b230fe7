"""The pictures of a document: graphs, intervals and lanes as vectors, and the words that stand beside them as data."""

from dataclasses import asdict
from typing import Any

from reports.drawing import intervals, lanes
from reports.drawing.plots import HEIGHT, WIDTH, plot_of, svg
from reports.facts.charts import Axis, Chart
from reports.facts.run_facts import Plan, ShownResult
from reports.facts.timelines import Timeline, Tone
from reports.words.results import with_unit

Json = dict[str, Any]

_TONES = {
    Tone.DONE: "#0b62a4",
    Tone.GOOD: "#16704f",
    Tone.BAD: "#b0231b",
    Tone.ALLOWED: "#cfe3ee",
    Tone.PLAIN: "#566273",
}
_INTERVAL_HEIGHT = 30.0
# So much of what lies in a lane is told in words beside it.
_MOST_TOLD = 6


def pictures_of(plan: Plan) -> Json:
    """Return the graphs, timelines and intervals of a plan; an interval stands under the entry of its result."""
    drawn = ((result.seq, _interval(result)) for result in plan.results)
    return {
        "charts": [_chart(one) for one in plan.graphs.charts],
        "timelines": [_timeline(one) for one in plan.graphs.timelines],
        "intervals": {str(seq): one for seq, one in drawn if one is not None},
    }


def _chart(chart: Chart) -> Json:
    plot = plot_of(chart)
    said = {"title": chart.title, "caption": chart.caption, "x": _label(chart.x), "y": _label(chart.y)}
    return said | {"plot": None if plot is None else asdict(plot), "width": WIDTH, "height": HEIGHT}


def _label(axis: Axis) -> str:
    return f"{axis.label} ({axis.unit})" if with_unit("", axis.unit) else axis.label


def _interval(result: ShownResult) -> Json | None:
    drawn = intervals.interval_of(result)
    if drawn is None:
        return None
    width, whisker = intervals.WIDTH, drawn.interval
    parts = [
        f'<rect x="0" y="8" width="{width:g}" height="14" fill="#eceff3"/>',
        f'<rect x="{drawn.allowed.x}" y="8" width="{drawn.allowed.width}" height="14" fill="#cfe3ee"/>',
        *(f'<rect x="{one.x}" y="8" width="{one.width}" height="14" fill="#b9c6d2"/>' for one in drawn.guards),
        *(f'<path d="M{one.x} 3v24" stroke="#b0231b" stroke-width="1.5"/>' for one in drawn.marks),
        f'<path d="M{whisker.x} 15h{whisker.width}m0 -5v10M{whisker.x} 10v10" stroke="#1a2330" fill="none"/>',
        f'<circle cx="{drawn.value}" cy="15" r="3.5" fill="#1a2330"/>',
    ]
    marks = [{"at": round(one.x / width, 5), "text": one.text} for one in drawn.marks]
    return {"svg": svg(width, _INTERVAL_HEIGHT, parts), "marks": marks}


def _timeline(timeline: Timeline) -> Json:
    drawn = lanes.lanes_of(timeline)
    return {
        "title": timeline.title,
        "caption": f"In {timeline.unit} since {timeline.since}. {timeline.caption}",
        "ticks": [{"at": round(one.percent / 100.0, 5), "text": one.text} for one in drawn.ticks],
        "lanes": [_lane(one, drawn) for one in drawn.lanes],
    }


def _lane(row: lanes.DrawnLane, timeline: lanes.DrawnTimeline) -> Json:
    told = [*(one.what.said for one in row.stretches), *(one.what.said for one in row.moments)]
    more = len(row.lane.stretches) + len(row.lane.moments) - _MOST_TOLD
    besides = row.lane.said if row.lane.said != row.lane.name else ""
    return {
        "name": row.lane.name,
        "said": besides,
        "told": "; ".join(told[:_MOST_TOLD]) + (f"; and {more} more" if more > 0 else ""),
        "alt": row.words,
        "svg": _lane_picture(row, timeline),
    }


def _lane_picture(row: lanes.DrawnLane, timeline: lanes.DrawnTimeline) -> str:
    height = lanes.HEIGHT
    parts = [f'<rect width="{lanes.WIDTH:g}" height="{height:g}" fill="#eceff3"/>']
    parts += [f'<path d="M{one.x} 0v{height:g}" stroke="#fff"/>' for one in timeline.ticks]
    parts += [
        f'<rect x="{one.x}" y="3" width="{one.width}" height="12" fill="{_TONES[one.what.tone]}"/>'
        for one in row.stretches
    ]
    parts += [_moment(one.x, one.what.tone) for one in row.moments]
    return svg(lanes.WIDTH, height, parts)


def _moment(x: float, tone: Tone) -> str:
    """Return a moment's sign: each tone has a shape of its own beside its colour."""
    colour = _TONES[tone]
    at = f'transform="translate({x} 9)"'
    if tone is Tone.GOOD:
        return f'<circle {at} r="5" fill="{colour}"/>'
    if tone is Tone.BAD:
        return f'<path {at} d="M-5 -5L5 5M-5 5L5 -5" stroke="{colour}" stroke-width="2"/>'
    if tone is Tone.DONE:
        return f'<path {at} d="M0 -6L6 0L0 6L-6 0Z" fill="{colour}"/>'
    return f'<path {at} d="M0 -6V6" stroke="{colour}" stroke-width="2"/>'
