"""What is verified in one run: where it is heading, what came of it and how uncertain it is, as panels."""

from reports.dashboards.appearance import GREEN, ORANGE, RED, UL_PER_MG, VERDICT_COLOURS, thresholds, verdict_words
from reports.dashboards.influxql import ALWAYS, RUN, SHOWN, from_rows, over_time, select, tags
from reports.dashboards.model import Query
from reports.dashboards.panels import Bars, Graph, Stat, Table, TableColumn, line, override
from reports.dashboards.signals import BY_OPENING, NOTHING_HERE

NO_RESULT = "No result yet: results are settled when a plan ends."
VERDICT = TableColumn("verdict", "verdict", width=120, mappings=(verdict_words(),))

# Balance and pump are different instruments with samples of their own; per interval both have one value. Where the
# interval is shorter than the samples are apart, values in between are as good as a line, or volumes would be lost.
_PER_INTERVAL = over_time(
    'difference(last("mass_mg")) AS "mg", difference(last("delivered_ul")) AS "counted_ul", '
    'mean("rate_ul_h") AS "ul_h"',
    "samples",
    RUN,
    by=BY_OPENING,
    fill="linear",
)


def _error(reference_ul: str, name: str) -> Query:
    weighed_ul = f'{UL_PER_MG} * cumulative_sum("mg")'
    error = f'100 * ({weighed_ul} / {reference_ul} - 1) AS "{name}"'
    return Query(from_rows(error, _PER_INTERVAL), "$col")


# A projection is an event of this name: what the window under way would come to, were it to end now or as planned.
_PROJECTIONS = (RUN, "\"event\" = 'projection'", SHOWN)
_NO_PROJECTION = "none in this span"


def _projected(field: str) -> tuple[Query]:
    return (Query(select(f'last("{field}")', "events", *_PROJECTIONS)),)


PROJECTED_VERDICT = Stat(
    title="Projected verdict",
    description="The verdict that the measurement under way is most likely to end with, by the rule of its limit.",
    unit="string",
    no_data=_NO_PROJECTION,
    queries=_projected("verdict_text"),
    mappings=(verdict_words(),),
    words=True,
    width=6,
)
PROJECTED_RESULT = Stat(
    title="Result so far",
    description="The result as it would be if the measurement ended now, evaporation as far as it is known.",
    unit="percent",
    decimals=2,
    no_data=_NO_PROJECTION,
    queries=_projected("value_percent"),
    width=6,
)
CHANCE_OF_PASS = Stat(
    title="Chance of PASS",
    description="The probability that the measurement ends with PASS when it goes on to its planned end.",
    unit="percentunit",
    decimals=2,
    no_data=_NO_PROJECTION,
    queries=_projected("pass_probability"),
    thresholds=thresholds(RED, (0.5, ORANGE), (0.95, GREEN)),
    width=6,
)
TIME_TO_VERDICT = Stat(
    title="Time to verdict",
    description="How much longer must be measured until the limit is decided, 0 when it is decided already.",
    unit="h",
    decimals=1,
    no_data=_NO_PROJECTION,
    queries=_projected("hours_to_verdict"),
    width=6,
)

DOSE_ERROR = Graph(
    title="Dose error so far, and the limits of the result",
    description="Volume weighed since the beginning of the span shown, against the volume programmed (rate times "
    "time, for constant infusions) and against the volume that the pump counted. Readings as they are, without "
    "correction for evaporation: zoom in to a window to see where its result heads. In its beginning balance noise "
    "and single strokes go far beyond the axis. The limits are those of the last mean flow error of this run.",
    unit="percent",
    decimals=2,
    low=-30,
    high=30,
    no_data=NOTHING_HERE,
    queries=(
        _error('(cumulative_sum("ul_h") * $__interval_ms / 3600000)', "against the programme"),
        _error('cumulative_sum("counted_ul")', "against the pump's count"),
        Query(
            over_time(
                'last("lower_percent") AS "lower limit", last("upper_percent") AS "upper limit"',
                "results",
                RUN,
                "\"result\" = 'mean flow error'",
                fill="previous",
            ),
            "$col",
        ),
    ),
    overrides=(line("lower limit", RED, dashed=True), line("upper limit", RED, dashed=True)),
    width=16,
)
_SAID = TableColumn("said", "found")
LATEST_VERDICTS = Table(
    title="Verdicts so far",
    description="Results of this run as they are settled: what was found, with expanded uncertainty, and the verdict.",
    no_data=NO_RESULT,
    queries=(Query(select('"said"', "results", RUN, ALWAYS, by=tags("result", "setting", "verdict")), table=True),),
    columns=(
        TableColumn("Time"),
        TableColumn("result", "result"),
        TableColumn("setting", "setting", width=100),
        _SAID,
        VERDICT,
    ),
    width=8,
)
RESULTS = Table(
    title="Results",
    description="Every result of the run, numbers with expanded uncertainty and facts in words, what its limit allows, "
    "the probability that the pump conforms, and why it did not pass.",
    no_data=NO_RESULT,
    queries=(
        Query(
            select(
                '"said", "allowed", "conformance_probability", "limit", "reasons"',
                "results",
                RUN,
                ALWAYS,
                by=tags("plan", "test", "requirement", "result", "setting", "verdict"),
            ),
            table=True,
        ),
    ),
    columns=(
        TableColumn("Time", "settled", "dateTimeAsIso", width=165),
        TableColumn("requirement", "requirement", width=120),
        TableColumn("test", "test"),
        TableColumn("result", "result"),
        TableColumn("setting", "setting", width=100),
        _SAID,
        TableColumn("allowed", "allowed", width=130),
        TableColumn("conformance_probability", "conforms", "percentunit", decimals=2, width=90),
        VERDICT,
        TableColumn("limit", "limit", width=150),
        TableColumn("reasons", "reasons"),
        TableColumn("plan"),
    ),
)
VERDICT_COUNTS = Bars(
    title="Verdicts",
    description="How many results of the run have each verdict.",
    unit="none",
    no_data=NO_RESULT,
    queries=(Query(select('count("verdict_code")', "results", RUN, ALWAYS, by=tags("verdict")), "$tag_verdict"),),
    overrides=tuple(
        override(verdict, {"color": {"mode": "fixed", "fixedColor": colour}})
        for verdict, colour in VERDICT_COLOURS.items()
    ),
    width=6,
    height=8,
)
UNCERTAINTY = Bars(
    title="Where the uncertainty comes from",
    description="Share of each component in the variance of the results of the test chosen above.",
    unit="percent",
    decimals=1,
    no_data="No budget: choose a test that has a result.",
    queries=(
        Query(
            select(
                'last("share_percent")',
                "budget",
                RUN,
                '"test" = ${test:singlequote}',
                ALWAYS,
                by=tags("component", "result"),
            ),
            "$tag_component ($tag_result)",
        ),
    ),
    thresholds=thresholds(GREEN, (25, ORANGE), (50, RED)),
    width=18,
    height=8,
)
