"""`rig qualify`: which seeded defects would the plans find?"""

import argparse
import os
from pathlib import Path

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand

_FOLDER = Path("runs") / "qualification"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plans", metavar="PLAN", nargs="*", help="plans, as pytest takes them (default: test_plans)")
    parser.add_argument(
        "--bench", type=Path, default=Path("benches/mocked.toml"), metavar="FILE", help="a mocked bench"
    )
    parser.add_argument("--defects", metavar="MODULE", action="append", help="a module of defects (default: the rig's)")
    parser.add_argument("--only", metavar="KEY", action="append", help="only defects whose key begins so")
    parser.add_argument("--every-plan", action="store_true", help="run all plans for each defect: hours")
    parser.add_argument(
        "--into", type=Path, default=_FOLDER, metavar="DIR", help=f"where it is kept (default: {_FOLDER})"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="sessions at a time")


def _run(options: argparse.Namespace) -> int:
    from fixtures.running import run_plans
    from qualification.defect import defects_of
    from qualification.jobs import Workshop
    from qualification.library import FAMILIES
    from qualification.running import Asked, qualify

    modules = options.defects or [f"qualification.library.{family}" for family in FAMILIES]
    known = [one for module in modules for one in defects_of(module)]
    wanted = [one for one in known if any(one.key.startswith(key) for key in options.only or ("",))]
    workshop = Workshop(options.into, options.bench, options.workers, run_plans)
    asked = Asked(tuple(options.plans or ("test_plans",)), tuple(wanted), every_plan=options.every_plan)
    rows = qualify(workshop, asked, print)
    return 0 if all(row.as_it_should for row in rows) else EXIT_FOUND_PROBLEMS


COMMAND = RigCommand("qualify", "run plans against seeded defects, and say which would be found", _arguments, _run)
