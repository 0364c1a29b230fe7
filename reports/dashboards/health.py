"""Is the rig itself well: losses, jitter, drift, calibrations that fall due."""

from reports.dashboards import choices
from reports.dashboards.appearance import GREEN, ORANGE, RED, thresholds
from reports.dashboards.choices import BENCH_CHOSEN, SOURCE_CHOSEN
from reports.dashboards.influxql import (
    SHOWN,
    elapsed,
    from_rows,
    over_time,
    select,
    slope,
    tags,
    values_of,
    whole_intervals,
)
from reports.dashboards.model import Dashboard, Query, Row, Variable
from reports.dashboards.panels import Bars, Graph, Table, TableColumn
from reports.dashboards.runs import RUN_LINKS

_BENCH = (SOURCE_CHOSEN, BENCH_CHOSEN)
_INSTRUMENT = (*_BENCH, '"instrument" =~ /^${instrument:regex}$/')
_BY = tags("bench", "instrument")
_NAMED = "$tag_bench: $tag_instrument"
_NOTHING = "Nothing was read in the span shown: widen it, or choose another source or bench."

LOST_TOTAL = Bars(
    title="Samples lost",
    description="Samples that instruments could not deliver, in the span shown. 0 is what it should be.",
    unit="none",
    no_data=_NOTHING,
    queries=(Query(select('sum("samples_lost")', "reads", *_INSTRUMENT, SHOWN, by=_BY), _NAMED),),
    thresholds=thresholds(GREEN, (1, RED)),
    width=6,
    height=8,
)
LOST = Graph(
    title="Samples lost over time",
    description="When samples were lost: a burst points to a cable or a busy computer, a steady trickle to a rate that "
    "is too high.",
    unit="none",
    no_data=_NOTHING,
    queries=(Query(over_time('sum("samples_lost")', "reads", *_INSTRUMENT, by=_BY, fill="none"), _NAMED),),
    bars=True,
    told="sum",
    width=9,
    height=8,
)
# Two runs at once are told apart: the readings of one tell nothing of the time that those of another cover.
_IN_RUN = tags("bench", "instrument", "run")
_BETWEEN_READINGS = elapsed("block_seq", "reads", *_INSTRUMENT, by=_IN_RUN)
_TOTAL = select('cumulative_sum("samples_read") AS "total"', "reads", *_INSTRUMENT, SHOWN, by=_IN_RUN)
READ = Graph(
    title="Samples read in a second",
    description="How many samples came in per second, in intervals that were read from end to end; a step down is an "
    "instrument that went quiet.",
    unit="none",
    decimals=2,
    no_data="No instrument was read for a whole interval in the span shown.",
    queries=(
        Query(
            whole_intervals(
                'sum("step") AS "step"',
                '"step" / "us" * 1000000',
                from_rows('difference("total") * 1.0 AS "step"', _TOTAL, by=_IN_RUN),
                _BETWEEN_READINGS,
                by=_IN_RUN,
            ),
            f"{_NAMED} ($tag_run)",
        ),
    ),
    width=9,
    height=8,
)
LATE = Graph(
    title="Lateness of readings (jitter)",
    description="From when a reading was due to when it was recorded: the worst, as far as it has been read, and in "
    "intervals that were read from end to end what 99 of 100 readings stay below. In virtual time it is 0.",
    unit="ms",
    decimals=2,
    no_data=_NOTHING,
    queries=(
        Query(over_time('max("late_ms")', "reads", *_INSTRUMENT, by=_BY, fill="none"), f"{_NAMED} worst"),
        Query(
            whole_intervals(
                'percentile("late_ms", 99) AS "late_ms"',
                '"late_ms"',
                select('"late_ms"', "reads", *_INSTRUMENT, SHOWN, by=_IN_RUN),
                _BETWEEN_READINGS,
                by=_IN_RUN,
            ),
            f"{_NAMED} ($tag_run) 99 %",
        ),
    ),
    told="max",
)
ROUND_TRIP = Graph(
    title="Round trip of commands",
    description="From a command's first byte to its answer's last, the worst of each interval; 0 in virtual time.",
    unit="ms",
    decimals=2,
    no_data="No command in the span shown.",
    queries=(Query(over_time('max("round_trip_ms")', "commands", *_INSTRUMENT, by=_BY, fill="none"), _NAMED),),
    told="max",
)
TROUBLE = Table(
    title="Trouble",
    description="Readings missed, samplers that failed, pumps that did not stop and other warnings and alarms of the "
    "rig, by bench, in the span shown.",
    no_data="No trouble in the span shown.",
    queries=(
        Query(
            select(
                'count("seq") AS "count", last("text") AS "text"',
                "events",
                *_BENCH,
                '"severity" =~ /^(warning|alarm)$/',
                SHOWN,
                by=tags("bench", "event", "severity"),
            ),
            table=True,
        ),
    ),
    columns=(
        TableColumn("Time"),
        TableColumn("bench", "bench", width=120),
        TableColumn("severity", "severity", width=90),
        TableColumn("event", "event", width=150),
        TableColumn("count", "times", "none", width=80),
        TableColumn("text", "the last one"),
    ),
    width=12,
)
UNFINISHED = Table(
    title="Runs that did not finish",
    description="Aborted by somebody, or interrupted because their process died. Click on one to open it.",
    no_data="Every run of the span shown finished.",
    queries=(
        Query(
            select(
                '"started_ms", "stopped_ms", "reason", "duration_s"',
                "runs",
                *_BENCH,
                "\"reason\" != 'FINISHED'",
                SHOWN,
                by=tags("run", "bench"),
            ),
            table=True,
        ),
    ),
    columns=(
        TableColumn("Time", "ended", "dateTimeAsIso", width=170),
        TableColumn("run", "run", links=RUN_LINKS),
        TableColumn("bench", "bench", width=120),
        TableColumn("reason", "how", width=120),
        TableColumn("duration_s", "after", "s", decimals=0, width=90),
        TableColumn("started_ms", "began", "dateTimeAsIso", width=170),
        TableColumn("stopped_ms", "stopped", "dateTimeAsIso", width=170),
    ),
    width=12,
)
WEIGHING_DRIFT = Graph(
    title="Drift of the balance at zero flow",
    description="Slope of each weighing with the pump stopped, by the runs' own evaluation: evaporation and drift "
    "together. It ought to be small, negative and the same from run to run; a change points to the evaporation trap, "
    "to draught or to the balance.",
    unit="mg/h",
    decimals=3,
    no_data="No weighing at zero flow in the span shown.",
    queries=(
        Query(select('"drift_mg_h"', "zero_flow", *_BENCH, SHOWN, by=tags("bench", "dut")), "$tag_bench: $tag_dut"),
    ),
    points=True,
)
CLOCK_DRIFT = Graph(
    title="Drift of the pump's clock",
    description="How fast the pump's clock runs against the rig's, over whole intervals. 10 ppm is 0.9 s a day.",
    unit="ppm",
    decimals=2,
    no_data="No pump clock was followed for a whole interval in the span shown.",
    queries=(
        Query(
            slope("1000000000000", "clock_offset_s", "samples", *_BENCH, by=tags("bench", "dut", "run", "opening")),
            "$tag_bench: $tag_dut ($tag_run, $tag_opening)",
        ),
    ),
    min_interval="1h",
)
CALIBRATIONS = Table(
    title="Calibrations, by when they fall due",
    description="The latest calibration of each instrument that was used in the span shown, when it ends, and how many "
    "days it had to go at the start of the latest run. An overdue instrument makes results INVALID.",
    no_data="No calibrated instrument in the span shown.",
    queries=(
        Query(
            select(
                'last("due_ms") AS "due_ms", "due_ms" AS "from_now", "calibration", "days_left"',
                "calibrations",
                *_INSTRUMENT,
                SHOWN,
                by=tags("bench", "instrument", "driver"),
            ),
            table=True,
        ),
    ),
    columns=(
        TableColumn("Time"),
        TableColumn("bench", "bench", width=140),
        TableColumn("instrument", "instrument", width=160),
        TableColumn("driver", "driver", width=180),
        TableColumn("calibration", "calibration"),
        TableColumn("due_ms", "good until", "dateTimeAsIso", width=180),
        TableColumn("from_now", "from now", "dateTimeFromNow", width=150),
        TableColumn(
            "days_left", "days left then", "none", 0, 130, thresholds=thresholds(RED, (0, ORANGE), (30, GREEN))
        ),
    ),
    sorted_by="good until",
)
_INSTRUMENTS = Variable(
    name="instrument",
    label="Instrument",
    description="The instrument's name on its bench",
    query=values_of("instrument", "reads", *_BENCH),
    every=True,
    several=True,
)

DASHBOARD = Dashboard(
    uid=choices.HEALTH,
    title="Rig health",
    description="Whether the rig may be believed: losses, jitter, drift and calibrations, by bench and instrument.",
    variables=(choices.ONE_SOURCE, choices.bench(SOURCE_CHOSEN), _INSTRUMENTS),
    annotations=choices.MARKS_OF_BENCHES,
    span=("now-7d", "now"),
    rows=(
        Row("Losses", (LOST_TOTAL, LOST, READ)),
        Row("Jitter", (LATE, ROUND_TRIP)),
        Row("Drift", (WEIGHING_DRIFT, CLOCK_DRIFT)),
        Row("Calibration", (CALIBRATIONS,)),
        Row("Trouble", (TROUBLE, UNFINISHED)),
    ),
)
