"""INCONCLUSIVE and INVALID results: shown and counted beside the others, never averaged with them."""

from reports.dashboards.appearance import VERDICT_COLOURS
from reports.dashboards.influxql import INCONCLUSIVE, INVALID, select, tags
from reports.dashboards.model import Json, Query
from reports.dashboards.panels import TableColumn

_VERDICTS = (("INCONCLUSIVE", INCONCLUSIVE), ("INVALID", INVALID))


def shown_apart(what: str, *where: str, by: tuple[str, ...], legend: str) -> tuple[Query, ...]:
    """Return a query of `what` for each of both verdicts; its name stands behind each of its series."""
    return tuple(
        Query(select(what, "results", *where, of_verdict, by=tags(*by)), f"{legend}: {verdict}", name=verdict)
        for verdict, of_verdict in _VERDICTS
    )


def counted_apart(*where: str, by: str) -> tuple[Query, ...]:
    """Return the number of results of each of both verdicts for each value of the tag `by`, as columns."""
    return tuple(
        Query(
            select(f'count("verdict_code") AS "{verdict}"', "results", *where, of_verdict, by=tags(by)),
            table=True,
            name=verdict,
        )
        for verdict, of_verdict in _VERDICTS
    )


COUNTED_APART = tuple(TableColumn(verdict, verdict, "none", width=120) for verdict, _ in _VERDICTS)


def _look(verdict: str) -> Json:
    colour = {"mode": "fixed", "fixedColor": VERDICT_COLOURS[verdict]}
    return {
        "matcher": {"id": "byRegexp", "options": f"/: {verdict}$/"},
        "properties": [{"id": "color", "value": colour}, {"id": "custom.drawStyle", "value": "points"}],
    }


# The colours of such series: for `overrides`.
APART = tuple(_look(verdict) for verdict, _ in _VERDICTS)
