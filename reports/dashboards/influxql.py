"""InfluxQL as dashboards ask it: what 1.x, 2.x and 3.x all understand, with Grafana's variables in place.

Values of variables are always written in a format of their own (`:singlequote`, `:regex`), so that names with spaces,
quotes or dots mean themselves whatever Grafana's data source would make of them.
"""

from collections.abc import Sequence

# The run that the reader chose.
RUN = '"run" = ${run:singlequote}'
# What the reader chose on pages over many runs; `source` is one value, so that mocked and physical never mix.
CHOSEN = '"source" = ${source:singlequote} AND "bench" =~ /^${bench:regex}$/ AND "dut" =~ /^${dut:regex}$/'
# For what belongs to a run as a whole and must be found whatever span of time is shown. InfluxDB 3 looks back only a
# day when a statement names no time.
ALWAYS = "time > 0"
SHOWN = "$timeFilter"
# How many µs of each ms of an interval samples must cover, so that it counts as a whole one: they come a little early
# or late.
_COVERED = '"us" >= 900 * $__interval_ms'
# An INVALID result says nothing about a pump, and an INCONCLUSIVE one does not say enough: neither enters a mean.
JUDGED = '"verdict" =~ /^(PASS|FAIL)$/'
INCONCLUSIVE, INVALID = "\"verdict\" = 'INCONCLUSIVE'", "\"verdict\" = 'INVALID'"
NOT_INVALID = "\"verdict\" != 'INVALID'"


# Which rows a graph reads: those of seconds or, where its intervals are minutes or longer, those of minutes. Of both
# statements one asks for nothing, by a comparison of two numbers: a server knows that without looking at its data.
PACES = (("samples_1s", "$__interval_ms < 60000"), ("samples_1m", "$__interval_ms >= 60000"))


def select(what: str, measurement: str, *where: str, by: str = "", rest: str = "") -> str:
    """Return one statement: `SELECT what FROM measurement WHERE ... GROUP BY by rest`."""
    return _statement(what, f'"{measurement}"', where, by, rest)


def over_time(what: str, measurement: str, *where: str, by: str = "", fill: str = "null") -> str:
    """Return a statement with one value per interval of the graph; intervals without data are filled with `fill`."""
    groups = f"time($__interval), {by}" if by else "time($__interval)"
    return select(what, measurement, *where, SHOWN, by=groups, rest=f"fill({fill})")


def full_intervals(what: str, value: str, field: str, measurement: str, *where: str, by: str) -> str:
    """Return a statement with one value per interval of the graph that samples of `field` cover, none of a part of one.

    `what` is asked of each sample, and `value` of what it gives (`sum` and `mean` over the interval) and of the time
    covered (`us`, in µs). The samples' own stamps count, wherever in the interval they lie.
    """
    steps = select(f'{what} AS "step", elapsed("{field}", 1u) AS "us"', measurement, *where, SHOWN, by=by)
    sums = 'mean("step") AS "mean", sum("step") AS "sum", sum("us") AS "us"'
    summed = from_rows(sums, steps, by=f"time($__interval), {by}")
    return from_rows(value, f"{summed} fill(none)", _COVERED, by=by)


def whole_intervals(of_each: str, shown: str, rows: str, covering: str, *, by: str) -> str:
    """Return a statement with `shown` of each interval of the graph that samples cover, none of a part of one.

    `of_each` is asked of the floats that the statement `rows` finds in an interval, such as a mean, and `covering` is
    the statement for the time (`us`, in µs) from each sample to the one before it.
    """
    both = f'{of_each}, sum("us") AS "us"'
    # Servers take what the first of several statements does not have for a float: the time, an integer, must be there.
    asked = _statement(both, f"({covering}), ({rows})", (SHOWN,), f"time($__interval), {by}", "fill(none)")
    return from_rows(shown, asked, _COVERED, by=by)


def elapsed(field: str, measurement: str, *where: str, by: str) -> str:
    """Return the statement for the time between samples of `field`: `us`, in µs."""
    return select(f'elapsed("{field}", 1u) AS "us"', measurement, *where, SHOWN, by=by)


def slope(per_us: str, field: str, measurement: str, *where: str, by: str) -> str:
    """Return how fast `field` rises, from sample to sample over each full interval, times `per_us`."""
    rise = f'difference("{field}")'
    return full_intervals(rise, f'"sum" / "us" * {per_us}', field, measurement, *where, by=by)


def mean_of(field: str, measurement: str, *where: str, by: str) -> str:
    """Return the mean of `field` in each full interval."""
    return full_intervals(f'moving_average("{field}", 2)', '"mean"', field, measurement, *where, by=by)


def integral(per_us: str, name: str, field: str, measurement: str, *where: str, by: str) -> str:
    """Return `field` integrated over time (µs) from the span's beginning on, times `per_us`, as `name`."""
    what = f'moving_average("{field}", 2) AS "mean", elapsed("{field}", 1u) AS "us"'
    pieces = from_rows(f'"mean" * "us" * {per_us} AS "piece"', select(what, measurement, *where, SHOWN, by=by))
    summed = from_rows('sum("piece") AS "piece"', pieces, by="time($__interval)")
    return from_rows(f'cumulative_sum("piece") AS "{name}"', f"{summed} fill(none)")


def from_rows(what: str, inner: str, *where: str, by: str = "") -> str:
    """Return a statement over the rows of another one, in the span shown."""
    return _statement(what, f"({inner})", (*where, SHOWN), by, "")


def values_of(tag: str, measurement: str, *where: str) -> str:
    """Return the statement that lists a tag's values."""
    return f'SHOW TAG VALUES FROM "{measurement}" WITH KEY = "{tag}" WHERE {" AND ".join((ALWAYS, *where))}'


def tags(*names: str) -> str:
    """Return tags to group by."""
    return ", ".join(f'"{name}"' for name in names)


def _statement(what: str, source: str, where: Sequence[str], by: str, rest: str) -> str:
    words = ["SELECT", what, "FROM", source, "WHERE", " AND ".join(where)]
    return " ".join([*words, *(["GROUP BY", by] if by else []), *([rest] if rest else [])])
