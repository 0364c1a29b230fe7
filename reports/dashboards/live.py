"""A run while it happens: flow, volume, pressure, alarms, and what verdict it heads for."""

from reports.dashboards import choices, happenings, signals, verdicts
from reports.dashboards.appearance import ORANGE, RED, verdict_words, words
from reports.dashboards.influxql import ALWAYS, RUN, SHOWN, select
from reports.dashboards.model import Dashboard, Query, Row
from reports.dashboards.panels import Stat

SOURCE = Stat(
    title="Measured",
    description="Whether a real pump is under test or a mocked one, of which nothing says anything about a real one.",
    unit="string",
    no_data="–",
    queries=(Query(select('last("kind")', "runs", RUN, ALWAYS)),),
    mappings=(words(("mocked", "MOCKED pump", ORANGE), ("physical", "physical pump", "text")),),
    words=True,
)
STATE = Stat(
    title="State",
    description="How the run ended, which says nothing about its verdicts. A run that was killed is closed by the next "
    "`rig` command that meets it.",
    unit="string",
    no_data="not over",
    queries=(Query(select('last("reason")', "runs", RUN, ALWAYS)),),
    mappings=(
        words(("FINISHED", "ended", "text"), ("ABORTED", "ABORTED", ORANGE), ("INTERRUPTED", "INTERRUPTED", RED)),
    ),
    words=True,
)
OUTCOME = Stat(
    title="Comes to",
    description="The verdict that speaks for the whole run once it is over: PASS only when every plan that was "
    "selected came to PASS.",
    unit="string",
    no_data="not over",
    queries=(Query(select('last("outcome")', "runs", RUN, ALWAYS)),),
    mappings=(verdict_words(),),
    words=True,
)
_NOW = (
    SOURCE,
    STATE,
    OUTCOME,
    happenings.PLANS_NOT_PASSED,
    Stat(
        title="Doing",
        description="The last plan, window or challenge that began or ended in the span shown.",
        unit="string",
        no_data=signals.NOTHING_HERE,
        queries=(
            Query(select('last("text")', "events", RUN, '"event" =~ /^(plan|window|challenge|bench|run) /', SHOWN)),
        ),
        words=True,
        width=9,
    ),
    Stat(
        title="Set rate",
        description="What the pump says it is set to deliver now, infusion and bolus together.",
        unit="µL/h",
        no_data="–",
        queries=(Query(select('last("rate_ul_h")', "samples", RUN, SHOWN)),),
        width=6,
    ),
    Stat(
        title="Flow now",
        description="The latest reading of the flow sensor.",
        unit="µL/h",
        decimals=1,
        no_data="–",
        queries=(Query(select('last("flow_ul_h")', "samples", RUN, SHOWN)),),
        width=6,
    ),
    Stat(
        title="Reservoir",
        description="Content of the reservoir by the pump's own count.",
        unit="µL",
        decimals=0,
        no_data="–",
        queries=(Query(select('last("reservoir_ul")', "samples", RUN, SHOWN)),),
        width=6,
    ),
)

DASHBOARD = Dashboard(
    uid=choices.LIVE,
    title="Live run",
    description="One run while it happens. On the wall clock it follows the present; a run in virtual time is opened "
    "from the list of runs at its own span.",
    variables=choices.FOR_ONE_RUN,
    annotations=choices.MARKS,
    span=("now-1h", "now"),
    refresh="5s",
    siblings=(("Run overview", choices.RUN),),
    rows=(
        Row("Now", (*_NOW, happenings.LOST, happenings.ALARM_COUNT)),
        Row(
            "Projected verdict",
            (verdicts.PROJECTED_VERDICT, verdicts.DOSE_ERROR, verdicts.LATEST_VERDICTS),
        ),
        Row("Flow, volume and pressure", (signals.FLOW, signals.VOLUME, signals.PRESSURE, happenings.LATENESS)),
        Row("Alarms and challenges", (signals.PUMP_STATE, happenings.ALARMS, happenings.CHALLENGES)),
    ),
)
