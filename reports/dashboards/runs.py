"""The list of runs: where a reader starts, because each run opens at its own span of time."""

from reports.dashboards import choices, influxql
from reports.dashboards.appearance import ORANGE, RED, VERDICTS, thresholds, verdict_words, words
from reports.dashboards.model import Dashboard, Json, Query, Row
from reports.dashboards.panels import Table, TableColumn

# A run that is not over has no end: its pages then reach to now.
_SPAN = "from=${__data.fields.started_ms.numeric}&to=${__data.fields.stopped_ms.numeric}"


def to_run(title: str, uid: str) -> Json:
    """Return the link from a table's row with `run`, `started_ms` and `stopped_ms` to a page of this run."""
    return {
        "title": title,
        "url": f"/d/{uid}?var-run=${{__data.fields.run:percentencode}}&{_SPAN}",
        "targetBlank": False,
    }


RUN_LINKS = (to_run("Run overview", choices.RUN), to_run("Live run", choices.LIVE))
RUN_FACTS = ", ".join(
    (
        'last("started_ms") AS "started_ms"',
        'last("stopped_ms") AS "stopped_ms"',
        'last("duration_s") AS "duration_s"',
        'last("reason") AS "reason"',
        'last("outcome") AS "outcome"',
        'last("dut_model") AS "dut_model"',
        'last("operator") AS "operator"',
        'last("plans") AS "plans"',
        'last("clock") AS "clock"',
        'last("overdue") AS "overdue"',
        'last("rig_version") AS "rig_version"',
    )
)
RUN_TAGS = influxql.tags("run", "bench", "dut", "source")
_COUNTED = tuple(VERDICTS.values())[::-1]


def run_queries(*where: str) -> tuple[Query, ...]:
    """Return a line for each run: what it is, its plans that did not come to PASS, and how many of each verdict."""

    def one(name: str, what: str, measurement: str, *more: str) -> Query:
        statement = influxql.select(what, measurement, *where, *more, influxql.ALWAYS, by=RUN_TAGS)
        return Query(statement, table=True, name=name)

    return (
        one("run", RUN_FACTS, "runs"),
        one("not_passed", 'count("seq") AS "not_passed"', "plans", "\"standing\" != 'PASS'"),
        one("no_verdict", 'count("seq") AS "no_verdict"', "plans", '"results" = 0'),
        *(
            one(verdict, f'count("verdict_code") AS "{verdict}"', "results", f"\"verdict\" = '{verdict}'")
            for verdict in _COUNTED
        ),
    )


# The lines of all of them are put together by what they have in common: the run's tags.
MERGED = ({"id": "merge", "options": {}},)
_REASONS = words(("ABORTED", "ABORTED", ORANGE), ("INTERRUPTED", "INTERRUPTED", RED))
_NONE_IS_BEST = thresholds("text", (1, RED))
RUN_COLUMNS = (
    TableColumn("Time"),
    TableColumn("outcome", "comes to", width=120, mappings=(verdict_words(),)),
    TableColumn("not_passed", "plans not passed", "none", width=100, thresholds=_NONE_IS_BEST),
    TableColumn("no_verdict", "plans without verdict", "none", width=100, thresholds=_NONE_IS_BEST),
    TableColumn("run", "run", width=330, links=RUN_LINKS),
    *(TableColumn(verdict, verdict, "none", width=80) for verdict in _COUNTED),
    TableColumn("started_ms", "begins", "dateTimeAsIso", width=170),
    TableColumn("stopped_ms", "ends", "dateTimeAsIso", width=170),
    TableColumn("duration_s", "lasts", "s", decimals=1, width=100),
    TableColumn("reason", "ended as", width=110, mappings=(_REASONS,)),
    TableColumn("dut", "pump", width=110),
    TableColumn("dut_model", "model"),
    TableColumn("source", "source", width=90, mappings=(words(("mocked", "MOCKED", ORANGE)),)),
    TableColumn("bench", "bench", width=120),
    TableColumn("operator", "operator", width=130),
    TableColumn("plans", "plans"),
    TableColumn("clock", "clock", width=80),
    TableColumn("overdue", "calibration overdue", width=150),
    TableColumn("rig_version", "rig", width=70),
)

DASHBOARD = Dashboard(
    uid=choices.RUNS,
    title="Runs",
    description="All runs; a click on one opens it at its own span of time, also when that is virtual.",
    variables=(choices.EITHER_SOURCE, *choices.FOR_ONE_RUN[1:3]),
    span=("now-90d", "now"),
    rows=(
        Row(
            "Runs, whatever span of time is shown above",
            (
                Table(
                    title="Runs",
                    description="One line for each run. Times are the run's own: on the virtual clock a run stands at "
                    "its virtual time. Click on a run's name to open it there. What a run comes to is known when it is "
                    "over: PASS only when every plan that was selected did. FINISHED says no more than that it ended.",
                    no_data="No runs in this bucket: run a plan with streaming on, or back-fill with `rig sync`.",
                    queries=run_queries(
                        '"source" =~ /^${source:regex}$/',
                        '"bench" =~ /^${bench:regex}$/',
                        '"dut" =~ /^${dut:regex}$/',
                    ),
                    transformations=MERGED,
                    columns=RUN_COLUMNS,
                    sorted_by="begins",
                    height=20,
                ),
            ),
        ),
    ),
)
