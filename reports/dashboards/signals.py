"""What instruments measured during one run, as panels for the run's pages."""

from reports.dashboards.appearance import UL_PER_MG, pump_alarms, pump_states
from reports.dashboards.influxql import (
    PACES,
    RUN,
    SHOWN,
    elapsed,
    from_rows,
    integral,
    mean_of,
    over_time,
    select,
    slope,
    tags,
    whole_intervals,
)
from reports.dashboards.model import Query
from reports.dashboards.panels import Graph, States

NOTHING_HERE = "Nothing in this span: open the run from the list of runs, which knows its span."
_BY_INSTRUMENT = tags("instrument")
# A mocked bench is set up anew for each plan: from one to the next there is another vessel, and no volume.
BY_OPENING = tags("opening")
_APART = tags("instrument", "opening")
_PER_HOUR = "3600000000"
# Every row of seconds or minutes has it, whatever an instrument measures.
_COUNTED = "samples_counted"


def _states(what: str, legend: str) -> Query:
    return Query(over_time(what, "samples", RUN, by=_BY_INSTRUMENT, fill="none"), legend)


def _samples(what: str, fields: str, legend: str) -> tuple[Query, ...]:
    """Return `what` (mean, max, min) of every field of these names in each interval that is over, by both paces."""

    def asked(rows: str, pace: str) -> Query:
        values = select(fields, rows, RUN, pace, SHOWN, by=_BY_INSTRUMENT)
        covering = elapsed(_COUNTED, rows, RUN, pace, by=_APART)
        shown = whole_intervals(f"{what}({fields})", f"/^{what}_/", values, covering, by=_BY_INSTRUMENT)
        return Query(shown, legend)

    return tuple(asked(rows, pace) for rows, pace in PACES)


def _summed(field: str, name: str, *, times: str = "1") -> tuple[Query, ...]:
    """Return by how much `field` rose in the span shown, from reading to reading: no interval loses its beginning."""

    def asked(rows: str, pace: str) -> Query:
        steps = select(f'difference("{field}") AS "step"', rows, RUN, pace, SHOWN, by=BY_OPENING)
        summed = from_rows('sum("step") AS "step"', steps, by="time($__interval)")
        return Query(from_rows(f'cumulative_sum("step") * {times} AS "{name}"', f"{summed} fill(none)"), "$col")

    return tuple(asked(rows, pace) for rows, pace in PACES)


def _slope(per_us: str, field: str, legend: str) -> tuple[Query, ...]:
    return tuple(Query(slope(per_us, field, rows, RUN, pace, by=_APART), legend) for rows, pace in PACES)


FLOW = Graph(
    title="Flow",
    description="Programme, flow sensor and balance on one axis, the programme with boluses and primes as they were "
    f"ordered. The balance's flow is the slope of its readings times {UL_PER_MG} µL/mg (water at 20 °C), without "
    "further correction. Only intervals that were measured from end to end are shown.",
    unit="µL/h",
    decimals=2,
    no_data=NOTHING_HERE,
    queries=(
        Query(slope(_PER_HOUR, "programmed_ul", "samples", RUN, by=BY_OPENING), "programmed"),
        *(Query(mean_of("flow_ul_h", rows, RUN, pace, by=_APART), "$tag_instrument: sensor") for rows, pace in PACES),
        *_slope(f"{UL_PER_MG} * {_PER_HOUR}", "mass_mg_last", "$tag_instrument: weighed"),
    ),
)
VOLUME = Graph(
    title="Volume delivered in the span shown",
    description="The same delivery by three ways that know nothing of each other: weighed "
    f"({UL_PER_MG} µL/mg), counted by the pump, and the flow sensor's flow summed up (gaps in it are bridged).",
    unit="µL",
    decimals=1,
    no_data=NOTHING_HERE,
    queries=(
        *_summed("mass_mg_last", "weighed", times=str(UL_PER_MG)),
        *_summed("delivered_ul_last", "counted by the pump"),
        *(
            Query(integral(f"1 / {_PER_HOUR}", "flow sensor", "flow_ul_h", rows, RUN, pace, by=_APART), "$col")
            for rows, pace in PACES
        ),
    ),
)
PRESSURE = Graph(
    title="Pressure",
    description="Every channel in kPa, such as the line above ambient and the back pressure at the catheter's tip: "
    "mean, highest and lowest of each interval that is over; zoom in for the rest. A rise that does not end is an "
    "occlusion.",
    unit="pressurekpa",
    no_data="No channel in kPa in this span.",
    queries=(
        *_samples("mean", "/_kpa$/", "$col"),
        *_samples("max", "/_kpa_max$/", "$col"),
        *_samples("min", "/_kpa_min$/", "$col"),
    ),
    transformations=tuple(
        {"id": "renameByRegex", "options": {"regex": regex, "renamePattern": name}}
        for regex, name in (
            ("^mean_(.*)_kpa$", "$1"),
            ("^max_(.*)_kpa_max$", "$1, highest"),
            ("^min_(.*)_kpa_min$", "$1, lowest"),
        )
    ),
)
PUMP_STATE = States(
    title="The pump's state and alarms",
    description="As the pump reports them: of each interval its last state, and of the alarms that it reported the one "
    "of the highest code, also one that was over soon. Several alarms at once are joined by +.",
    unit="string",
    no_data="The pump has not been polled in this span.",
    queries=(_states('last("state")', "state"), _states('max("alarms")', "alarms")),
    mappings=(pump_states(),),
    overrides=(
        {
            "matcher": {"id": "byName", "options": "alarms"},
            "properties": [{"id": "mappings", "value": [pump_alarms()]}],
        },
    ),
)
SUPPLY = Graph(
    title="The pump's supply",
    description="The pump's battery, and the voltages that supply and data acquisition measure: the mean of each "
    "interval that is over.",
    unit="volt",
    no_data="No channel in V in this span.",
    queries=_samples("mean", "/_v$/", "$tag_instrument: $col"),
    transformations=({"id": "renameByRegex", "options": {"regex": "^(.*)mean_(.*)_v$", "renamePattern": "$1$2"}},),
)
TEMPERATURES = Graph(
    title="Temperatures",
    description="Every channel in °C: air beside the balance, liquid in the line. 0.1 K/h moves 0.4 µL/h into or out "
    "of 20 mL of liquid. The mean of each interval that is over.",
    unit="celsius",
    decimals=2,
    no_data="No channel in °C in this span.",
    queries=_samples("mean", "/_c$/", "$tag_instrument: $col"),
    transformations=({"id": "renameByRegex", "options": {"regex": "^(.*)mean_(.*)_c$", "renamePattern": "$1$2"}},),
)
