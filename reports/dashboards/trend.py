"""Trend over pumps: individuals and moving ranges with control limits, and what is beyond them."""

from reports.dashboards import choices
from reports.dashboards.apart import APART, COUNTED_APART, counted_apart, shown_apart
from reports.dashboards.appearance import BLUE, GREY, RED
from reports.dashboards.choices import RESULT_CHOSEN, SETTING_CHOSEN
from reports.dashboards.influxql import CHOSEN, JUDGED, NOT_INVALID, SHOWN, over_time, select, tags
from reports.dashboards.model import Dashboard, Expression, Query, Row
from reports.dashboards.panels import Bars, Graph, Table, TableColumn, line
from rig.metrology.over_runs.control_charts import chart_constants

_RESULTS = (CHOSEN, RESULT_CHOSEN, SETTING_CHOSEN, SHOWN)
_NOTHING = "No result like this in the span shown: widen it, or choose another source, result or setting."
# Two runs of one pump have names of their own.
_OF_RUN = "$tag_dut ($tag_run)"
_FEW = f"{_NOTHING} Control limits need two results."
# Moving ranges of two successive results.
_E2 = round(chart_constants(2).E2, 4)
_D4 = round(chart_constants(2).D4, 4)
_HOW = (
    f"The limits are those of ISO 7870-2 from the span shown: mean ± {_E2} times the mean moving range of two "
    "successive results. INCONCLUSIVE and INVALID results enter neither. "
)

# V values, D differences, R moving ranges, M their mean, C the centre.
_VALUES = Query(select('"value_percent"', "results", *_RESULTS, JUDGED), name="V", hidden=True)
_DIFFERENCES = Query(select('difference("value_percent")', "results", *_RESULTS, JUDGED), name="D", hidden=True)
_MEAN_RANGE = Expression("M", "R", reducer="mean", hidden=True)

INDIVIDUALS = Graph(
    title="Result by pump, with control limits",
    description=f"Each point is one result of one pump. {_HOW}A point beyond them, or a run of points on one side, "
    "asks for a cause; the limits of the requirement are dashed. Pumps in control may still be out of their limits, "
    "and the other way round.",
    unit="percent",
    decimals=3,
    no_data=_FEW,
    queries=(
        Query(select('"value_percent"', "results", *_RESULTS, JUDGED, by=tags("dut", "run")), _OF_RUN, name="P"),
        *shown_apart('"value_percent"', *_RESULTS, by=("dut", "run"), legend=_OF_RUN),
        _VALUES,
        _DIFFERENCES,
        Expression("R", "abs($D)", hidden=True),
        _MEAN_RANGE,
        Expression("C", "V", reducer="mean", hidden=True),
        # Times zero gives a constant the time stamps of the results, so that it is drawn as a line.
        Expression("centre", "$V * 0 + $C"),
        Expression("upper control limit", f"$V * 0 + $C + {_E2} * $M"),
        Expression("lower control limit", f"$V * 0 + $C - {_E2} * $M"),
        Query(
            over_time(
                'last("lower_percent") AS "lower limit", last("upper_percent") AS "upper limit"',
                "results",
                *_RESULTS[:-1],
                fill="previous",
            ),
            "$col",
            name="L",
        ),
    ),
    overrides=(
        *APART,
        line("centre", BLUE),
        line("upper control limit", GREY),
        line("lower control limit", GREY),
        line("lower limit", RED, dashed=True),
        line("upper limit", RED, dashed=True),
    ),
    points=True,
    width=24,
    height=12,
)
RANGES = Graph(
    title="Moving range",
    description="How far each result lies from the one before. Beyond the upper limit, two successive pumps (or runs) "
    f"differ more than the others do: {_D4} times the mean moving range.",
    unit="percent",
    decimals=3,
    no_data=_FEW,
    queries=(
        _DIFFERENCES,
        Expression("R", "abs($D)"),
        _MEAN_RANGE,
        Expression("upper limit of ranges", f"$D * 0 + {_D4} * $M"),
    ),
    overrides=(line("upper limit of ranges", GREY),),
    points=True,
)
LIMITS = Table(
    title="In numbers, by setting",
    description="Number, mean and standard deviation of the PASS and FAIL at every setting of the chosen result in the "
    "span shown; INCONCLUSIVE and INVALID results are counted and enter nothing. Mean ± 3 s of few results is no more "
    "than a first look.",
    no_data=_NOTHING,
    queries=(
        Query(
            select(
                'count("value_percent") AS "n", mean("value_percent") AS "mean", stddev("value_percent") AS "s", '
                'mean("value_percent") - 3 * stddev("value_percent") AS "low", '
                'mean("value_percent") + 3 * stddev("value_percent") AS "high"',
                "results",
                CHOSEN,
                RESULT_CHOSEN,
                SHOWN,
                JUDGED,
                by=tags("setting"),
            ),
            table=True,
        ),
        *counted_apart(CHOSEN, RESULT_CHOSEN, SHOWN, by="setting"),
    ),
    transformations=({"id": "merge", "options": {}},),
    columns=(
        TableColumn("Time"),
        TableColumn("setting", "setting"),
        TableColumn("n", "PASS or FAIL", "none", width=100),
        *COUNTED_APART,
        TableColumn("mean", "mean", "percent", decimals=3, width=100),
        TableColumn("s", "s", "percent", decimals=3, width=100),
        TableColumn("low", "mean − 3 s", "percent", decimals=3, width=110),
        TableColumn("high", "mean + 3 s", "percent", decimals=3, width=110),
    ),
    width=12,
)
MEANS = Bars(
    title="Mean by pump",
    description="Mean of the chosen result of each pump in the span shown, of its PASS and FAIL alone.",
    unit="percent",
    decimals=3,
    no_data=_NOTHING,
    queries=(Query(select('mean("value_percent")', "results", *_RESULTS, JUDGED, by=tags("dut")), "$tag_dut"),),
)
UNCERTAINTY = Graph(
    title="Uncertainty over time",
    description="Standard uncertainty (k = 1) of each result that is not INVALID: a rig that gets worse shows here "
    "before pumps seem to.",
    unit="percent",
    decimals=3,
    no_data=_NOTHING,
    queries=(Query(select('"u_percent"', "results", *_RESULTS, NOT_INVALID, by=tags("dut")), "$tag_dut"),),
    points=True,
)

DASHBOARD = Dashboard(
    uid=choices.TREND,
    title="Trend over pumps",
    description="Whether pumps come out alike: one result at one setting, pump after pump, with control limits.",
    variables=(*choices.FOR_MANY_RUNS, choices.RESULT, choices.setting(several=False)),
    annotations=choices.MARKS_OF_RUNS,
    span=("now-1y", "now"),
    siblings=(("Dose accuracy", choices.ACCURACY),),
    rows=(
        Row("Pump after pump", (INDIVIDUALS,)),
        Row("Ranges and numbers", (RANGES, LIMITS)),
        Row("By pump", (MEANS, UNCERTAINTY)),
    ),
)
