"""`rig qualify`: which seeded defects would the plans find?"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand

if TYPE_CHECKING:
    from qualification.defect import Defect
    from qualification.running import Asked, Qualification

_BENCH = Path("benches/mocked.toml")
_FOLDER = Path("runs/qualification")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plans", metavar="PLAN", nargs="*", help="plans, as pytest takes them (default: test_plans)")
    parser.add_argument(
        "--bench", type=Path, default=_BENCH, metavar="FILE", help=f"a mocked bench (default: {_BENCH})"
    )
    parser.add_argument("--defects", metavar="MODULE", action="append", help="a module of defects (default: the rig's)")
    parser.add_argument("--only", metavar="KEY", action="append", help="only defects whose key begins so")
    parser.add_argument("--every-plan", action="store_true", help="run every plan against each defect: hours")
    parser.add_argument("--seeds", type=_count, default=0, metavar="N", help="healthy pumps of so many seeds besides")
    parser.add_argument("--mistakes", action="store_true", help="plant mistakes in the rig's own code besides")
    parser.add_argument("--into", type=Path, default=_FOLDER, metavar="DIR", help=f"what is kept (default: {_FOLDER})")
    # A session waits for its wires and the disk a third of its time.
    parser.add_argument(
        "--workers", type=_count, default=(os.cpu_count() or 1) + 1, metavar="N", help="sessions at a time"
    )


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"found {text!r}; a whole number above zero is wanted")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    from fixtures.running import run_plans
    from qualification.jobs import Workshop
    from qualification.mistakes import notice
    from qualification.planted import PLANTED
    from qualification.running import Asked, qualify

    workshop = Workshop(options.into, options.bench, options.workers, run_plans)
    asked = Asked(
        tuple(options.plans or ("test_plans",)), _defects(options), every_plan=options.every_plan, seeds=options.seeds
    )
    scope = _scope(options, asked)  # of the sources that are run, whatever becomes of them meanwhile
    found = replace(qualify(workshop, asked, _say), scope=scope)
    if options.mistakes:
        found = replace(found, mistakes=notice(PLANTED, options.into, options.bench, options.workers, _say))
    _write(found, options.into)
    return 0 if found.as_it_should else EXIT_FOUND_PROBLEMS


def _scope(options: argparse.Namespace, asked: Asked) -> tuple[tuple[str, str], ...]:
    """Return what was asked, in words."""
    from rig.bench.provenance import provenance

    by = provenance()
    only = f", of these what begins with {' or '.join(options.only)}" if options.only else ""
    which = (
        "all plans asked of each"
        if asked.every_plan
        else "each asked of some plans, until one catches and names it, and of all what none of them caught"
    )
    return (
        ("begun at", by.started_wall_utc),
        ("rig", f"{by.rig}, commit {by.commit[:12]}{', with changes since' if by.modified else ''}"),
        ("bench", str(options.bench)),
        ("plans", ", ".join(asked.plans)),
        ("defects", f"{len(asked.defects)} of {', '.join(options.defects or ['the library'])}{only}; {which}"),
        ("healthy seeds", str(asked.seeds) if asked.seeds else "none asked: nothing is said about false alarms"),
    )


def _defects(options: argparse.Namespace) -> tuple[Defect, ...]:
    """Return the defects that are meant; raises QualificationError where none is."""
    from qualification.defect import defects_of
    from qualification.library import FAMILIES
    from rig.errors import QualificationError

    modules = options.defects or [f"qualification.library.{family}" for family in FAMILIES]
    known = [one for module in modules for one in defects_of(module)]
    keys = tuple(options.only or ("",))
    wanted = tuple(one for one in known if one.key.startswith(keys))
    if not wanted:
        raise QualificationError(
            f"no defect is called {' or '.join(keys)}; there are {', '.join(o.key for o in known)}"
        )
    return wanted


def _write(found: Qualification, into: Path) -> None:
    from qualification.faces.data import data_of
    from qualification.faces.markdown import markdown_of
    from qualification.faces.page import page_of

    faces = {
        "matrix.html": page_of(found),
        "matrix.md": markdown_of(found),
        "matrix.json": json.dumps(data_of(found), ensure_ascii=False, indent=1) + "\n",
    }
    for name, text in faces.items():
        (into / name).write_text(text, encoding="utf-8")
    print(f"the matrix: {into / 'matrix.html'}")


def _say(line: str) -> None:
    print(line, flush=True)


COMMAND = RigCommand("qualify", "run plans against seeded defects, and say which would be found", _arguments, _run)
