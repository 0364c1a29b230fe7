"""`rig requirements`: which plans claim which requirement, and what their newest verdicts are."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from commands import requirement_import
from commands.command import DEFAULT_RUNS, EXIT_FOUND_PROBLEMS, RigCommand, takes_runs
from commands.records import closed
from rig.clock import machine_utc_ns
from rig.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.matrix.model import Matrix
    from reports.matrix.plans import PlanInSource
    from rig.record.overview import RunLine

FORMATS = ("table", "html", "csv", "reqif", "json")


def _arguments(parser: argparse.ArgumentParser) -> None:
    folder = Path("test_plans")
    parser.add_argument(
        "--plans", type=Path, nargs="+", default=[folder], metavar="DIR", help="folders of plans (default: test_plans)"
    )
    parser.add_argument(
        "--requirements",
        type=Path,
        default=folder / "requirements.toml",
        metavar="FILE",
        help="default: test_plans/requirements.toml",
    )
    parser.add_argument("--limits", type=Path, metavar="FILE", help="default: limits.toml beside the requirements")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="where plans' helpers lead from")
    parser.add_argument("--format", choices=FORMATS, default="table", help="what to write (default: table)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the file to write (default: standard output)")
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    takes_runs(parser)
    actions = parser.add_subparsers(metavar="ACTION")
    summary = "take requirements of another tool into requirements.toml"
    requirement_import.arguments(actions.add_parser("import", help=summary, description=summary))


def _run(options: argparse.Namespace) -> int:
    from commands.requirement_staleness import staleness
    from reports.matrix.gaps import gaps
    from reports.matrix.kept_grounds import GroundsOfRuns
    from reports.matrix.model import matrix
    from rig.bench_file.limits import load_requirements

    in_force = load_requirements(options.requirements)
    plans, problems = _plans(options.plans)
    runs = _runs(options.runs)
    problems += [f"{run.run_id}: {run.problem}: none of its verdicts counts" for run in runs if run.problem]
    with GroundsOfRuns(options.runs) if runs else nullcontext() as grounds:
        stale_of, not_looked = staleness(options, in_force, plans, grounds, problems)
        found = matrix(in_force.requirements, plans, runs, stale_of, not_looked)
    _write(options, _text(options, found, problems))
    for problem in problems:
        print(problem, file=sys.stderr)
    return EXIT_FOUND_PROBLEMS if problems or any(gap.of_files for gap in gaps(found)) else 0


def _text(options: argparse.Namespace, found: Matrix, problems: list[str]) -> str:
    match options.format:
        case "json":
            from reports.matrix.as_json import as_json

            return json.dumps(as_json(found, problems), indent=2, ensure_ascii=False) + "\n"
        case "csv":
            from reports.matrix.as_csv import as_csv

            return as_csv(found)
        case "reqif":
            from reports.matrix.exchange.into_reqif import as_reqif

            return as_reqif(found, written_ns=machine_utc_ns())
        case "html":
            from reports.index.rows import names_in
            from reports.matrix.page import address_of, render

            names = names_in(options.runs) if options.runs.is_dir() else []
            to_runs = address_of(options.runs, options.out or Path("page.html"))
            return render(found, problems, names, to_runs=to_runs, written_ns=machine_utc_ns())
        case _:
            from commands.requirement_table import lines
            from reports.matrix.gaps import gaps

            missing = gaps(found)
            of_files = [gap.said for gap in missing if gap.of_files]
            return "".join(f"{line}\n" for line in (*of_files, *([""] if of_files else []), *lines(found, missing)))


def _write(options: argparse.Namespace, text: str) -> None:
    """Write a text to where it is wanted; to a file as it stands, for its ends of lines are part of its format."""
    if options.out is None:
        print(text.replace("\r\n", "\n"), end="")
        return
    from rig.record.export import written_whole

    with written_whole(options.out) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")
    print(options.out)


def _plans(folders: Iterable[Path]) -> tuple[list[PlanInSource], list[str]]:
    """Return the plans of some folders, each once, and which files cannot be read; PlanError for no such folder."""
    from fixtures.plan_markers import plan_sources, plans_in

    paths: dict[Path, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise PlanError(f"there is no folder {folder}: name the folders of the plans with --plans DIR …")
        for path in plan_sources(folder):
            paths.setdefault(path.resolve(), path)
    plans: list[PlanInSource] = []
    problems = []
    for path in paths.values():
        try:
            plans += plans_in(path)
        except SyntaxError as error:
            problems.append(f"{path}:{error.lineno or 1}: it is no Python, and no plan in it was found: {error.msg}")
        except (OSError, ValueError) as error:
            problems.append(f"{path}: it cannot be read, and no plan in it was found: {error}")
    return plans, problems


def _runs(folder: Path) -> list[RunLine]:
    """Return a line for each run; before the first run there is no folder of that name yet."""
    from rig.record.overview import overview

    if folder == DEFAULT_RUNS and not folder.exists():
        print(f"there is no folder {folder}: nothing has run yet", file=sys.stderr)
        return []
    return [closed(run) for run in overview(folder)]


COMMAND = RigCommand(
    "requirements", "which plans claim which requirement, what came of them, and what no plan claims", _arguments, _run
)
