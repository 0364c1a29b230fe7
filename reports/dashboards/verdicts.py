"""What is verified in one run: where it is heading, what came of it and how uncertain it is, as panels."""

from reports.dashboards.appearance import GREEN, ORANGE, RED, UL_PER_MG, VERDICT_COLOURS, thresholds, verdict_words
from reports.dashboards.influxql import ALWAYS, PACES, RUN, SHOWN, from_rows, over_time, select, tags
from reports.dashboards.model import Query
from reports.dashboards.panels import Bars, Graph, Table, TableColumn, line, override
from reports.dashboards.signals import BY_OPENING, NOTHING_HERE

NO_RESULT = "No result yet: results are settled when a plan ends."
VERDICT = TableColumn("verdict", "verdict", width=120, mappings=(verdict_words(),))

# From reading to reading, so that nothing is lost where an interval or a plan begins.
_STEPS = tuple(
    select(
        'difference("mass_mg_last") AS "mg", difference("delivered_ul_last") AS "counted_ul", '
        'difference("programmed_ul_last") AS "asked_ul"',
        rows,
        RUN,
        pace,
        SHOWN,
        by=BY_OPENING,
    )
    for rows, pace in PACES
)


def _error(reference_ul: str, name: str) -> tuple[Query, ...]:
    what = f'cumulative_sum("mg") AS "mg", cumulative_sum("{reference_ul}") AS "ul"'
    error = f'100 * ({UL_PER_MG} * "mg" / "ul" - 1) AS "{name}"'

    def asked(steps: str) -> Query:
        summed = from_rows(what, steps)
        # Balance, pump and programme have samples of their own; per interval all have one value. Where the interval is
        # shorter than the samples are apart, values in between are as good as a line.
        per_interval = from_rows('last("mg") AS "mg", last("ul") AS "ul"', summed, by="time($__interval)")
        return Query(from_rows(error, f"{per_interval} fill(linear)", '"ul" > 0'), "$col")

    return tuple(map(asked, _STEPS))


# A projection is an event of this name: what the window under way would come to, were it to end now or as planned.
# Whatever ends a window takes it away: the newest of all these counts, and only if it is a projection.
_LATEST = select(
    'last("at_ms") AS "at_ms", "plan" AS "in_plan", "test" AS "in_test", "result_text", "verdict_text", '
    '"value_percent", "u_percent", "lower_percent", "upper_percent", "pass_probability", "hours_to_verdict"',
    "events",
    RUN,
    '"event" =~ /^(projection|window ends|plan ends|plan outcome|run ends)$/',
    SHOWN,
)
PROJECTED_VERDICT = Table(
    title="Projected verdict",
    description="The verdict that the measurement under way is most likely to end with, by the rule of its limit, of "
    "which test and result, and of when it is. It stands until the window ends. The result is as it would be if the "
    "measurement ended now, evaporation as far as it is known; the chance of PASS is that of its planned end, and the "
    "time to the verdict how much longer must be measured until the limit is decided.",
    no_data="No window is measured at the end of this span, or nothing can be projected.",
    queries=(
        Query(
            from_rows(
                '"at_ms", "in_plan", "in_test", "result_text", "verdict_text", "value_percent", "u_percent", '
                '"lower_percent", "upper_percent", "pass_probability", "hours_to_verdict"',
                _LATEST,
                '"pass_probability" >= 0',
            ),
            table=True,
        ),
    ),
    columns=(
        TableColumn("Time", "as of", "dateTimeAsIso", width=165),
        TableColumn("at_ms", "age", "dateTimeFromNow", width=110),
        TableColumn("in_plan", "plan"),
        TableColumn("in_test", "test"),
        TableColumn("result_text", "result"),
        TableColumn("verdict_text", "projected", width=120, mappings=(verdict_words(),)),
        TableColumn("value_percent", "so far", "percent", decimals=2, width=90),
        TableColumn("u_percent", "u", "percent", decimals=2, width=80),
        TableColumn("lower_percent", "from", "percent", width=70),
        TableColumn("upper_percent", "to", "percent", width=70),
        TableColumn(
            "pass_probability",
            "chance of PASS",
            "percentunit",
            decimals=2,
            width=120,
            thresholds=thresholds(RED, (0.5, ORANGE), (0.95, GREEN)),
        ),
        TableColumn("hours_to_verdict", "time to verdict", "h", decimals=1, width=120),
    ),
    height=4,
)

DOSE_ERROR = Graph(
    title="Dose error so far, and the limits of the result",
    description="Volume weighed since the beginning of the span shown, against the volume that the pump's orders asked "
    "for (infusions, boluses and primes, from the commands in the record) and against the volume that it counted. "
    "Readings as they are, without correction for evaporation: zoom in to a window to see where its result heads. In "
    "its beginning balance noise and single strokes go far beyond the axis. The limits are those of the last mean flow "
    "error of this run.",
    unit="percent",
    decimals=2,
    low=-30,
    high=30,
    no_data=NOTHING_HERE,
    queries=(
        *_error("asked_ul", "against the programme"),
        *_error("counted_ul", "against the pump's count"),
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
    queries=(
        Query(
            # Every result has a code; one that is INVALID for want of a number says nothing else.
            select('"said", "verdict_code"', "results", RUN, ALWAYS, by=tags("result", "setting", "verdict")),
            table=True,
        ),
    ),
    columns=(
        TableColumn("Time"),
        TableColumn("verdict_code"),
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
PLANS_NOT_PASSED = Table(
    title="Plans that did not pass",
    description="Every plan that did not come to PASS, those without a single verdict included: it broke, was "
    "skipped or cut short, was never reached, or verified nothing.",
    no_data="No plan that did not pass, as far as the run has come.",
    queries=(
        Query(
            select(
                '"results", "why"',
                "plans",
                RUN,
                "\"standing\" != 'PASS'",
                ALWAYS,
                by=tags("standing", "plan", "test", "outcome"),
            ),
            table=True,
        ),
    ),
    columns=(
        TableColumn("Time", "ended", "dateTimeAsIso", width=165),
        TableColumn("standing", "comes to", width=120, mappings=(verdict_words(),)),
        TableColumn("outcome", "outcome", width=110),
        TableColumn("plan", "plan"),
        TableColumn("test", "test"),
        TableColumn("results", "verdicts", "none", width=80),
        TableColumn("why", "why"),
    ),
    height=6,
)
VERDICT_COUNTS = Bars(
    title="Verdicts",
    description="How many plans ended without any verdict, by how they ended, and how many results have each verdict.",
    unit="none",
    no_data=NO_RESULT,
    queries=(
        Query(
            select('count("seq")', "plans", RUN, '"results" = 0', ALWAYS, by=tags("outcome")),
            "plans without a verdict: $tag_outcome",
        ),
        Query(select('count("verdict_code")', "results", RUN, ALWAYS, by=tags("verdict")), "$tag_verdict"),
    ),
    overrides=(
        {
            "matcher": {"id": "byRegexp", "options": "/^plans without a verdict/"},
            "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": RED}}],
        },
        *(
            override(verdict, {"color": {"mode": "fixed", "fixedColor": colour}})
            for verdict, colour in VERDICT_COLOURS.items()
        ),
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
