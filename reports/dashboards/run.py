"""One run as a whole: who, what, when, the verdicts and what they rest on."""

from reports.dashboards import choices, happenings, influxql, signals, verdicts
from reports.dashboards.model import Dashboard, Row, Variable
from reports.dashboards.panels import Table
from reports.dashboards.runs import MERGED, RUN_COLUMNS, run_queries

_TEST = Variable(
    name="test",
    label="Test",
    description="The test whose uncertainty is shown",
    query=influxql.values_of("test", "results", influxql.RUN),
)
_FACTS = Table(
    title="This run",
    description="Click on the run's name to set the page to the run's own span of time.",
    no_data="There is no such run in this bucket.",
    queries=run_queries(influxql.RUN),
    transformations=MERGED,
    columns=RUN_COLUMNS,
    height=4,
)

DASHBOARD = Dashboard(
    uid=choices.RUN,
    title="Run overview",
    description="One run from its beginning to its end. What concerns the run as a whole is shown whatever span of "
    "time is chosen; curves and events follow the span.",
    variables=(*choices.FOR_ONE_RUN, _TEST),
    annotations=choices.MARKS,
    span=("now-7d", "now"),
    siblings=(("Live run", choices.LIVE),),
    rows=(
        Row("Run", (_FACTS,)),
        Row("Verdicts", (verdicts.PLANS_NOT_PASSED, verdicts.RESULTS, verdicts.VERDICT_COUNTS, verdicts.UNCERTAINTY)),
        Row(
            "What was measured",
            (
                signals.FLOW,
                signals.VOLUME,
                signals.PRESSURE,
                signals.TEMPERATURES,
                signals.PUMP_STATE,
                signals.SUPPLY,
            ),
        ),
        Row("What happened", (happenings.CHALLENGES, happenings.EVENTS, happenings.ALARMS)),
        Row(
            "What it rests on",
            (happenings.LIMITS, happenings.REQUIREMENTS, happenings.COMMANDS, happenings.CALIBRATIONS),
        ),
    ),
)
