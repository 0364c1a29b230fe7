"""The report as one HTML file: styles, scripts and data inside, so that it opens anywhere and for a long time."""

from collections.abc import Sequence
from functools import cache
from importlib import metadata
from importlib.resources import files
from itertools import count
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from reports.drawing import intervals, lanes
from reports.evidence.notes import notes_beside
from reports.facts.charts import Chart
from reports.facts.joined import Joined, join
from reports.facts.other_runs import kept_beside
from reports.facts.run_facts import Run
from reports.facts.run_reading import read_run
from reports.facts.standing import standing
from reports.facts.witnesses import heard
from reports.page.embedding import embedded, policy
from reports.page.running_header import running_header
from reports.page.templating import environment_of
from reports.words import conduct, numbers, other_runs, qa_notes, results, sentences
from reports.words.verdict_rows import joined_rows, verdict_rows, with_prefixes
from rig.record.bodies.result import COVARIANCE
from rig.record.export import written_whole
from rig.record.reader import RecordReader
from rig.record.standing import overall

_SCRIPTS = ("uplot/uPlot.iife.min.js", "numbers.js", "lines.js", "marks.js", "charts.js", "verdicts.js", "scrolling.js")
_STYLES = ("uplot/uPlot.min.css", "report.css")
# Of events that are no failures; failures are all shown.
_MOST_EVENTS = 200


def write_report(record_path: Path, out: Path) -> None:
    """Write the report of a run to `out`, which appears whole or not at all.

    Raises what `RecordReader` raises for a record that cannot be opened, RecordCorruptError for one that does not
    hold together, and ExportError when the file cannot be written.
    """
    text = render(_read(record_path))
    with written_whole(out) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_joined_report(record_paths: Sequence[Path], out: Path) -> None:
    """Write one report of several runs to `out`; raises what `write_report` and `join` do."""
    text = render_joined(join([_read(path) for path in record_paths]))
    with written_whole(out) as temporary:
        temporary.write_text(text, encoding="utf-8")


def render(run: Run) -> str:
    """Return the page of a run: the same text for the same run."""
    return _page(
        run,
        body="one_run.html",
        parts=(("", run),),
        rows=verdict_rows(run),
        title=f"{run.dut_model} {run.dut_serial}",
        run=run,
    )


def render_joined(joined: Joined) -> str:
    """Return one page of several runs: what they come to together, and then each with its plans."""
    return _page(
        joined,
        body="joined.html",
        parts=with_prefixes(joined),
        rows=joined_rows(joined),
        title=", ".join(dict.fromkeys(f"{run.dut_model} {run.dut_serial}" for run in joined.runs)),
    )


def _read(record_path: Path) -> Run:
    with RecordReader(record_path) as reader:
        return read_run(reader, kept_beside(record_path), notes=notes_beside(record_path))


def _page(whole: Run | Joined, *, parts: Sequence[tuple[str, Run]], **more: object) -> str:
    """Return a page: `parts` are its runs, each behind what its anchors begin with; `more` is for its templates."""
    scripts = [_asset(name) for name in _SCRIPTS]
    styles = [*map(_asset, _STYLES), running_header([run for _, run in parts])]
    return (
        _environment()
        .get_template("report.html")
        .render(
            parts=parts,
            many=isinstance(whole, Joined),
            mocked=whole.mocked,
            requirements=whole.requirements,
            tally=sentences.tally(whole.results),
            headline=sentences.headline(whole),
            verdict=sentences.verdict(whole),
            tested=sentences.tested(whole),
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
            styles=[Markup(style) for style in styles],  # noqa: S704 - our own files, and words that are escaped
            policy=policy(scripts),
            licence=_asset("uplot/LICENSE"),
            written_by=f"pump-rig {metadata.version('pump-rig')}",
            chart_number=count(1).__next__,
            **more,
        )
    )


@cache
def _environment() -> Environment:
    environment = environment_of("reports.page")
    environment.filters |= {
        "plain": numbers.plain,
        "chance": numbers.chance,
        "utc": numbers.utc,
        "sign": numbers.sign_of,
        "freedom": numbers.freedom,
        "share": numbers.share,
        "uncertainty": numbers.uncertainty,
        "unbroken": _unbroken,
    }
    environment.globals |= {
        "about_text": qa_notes.about_text,
        "among_sentence": other_runs.among_sentence,
        "borrowed": sentences.BORROWED,
        "budget_lines": sentences.budget_lines,
        "chart_data": _chart_data,
        "clock_sentence": conduct.clock_sentence,
        "covariance": COVARIANCE,
        "extremes": results.extremes,
        "fitness_sentence": conduct.fitness_sentence,
        "heard": heard,
        "interval_of": intervals.interval_of,
        "interval_width": intervals.WIDTH,
        "lane_height": lanes.HEIGHT,
        "lane_width": lanes.WIDTH,
        "lanes_of": lanes.lanes_of,
        "lasting": numbers.lasting,
        "most_events": _MOST_EVENTS,
        "looks_sentence": sentences.looks_sentence,
        "notes_alert": qa_notes.notes_alert,
        "notes_sentence": qa_notes.notes_sentence,
        "off_text": results.off_text,
        "others_alert": other_runs.others_alert,
        "others_sentence": other_runs.others_sentence,
        "readings_sentence": conduct.readings_sentence,
        "repeated_text": other_runs.repeated_text,
        "to_the_second": other_runs.to_the_second,
        "worst_first": other_runs.worst_first,
        "outcome_sentence": sentences.outcome_sentence,
        "overall": overall,
        "overall_text": results.overall_text,
        "projection": sentences.projection,
        "said_bounds": results.bounds,
        "said_stated": results.stated,
        "selection_sentence": conduct.selection_sentence,
        "setting": sentences.setting,
        "standing": standing,
        "standing_text": qa_notes.standing_text,
        "state_sentence": sentences.state_sentence,
        "delivered_sentence": sentences.delivered_sentence,
        "volume_text": results.volume_text,
        "volumes_sentence": sentences.volumes_sentence,
        "truth_of": intervals.truth_of,
        "truth_width": intervals.TRUTH_WIDTH,
        "whose_fault": results.whose_fault,
        "with_uncertainty": numbers.with_uncertainty,
    }
    return environment


def _unbroken(text: str) -> str:
    """Return a text whose last word, a unit, does not stand alone on a line."""
    head, space, tail = text.rpartition(" ")
    return f"{head}\N{NO-BREAK SPACE}{tail}" if space else text


def _chart_data(chart: Chart, prefix: str) -> Markup:
    """Return what the page's script draws; only graphs of one run zoom together."""
    group = f"{prefix}{chart.group}" if chart.group else ""
    return embedded(chart.as_json() | {"group": group})


@cache
def _asset(name: str) -> str:
    return (files("reports.page") / "assets" / name).read_text(encoding="utf-8").strip()
