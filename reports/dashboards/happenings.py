"""What happened in one run: alarms, events, commands and how sampling went, as panels."""

from reports.dashboards.appearance import GREEN, ORANGE, RED, thresholds, words
from reports.dashboards.influxql import ALWAYS, RUN, SHOWN, over_time, select, tags
from reports.dashboards.model import Query
from reports.dashboards.panels import Graph, Stat, States, Table, TableColumn

_SEVERITIES = words(("info", "info", "text"), ("warning", "warning", ORANGE), ("alarm", "alarm", RED))
_EVENT_COLUMNS = (
    TableColumn("Time", "when", "dateTimeAsIso", width=165),
    TableColumn("severity", "severity", width=90, mappings=(_SEVERITIES,)),
    TableColumn("event", "event", width=150),
    TableColumn("text", "what"),
)


def _events(title: str, description: str, no_data: str, *where: str, width: int) -> Table:
    statement = select('"text"', "events", RUN, *where, by=tags("event", "severity"))
    return Table(
        title=title,
        description=description,
        no_data=no_data,
        queries=(Query(statement, table=True),),
        columns=_EVENT_COLUMNS,
        sorted_by="when",
        width=width,
    )


ALARMS = _events(
    "Alarms and warnings of the run",
    "Readings that were missed, samplers that failed, a pump that did not stop, a supply that was cut, and whatever "
    "else calls itself an alarm. The pump's own alarms are beside.",
    "No alarm and no warning in this run.",
    '"severity" =~ /^(warning|alarm)$/',
    ALWAYS,
    width=12,
)
EVENTS = _events(
    "What happened",
    "Every event in the span shown, in words.",
    "No event in this span.",
    SHOWN,
    width=12,
)
ALARM_COUNT = Stat(
    title="Alarms",
    description="Alarms of the whole run, as far as the rig noticed them; the pump's own are below.",
    unit="none",
    no_data="none",
    queries=(Query(select('count("seq")', "alarms", RUN, ALWAYS)),),
    thresholds=thresholds(GREEN, (1, RED)),
    width=3,
)
PLANS_NOT_PASSED = Stat(
    title="Plans not passed",
    description="Plans of the whole run, as far as it has come, that did not come to PASS: another verdict, or none at "
    "all.",
    unit="none",
    no_data="none",
    queries=(Query(select('count("seq")', "plans", RUN, "\"standing\" != 'PASS'", ALWAYS)),),
    thresholds=thresholds(GREEN, (1, RED)),
    width=3,
)
LOST = Stat(
    title="Samples lost",
    description="Samples of the whole run that instruments could not deliver.",
    unit="none",
    no_data="–",
    queries=(Query(select('sum("samples_lost")', "reads", RUN, ALWAYS)),),
    thresholds=thresholds(GREEN, (1, ORANGE)),
    width=3,
)
LATENESS = Graph(
    title="Lateness of readings",
    description="From when a reading was due to when it was recorded, the worst of each interval as far as it has been "
    "read. 0 in virtual time.",
    unit="ms",
    no_data="No reading in this span.",
    queries=(Query(over_time('max("late_ms")', "reads", RUN, by=tags("instrument")), "$tag_instrument"),),
    told="max",
)
CHALLENGES = States(
    title="Challenges",
    description="What was done to the pump and its line, each from when it began until it was taken away.",
    unit="none",
    no_data="No challenge in this span.",
    queries=(
        Query(select('"active"', "challenges", RUN, SHOWN, by=tags("challenge", "by")), "$tag_challenge ($tag_by)"),
    ),
    width=24,
    height=6,
    mappings=(words((1, "under way", ORANGE), (0, "over", "text")),),
)
LIMITS = Table(
    title="Limits in force",
    description="What results had to lie within, as it was agreed when the run began, and who says so.",
    no_data="No limit was in force.",
    queries=(Query(select('"allowed", "coverage_k", "says"', "limits", RUN, ALWAYS, by=tags("limit")), table=True),),
    columns=(
        TableColumn("Time"),
        TableColumn("limit", "limit", width=200),
        TableColumn("allowed", "allowed", width=150),
        TableColumn("coverage_k", "k", "none", decimals=2, width=60),
        TableColumn("says", "source"),
    ),
    width=12,
)
REQUIREMENTS = Table(
    title="Requirements in force",
    description="What the run's plans could trace to, what hurts whom where it does not hold, and who says so.",
    no_data="No requirement was in force.",
    queries=(
        Query(select('"text", "hazard", "says"', "requirements", RUN, ALWAYS, by=tags("requirement")), table=True),
    ),
    columns=(
        TableColumn("Time"),
        TableColumn("requirement", "requirement", width=120),
        TableColumn("text", "what"),
        TableColumn("hazard", "hazard"),
        TableColumn("says", "source"),
    ),
    width=12,
)
COMMANDS = Table(
    title="Commands",
    description="What instruments were told, how often, and how long the answer took (99 of 100 were quicker).",
    no_data="No command in this run.",
    queries=(
        Query(
            select(
                'count("seq") AS "count", percentile("round_trip_ms", 99) AS "p99", max("round_trip_ms") AS "longest"',
                "commands",
                RUN,
                ALWAYS,
                by=tags("instrument", "verb"),
            ),
            table=True,
        ),
    ),
    columns=(
        TableColumn("Time"),
        TableColumn("instrument", "instrument", width=140),
        TableColumn("verb", "command"),
        TableColumn("count", "times", "none", width=80),
        TableColumn("p99", "99 %", "ms", decimals=2, width=100),
        TableColumn("longest", "longest", "ms", decimals=2, width=100),
    ),
    width=12,
)
CALIBRATIONS = Table(
    title="Instruments and their calibration",
    description="How long each instrument's calibration had to go when the run began. Overdue makes results INVALID.",
    no_data="No instrument of this run has a calibration.",
    queries=(
        Query(
            select(
                'last("due_ms") AS "due_ms", "calibration", "days_left"',
                "calibrations",
                RUN,
                ALWAYS,
                by=tags("instrument", "driver", "capability"),
            ),
            table=True,
        ),
    ),
    columns=(
        TableColumn("Time"),
        TableColumn("instrument", "instrument", width=140),
        TableColumn("capability", "measures", width=100),
        TableColumn("driver", "driver"),
        TableColumn("calibration", "calibration"),
        TableColumn("due_ms", "good until", "dateTimeAsIso", width=170),
        TableColumn("days_left", "days left", "none", 0, 100, thresholds=thresholds(RED, (0, ORANGE), (30, GREEN))),
    ),
    width=12,
)
