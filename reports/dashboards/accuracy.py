"""Dose accuracy by pump and rate, over many runs."""

from reports.dashboards import choices
from reports.dashboards.apart import APART, COUNTED_APART, counted_apart, shown_apart
from reports.dashboards.appearance import GREEN, ORANGE, RED, thresholds, verdict_codes
from reports.dashboards.choices import RESULT_CHOSEN
from reports.dashboards.influxql import CHOSEN, JUDGED, NOT_INVALID, SHOWN, over_time, select, tags
from reports.dashboards.model import Dashboard, Panel, Query, Row
from reports.dashboards.panels import Bars, Graph, Scatter, States, Table, TableColumn, line
from rig.evaluation.definition import ClaimKind, ResultPanel
from rig.evaluation.registry import kinds
from rig.streaming.names import with_unit

_RESULTS = (CHOSEN, RESULT_CHOSEN, '"setting" =~ /^${setting:regex}$/', SHOWN)
_NOTHING = "No result like this in the span shown: widen it, or choose another source or result."
# Two runs of one pump have names of their own.
_OF_RUN = "$tag_dut at $tag_setting ($tag_run)"
_VERDICT_CODE = TableColumn("verdict_code", "verdict", width=120, mappings=(verdict_codes(),))

MATRIX = Table(
    title="Error by pump and setting",
    description="The latest result of each pump at each setting that is PASS or FAIL. INVALID and INCONCLUSIVE ones "
    "stand in the table beside.",
    unit="percent",
    decimals=2,
    no_data=_NOTHING,
    queries=(
        Query(
            select('last("value_percent") AS "error"', "results", *_RESULTS, JUDGED, by=tags("dut", "setting")),
            table=True,
        ),
    ),
    transformations=(
        {
            "id": "groupingToMatrix",
            "options": {"columnField": "setting", "rowField": "dut", "valueField": "error", "emptyValue": "null"},
        },
    ),
    columns=(),
    width=12,
)
LATEST = Table(
    title="Latest result of each pump at each setting",
    description="One result in each line, whatever its verdict: value, expanded uncertainty U with its k, limits, the "
    "probability that the pump conforms, the verdict, and when and in which run it was settled.",
    no_data=_NOTHING,
    queries=(
        Query(
            # One selector, so that everything in a line is of one point.
            select(
                'last("verdict_code") AS "verdict_code", "value_percent" AS "value", "expanded_percent" AS "U", '
                '"coverage_k" AS "k", "lower_percent" AS "lower", "upper_percent" AS "upper", '
                '"conformance_probability" AS "conforms", "run" AS "of_run"',
                "results",
                *_RESULTS,
                by=tags("dut", "setting"),
            ),
            table=True,
        ),
    ),
    columns=(
        TableColumn("dut", "pump"),
        TableColumn("setting", "setting", width=110),
        TableColumn("value", "error", "percent", decimals=2, width=90),
        TableColumn("U", "U", "percent", decimals=2, width=80),
        TableColumn("k", "k", "none", decimals=2, width=60),
        TableColumn("lower", "from", "percent", width=70),
        TableColumn("upper", "to", "percent", width=70),
        TableColumn("conforms", "conforms", "percentunit", decimals=2, width=90),
        _VERDICT_CODE,
        TableColumn("Time", "settled", "dateTimeAsIso", width=165),
        TableColumn("of_run", "run"),
    ),
    width=12,
)
OVER_TIME = Graph(
    title="Error by pump and setting over time",
    description="One point for each result, at the run's own time, INCONCLUSIVE and INVALID ones apart. Dashed: the "
    "limits in force.",
    unit="percent",
    decimals=2,
    no_data=_NOTHING,
    queries=(
        Query(
            select('"value_percent"', "results", *_RESULTS, JUDGED, by=tags("dut", "setting", "run")),
            _OF_RUN,
        ),
        *shown_apart('"value_percent"', *_RESULTS, by=("dut", "setting", "run"), legend=_OF_RUN),
        Query(
            over_time(
                'last("lower_percent") AS "lower limit", last("upper_percent") AS "upper limit"',
                "results",
                *_RESULTS[:-1],
                fill="previous",
            ),
            "$col",
        ),
    ),
    overrides=(*APART, line("lower limit", RED, dashed=True), line("upper limit", RED, dashed=True)),
    points=True,
    centred=True,
)
BY_RATE = Scatter(
    title="Error over programmed rate",
    description="Every PASS and FAIL of a rate in the span shown, over the rate that was programmed. Small rates are "
    "where balance noise and evaporation weigh most.",
    unit="percent",
    decimals=2,
    no_data="No result with a programmed rate in the span shown.",
    queries=(
        Query(
            select(
                '"programmed_ul_h", "value_percent"',
                "results",
                *_RESULTS,
                JUDGED,
                '"programmed_ul_h" > 0',
                by=tags("dut"),
            ),
            table=True,
        ),
    ),
    x="programmed_ul_h",
    y="value_percent",
    x_title="programmed rate in µL/h",
)
SPREAD = Table(
    title="Pumps and runs together, by setting",
    description="How many results at each setting are PASS or FAIL, and the mean, standard deviation and extremes of "
    "these alone. INCONCLUSIVE and INVALID results are counted and enter nothing.",
    no_data=_NOTHING,
    queries=(
        Query(
            select(
                'count("value_percent") AS "n", mean("value_percent") AS "mean", stddev("value_percent") AS "s", '
                'min("value_percent") AS "min", max("value_percent") AS "max"',
                "results",
                *_RESULTS,
                JUDGED,
                by=tags("setting"),
            ),
            table=True,
        ),
        *counted_apart(*_RESULTS, by="setting"),
    ),
    transformations=({"id": "merge", "options": {}},),
    columns=(
        TableColumn("Time"),
        TableColumn("setting", "setting"),
        TableColumn("n", "PASS or FAIL", "none", width=100),
        *COUNTED_APART,
        TableColumn("mean", "mean", "percent", decimals=2, width=90),
        TableColumn("s", "std. deviation", "percent", decimals=2, width=120),
        TableColumn("min", "smallest", "percent", decimals=2, width=100),
        TableColumn("max", "largest", "percent", decimals=2, width=100),
    ),
    width=12,
)
UNCERTAINTY = Bars(
    title="Uncertainty by setting",
    description="Mean standard uncertainty (k = 1) of the results, without INVALID ones. Where twice this is not small "
    "against the limit, results come out INCONCLUSIVE: measure longer.",
    unit="percent",
    decimals=3,
    no_data=_NOTHING,
    queries=(
        Query(select('mean("u_percent")', "results", *_RESULTS, NOT_INVALID, by=tags("setting")), "$tag_setting"),
    ),
    thresholds=thresholds(GREEN, (0.5, ORANGE), (1.5, RED)),
    width=6,
)
COUNTS = Bars(
    title="Verdicts by pump",
    description="How many results of each pump have each verdict.",
    unit="none",
    no_data=_NOTHING,
    queries=(
        Query(
            select('count("verdict_code")', "results", *_RESULTS, by=tags("dut", "verdict")), "$tag_dut: $tag_verdict"
        ),
    ),
    width=6,
)

# Others are written behind the number as they are.
_GRAFANA_UNITS = {"%": "percent"}
_PER_LINE, _GRID = 3, 24


def _of_fact(kind: ClaimKind, panel: ResultPanel, width: int) -> States:
    """Return the verdicts over time about one kind of fact."""
    verdicts = select(
        '"verdict_code"', "results", CHOSEN, f"\"function\" = '{kind.name}'", SHOWN, by=tags("dut", "result")
    )
    return States(
        title=panel.title,
        description=f"Every verdict about {kind.name!r}: {kind.question}. It stands until the next.",
        unit="none",
        no_data="No result of this kind in the span shown.",
        queries=(Query(verdicts, "$tag_dut: $tag_result"),),
        mappings=(verdict_codes(),),
        width=width,
    )


def _of_kind(kind: ClaimKind, panel: ResultPanel, width: int) -> Panel:
    """Return a graph of every result of one kind of claim."""
    if kind.is_fact:
        return _of_fact(kind, panel, width)
    value, of_kind = f'"{with_unit("value", kind.unit)}"', (CHOSEN, f"\"function\" = '{kind.name}'", SHOWN)
    legend = "$tag_dut at $tag_setting"
    judged = select(value, "results", *of_kind, JUDGED, by=tags("dut", "setting"))
    return Graph(
        title=panel.title,
        description=f"Every result of {kind.name!r}: {kind.question}. One point for each, at the run's own time, "
        "INCONCLUSIVE and INVALID ones apart.",
        unit=_GRAFANA_UNITS.get(kind.unit, kind.unit),
        decimals=panel.decimals,
        no_data="No result of this kind in the span shown.",
        queries=(Query(judged, legend), *shown_apart(value, *of_kind, by=("dut", "setting"), legend=legend)),
        overrides=APART,
        points=True,
        width=width,
    )


def _by_kind() -> tuple[Panel, ...]:
    """Return a graph for each kind of claim that has a panel, three in a line and what is left over the whole of it."""
    shown = [(kind, kind.panel) for kind in kinds().values() if kind.panel is not None]
    left = len(shown) % _PER_LINE
    widths = [_GRID // _PER_LINE] * (len(shown) - left) + [_GRID // left if left else 0] * left
    return tuple(_of_kind(kind, panel, width) for (kind, panel), width in zip(shown, widths, strict=True))


DASHBOARD = Dashboard(
    uid=choices.ACCURACY,
    title="Dose accuracy",
    description="What pumps deliver against what they were set to, by pump and by rate. Physical and mocked runs are "
    "never shown together. Mocked runs stand at their virtual time.",
    variables=(*choices.FOR_MANY_RUNS, choices.RESULT, choices.setting(several=True)),
    annotations=choices.MARKS_OF_RUNS,
    span=("now-1y", "now"),
    siblings=(("Trend over pumps", choices.TREND),),
    rows=(
        Row("Latest", (MATRIX, LATEST)),
        Row("All", (OVER_TIME, BY_RATE)),
        Row("Together", (SPREAD, UNCERTAINTY, COUNTS)),
        Row("By kind of claim", _by_kind()),
    ),
)
