"""The variables and marks that dashboards share."""

from reports.dashboards import influxql
from reports.dashboards.appearance import BLUE, ORANGE, PURPLE, RED
from reports.dashboards.model import Annotation, Order, Variable

RUNS, LIVE, RUN, ACCURACY, HEALTH, TREND = (
    "pump-rig-runs",
    "pump-rig-live",
    "pump-rig-run",
    "pump-rig-accuracy",
    "pump-rig-health",
    "pump-rig-trend",
)
RUN_PAGES = (("Live run", LIVE), ("Run overview", RUN))
BENCH_CHOSEN = '"bench" =~ /^${bench:regex}$/'
_DUT_CHOSEN = '"dut" =~ /^${dut:regex}$/'

# Pages that follow one run may look at either; pages that compare runs never mix the two.
EITHER_SOURCE = Variable(
    name="source",
    label="Source",
    description="Physical pumps, mocked ones, or both",
    query=influxql.values_of("source", "runs"),
    every=True,
)
ONE_SOURCE = Variable(
    name="source",
    label="Source",
    description="Physical pumps or mocked ones: they are never shown together",
    query=influxql.values_of("source", "runs"),
    order=Order.LAST_FIRST,
)
SOURCE_CHOSEN = '"source" = ${source:singlequote}'


def bench(source_chosen: str) -> Variable:
    """Return the choice of benches."""
    return Variable(
        name="bench",
        label="Bench",
        description="The bench that the runs were made on",
        query=influxql.values_of("bench", "runs", source_chosen),
        every=True,
        several=True,
    )


def dut(source_chosen: str) -> Variable:
    """Return the choice of pumps."""
    return Variable(
        name="dut",
        label="Pump",
        description="Serial number of the pump under test",
        query=influxql.values_of("dut", "runs", source_chosen, BENCH_CHOSEN),
        every=True,
        several=True,
    )


_ANY_SOURCE = '"source" =~ /^${source:regex}$/'
# One run, found by source, bench and pump; the newest is chosen first, because ids begin with the run's time.
FOR_ONE_RUN = (
    EITHER_SOURCE,
    bench(_ANY_SOURCE),
    dut(_ANY_SOURCE),
    Variable(
        name="run",
        label="Run",
        description="The run to look at; the list of runs opens each at its own span of time",
        query=influxql.values_of("run", "runs", _ANY_SOURCE, BENCH_CHOSEN, _DUT_CHOSEN),
        order=Order.LAST_FIRST,
        follows_time=True,
    ),
)
FOR_MANY_RUNS = (ONE_SOURCE, bench(SOURCE_CHOSEN), dut(SOURCE_CHOSEN))
RESULT = Variable(
    name="result",
    label="Result",
    description="Which result of the plans",
    query=influxql.values_of("result", "results", SOURCE_CHOSEN),
    proposed="mean flow error",
)
RESULT_CHOSEN = '"result" = ${result:singlequote}'
SETTING_CHOSEN = '"setting" = ${setting:singlequote}'


def setting(*, several: bool) -> Variable:
    """Return the choice of what pumps were set to."""
    return Variable(
        name="setting",
        label="Setting",
        description="The rate or volume that the pump was set to",
        query=influxql.values_of("setting", "results", SOURCE_CHOSEN, RESULT_CHOSEN),
        every=several,
        several=several,
        order=Order.NUMBERS,
    )


_EVENTS = (
    ("Plans and windows", "/^(plan|window) /", BLUE),
    ("Challenges", "/^challenge /", ORANGE),
    ("Trips", "/^(interlock tripped|supervisor acted|bench latched)$/", PURPLE),
)


def _marks(*where: str, plans: bool) -> tuple[Annotation, ...]:
    """Return marks for what happened in some runs; those of plans are shown at first or wait until they are chosen."""

    def asked(measurement: str, *more: str) -> str:
        return influxql.select('"text", "severity"', measurement, *where, *more, influxql.SHOWN)

    return (
        *(
            Annotation(name, asked("events", f'"event" =~ {events}'), colour, shown=plans or name != _EVENTS[0][0])
            for name, events, colour in _EVENTS
        ),
        Annotation("Alarms", asked("alarms"), RED),
    )


MARKS = _marks(influxql.RUN, plans=True)
# A year of runs has thousands of plans.
MARKS_OF_RUNS = _marks(influxql.CHOSEN, plans=False)
MARKS_OF_BENCHES = _marks(SOURCE_CHOSEN, BENCH_CHOSEN, plans=False)
