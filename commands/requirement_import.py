"""`rig requirements import`: requirements of another tool into requirements.toml; what would change is said first."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS
from rig.errors import PlanError

if TYPE_CHECKING:
    from reports.matrix.exchange.into_toml import Changes
    from reports.matrix.exchange.taken import Taken

_SEPARATORS = ("comma", "semicolon", "tab")
_TABLES = (".csv", ".tsv", ".txt")
_REQIF = (".reqif", ".reqifz", ".xml", ".zip")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what stands behind `import`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a .csv, .tsv, .reqif or .reqifz file")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("test_plans") / "requirements.toml",
        metavar="FILE",
        help="the requirements file (default: test_plans/requirements.toml)",
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="FIELD=NAME",
        help="the column or attribute that is id, text, source, hazard, method or no_plan; may be repeated",
    )
    parser.add_argument("--source", default="", metavar="TEXT", help="the source of what states none (default: FILE)")
    parser.add_argument(
        "--separator", choices=_SEPARATORS, default="", help="of a table (default: as its heading has it)"
    )
    parser.add_argument(
        "--type", action="append", default=[], metavar="NAME", help="of ReqIF: only objects of this type"
    )
    parser.add_argument("--update", action="store_true", help="write what is new and changed into a file that is there")
    parser.add_argument("--remove-gone", action="store_true", help="with --update: take out what FILE has no more")
    parser.set_defaults(run_command=run)


def run(options: argparse.Namespace) -> int:
    """Say what is new, changed and gone, and write it where nothing is lost or --update says so."""
    from reports.matrix.exchange.into_toml import changes, updated, written
    from reports.matrix.exchange.taken import completed
    from rig.bench_file.limits import load_requirements

    if options.remove_gone and not options.update:
        raise PlanError("--remove-gone takes requirements out of a file: say --update with it")
    taken = _taken(options)
    out: Path = options.out
    for line in taken.passed_over:
        print(f"passed over: {line}")
    if not out.exists():
        _write(out, written(taken.requirements))
        print(f"{len(taken.requirements)} requirements written: {out}")
        return 0
    present = load_requirements(out).requirements
    wanted = completed(taken, present)
    found = changes(present, wanted)
    _say(found)
    if not (found.any or (options.remove_gone and found.gone)):
        print(f"nothing to write: {out} says the same of each")
        return 0
    if not options.update:
        print(f"nothing was written: say --update to write what is new and changed into {out}")
        return EXIT_FOUND_PROBLEMS
    text, comments_kept = updated(_read(out), wanted, found, remove_gone=options.remove_gone)
    _write(out, text)
    print(f"written: {out}" + ("" if comments_kept else "; its comments could not be kept"))
    return 0


def _taken(options: argparse.Namespace) -> Taken:
    from reports.matrix.exchange.columns import given_columns

    file: Path = options.file
    given = given_columns(options.column)
    if file.suffix.lower() in _TABLES:
        from reports.matrix.exchange.from_csv import requirements_from_csv

        return requirements_from_csv(file, given, source=options.source, separator=options.separator)
    if file.suffix.lower() in _REQIF:
        from reports.matrix.exchange.from_reqif import requirements_from_reqif

        return requirements_from_reqif(file, given, source=options.source, only=options.type)
    raise PlanError(
        f"{file} ends in none of {', '.join((*_TABLES, *_REQIF))}: save a spreadsheet as CSV UTF-8, or export ReqIF"
    )


def _say(found: Changes) -> None:
    for name in found.new:
        print(f"new: {name}")
    for name, fields in found.changed.items():
        print(f"changed: {name}: {', '.join(fields)}")
    for name in found.gone:
        print(f"gone: {name}")
    print(f"{len(found.new)} new, {len(found.changed)} changed, {len(found.gone)} gone")


def _read(path: Path) -> str:
    # Ends of lines stay as they are.
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def _write(path: Path, text: str) -> None:
    from rig.record.export import written_whole

    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")
