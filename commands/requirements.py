"""`rig requirements`: which plans claim which requirement, and what their newest verdicts are."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import DEFAULT_RUNS, EXIT_FOUND_PROBLEMS, RigCommand, takes_runs
from commands.records import closed
from rig.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fixtures.plan_markers import PlanInSource
    from rig.record.overview import RunLine


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
    parser.add_argument("--json", action="store_true", help="print a JSON object with all that is known")
    takes_runs(parser)


def _run(options: argparse.Namespace) -> int:
    from commands.requirement_matrix import matrix
    from commands.requirement_table import as_json, lines
    from rig.bench_file.limits import load_requirements

    in_force = load_requirements(options.requirements)
    plans, problems = _plans(options.plans)
    runs = _runs(options.runs)
    problems += [f"{run.run_id}: {run.problem}: none of its verdicts counts" for run in runs if run.problem]
    found = matrix(in_force.requirements, plans, runs)
    gaps = [*found.gaps()]
    if options.json:
        print(json.dumps(as_json(found, problems), indent=2, ensure_ascii=False))
    else:
        for line in (*gaps, *([""] if gaps else []), *lines(found)):
            print(line)
    for problem in problems:
        print(problem, file=sys.stderr)
    return EXIT_FOUND_PROBLEMS if gaps or problems else 0


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
