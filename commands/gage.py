"""`rig gage RUN …`: how much of what runs show is the rig's own, from plans that were repeated."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_runs
from commands.records import record_meant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rig.evaluation.gage_of_runs import GageOfRuns, GageReading
    from rig.metrology.over_runs.gage import GageStudy

# Above so much of the total variation a gage is not fit, and below so many classes it tells nothing apart (AIAG).
_MOST_PERCENT = 30.0
_FEWEST_CLASSES = 5


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="+", metavar="RUN", help="a run's name, the beginning of one, or a record's path")
    parser.add_argument("--claim", default="", metavar="NAME", help="which number of theirs (default: the only one)")
    parser.add_argument("--part", default="", choices=("dut", "plan"), help="what differs on purpose")
    parser.add_argument(
        "--appraiser", default="", choices=("operator", "bench", "day", "run"), help="who or what measures"
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    takes_runs(parser)


def _run(options: argparse.Namespace) -> int:
    paths = {record_meant(argparse.Namespace(runs=options.runs, run=run)).resolve() for run in options.run}
    # Behind the look-up: a name that means no run is said at once.
    from rig.evaluation.gage_of_runs import gage_of_runs, readings_of
    from rig.record.reader import RecordReader

    readings: list[GageReading] = []
    for path in sorted(paths):
        with RecordReader(path) as reader:
            readings += readings_of(reader)
    found = gage_of_runs(readings, options.claim, options.part, options.appraiser)
    if options.json:
        print(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(found)))
    return 0 if found.study is not None and _is_fit(found.study) else EXIT_FOUND_PROBLEMS


def _is_fit(study: GageStudy) -> bool:
    return study.grr_percent <= _MOST_PERCENT and study.ndc >= _FEWEST_CLASSES


def _lines(found: GageOfRuns) -> Iterator[str]:
    yield (
        f"{found.claim}: {len(found.parts)} {found.part}(s) × {len(found.appraisers)} {found.appraiser}(s) × "
        f"{found.trials} trials, in {found.unit}"
    )
    low, high = found.repeatability.interval
    study = found.study
    if study is None:
        yield f"repeatability    s = {found.repeatability.s:.4g} ({low:.4g} to {high:.4g}, 95 %)"
        yield found.why_not
    else:
        low, high = study.grr_interval
        yield f"{'':18}{'s':>12}{'% of study':>12}"
        for name, s, percent in _rows(study):
            yield f"{name:18}{s:>12.4g}{percent:>12.1f}"
        yield f"95 % interval of gage R&R: {low:.4g} to {high:.4g}"
        yield f"distinct categories (ndc): {study.ndc}; {_FEWEST_CLASSES} or more are wanted"
        if found.tolerance:
            yield f"gage R&R: {study.grr_percent_of_tolerance(found.tolerance):.1f} % of the tolerance (6 s)"
        fit = "fit" if _is_fit(study) else "not fit"
        yield f"the gage is {fit}: {study.grr_percent:.1f} % of the study, {_MOST_PERCENT:g} % are the most"
    yield from (f"left out: {one}" for one in found.left_out)


def _rows(study: GageStudy) -> Iterator[tuple[str, float, float]]:
    for name, s in (
        ("repeatability", study.ev),
        ("reproducibility", study.reproducibility),
        ("gage R&R", study.grr),
        ("part to part", study.pv),
        ("total", study.tv),
    ):
        yield name, s, 100.0 * s / study.tv


def _as_json(found: GageOfRuns) -> dict[str, object]:
    study = found.study
    low, high = found.repeatability.interval
    return {
        "claim": found.claim,
        "unit": found.unit,
        "part": found.part,
        "parts": list(found.parts),
        "appraiser": found.appraiser,
        "appraisers": list(found.appraisers),
        "trials": found.trials,
        "repeatability": {"s": found.repeatability.s, "dof": found.repeatability.dof, "interval_95": [low, high]},
        "study": None
        if study is None
        else {
            **{name: {"s": s, "percent_of_study": percent} for name, s, percent in _rows(study)},
            "grr_interval_95": list(study.grr_interval),
            "ndc": study.ndc,
            "percent_of_tolerance": study.grr_percent_of_tolerance(found.tolerance) if found.tolerance else None,
            "fit": _is_fit(study),
        },
        "why_not": found.why_not,
        "left_out": list(found.left_out),
    }


COMMAND = RigCommand("gage", "gage R&R of the rig, from plans that were repeated", _arguments, _run)
