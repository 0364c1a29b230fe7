"""A run while it happens: flow, volume, pressure, alarms, and what verdict it heads for."""

from reports.dashboards import choices, happenings, signals, verdicts
from reports.dashboards.influxql import ALWAYS, RUN, SHOWN, select
from reports.dashboards.model import Dashboard, Query, Row
from reports.dashboards.panels import Stat

STATE = Stat(
    title="State",
    description="How the run ended. A run that was killed is closed by the next `rig` command that meets it.",
    unit="string",
    no_data="not over",
    queries=(Query(select('last("reason")', "runs", RUN, ALWAYS)),),
    words=True,
    width=3,
)
_NOW = (
    STATE,
    Stat(
        title="Doing",
        description="The last thing that happened in the span shown.",
        unit="string",
        no_data=signals.NOTHING_HERE,
        queries=(Query(select('last("text")', "events", RUN, SHOWN)),),
        words=True,
        width=6,
    ),
    Stat(
        title="Set rate",
        description="What the pump says it is set to deliver now, infusion and bolus together.",
        unit="µL/h",
        no_data="–",
        queries=(Query(select('last("rate_ul_h")', "samples", RUN, SHOWN)),),
        width=3,
    ),
    Stat(
        title="Flow now",
        description="The latest reading of the flow sensor.",
        unit="µL/h",
        decimals=1,
        no_data="–",
        queries=(Query(select('last("flow_ul_h")', "samples", RUN, SHOWN)),),
        width=3,
    ),
    Stat(
        title="Reservoir",
        description="Content of the reservoir by the pump's own count.",
        unit="µL",
        decimals=0,
        no_data="–",
        queries=(Query(select('last("reservoir_ul")', "samples", RUN, SHOWN)),),
        width=3,
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
            (
                verdicts.PROJECTED_VERDICT,
                verdicts.PROJECTED_RESULT,
                verdicts.CHANCE_OF_PASS,
                verdicts.TIME_TO_VERDICT,
                verdicts.DOSE_ERROR,
                verdicts.LATEST_VERDICTS,
            ),
        ),
        Row("Flow, volume and pressure", (signals.FLOW, signals.VOLUME, signals.PRESSURE, happenings.LATENESS)),
        Row("Alarms", (signals.PUMP_STATE, happenings.ALARMS)),
    ),
)
