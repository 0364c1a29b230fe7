"""`rig report RUN …`: what a person or a program reads about a run, or a person about several as one."""

import argparse
from pathlib import Path

from commands.command import RigCommand, takes_runs
from commands.records import record_meant
from rig.errors import ExportError
from rig.record.schema import SUFFIX

_FORMATS = ("html", "pdf", "json")
_RESULTS = "results"
_ALL = "all"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run",
        nargs="+",
        metavar="RUN",
        help="a run's name, the beginning of one, a record's path, or 'last'; several are joined on one page",
    )
    takes_runs(parser)
    parser.add_argument(
        "--format",
        choices=(*_FORMATS, _ALL, _RESULTS),
        default="html",
        help="what to write (default: html); all: html, pdf and json; results: a flat list as JSON, for a LIMS",
    )
    parser.add_argument(
        "--among",
        action="append",
        type=Path,
        metavar="FOLDER",
        help="look for other runs of the pump, and values of the same kind, beside the record and in this folder; what "
        "is found is kept beside the record for all reports to come; may be said again",
    )
    parser.add_argument("--out", type=Path, help="the file to write (default: beside the first record)")


def _run(options: argparse.Namespace) -> int:
    paths = _records_meant(options)
    if options.among:
        _look_for_others(paths, options.among)
    if len(paths) > 1:
        out = _write_joined(paths, options)
        print(out)
        return 0
    # Behind the look-up: a name that means no run is said at once.
    from reports.faces import write_faces

    outs = _outs(paths[0], options)
    write_faces(paths[0], outs)
    for out in outs.values():
        print(out)
    return 0


def _look_for_others(paths: list[Path], folders: list[Path]) -> None:
    from reports.history.other_runs import keep_other_runs
    from rig.clock import machine_utc_ns

    for path in paths:
        keep_other_runs(path, folders, machine_utc_ns())


def _outs(record: Path, options: argparse.Namespace) -> dict[str, Path]:
    """Return where each format goes: `--out` as it stands for one, with each one's own ending for all."""
    if options.format != _ALL:
        ending = "results.json" if options.format == _RESULTS else options.format
        return {options.format: options.out or record.with_name(f"{_stem(record)}.{ending}")}
    out: Path = options.out or record.with_name(f"{_stem(record)}.{_FORMATS[0]}")
    stem = out.stem if out.suffix.removeprefix(".") in _FORMATS else out.name
    return {one: out.with_name(f"{stem}.{one}") for one in _FORMATS}


def _write_joined(paths: list[Path], options: argparse.Namespace) -> Path:
    if options.format != "html":
        raise ExportError(
            f"several runs are joined on a page only, not as {options.format}: leave --format out, or name one run"
        )
    from reports.page.html import write_joined_report

    out: Path = options.out or paths[0].with_name(f"{_stem(paths[0])}-and-{len(paths) - 1}-joined.html")
    write_joined_report(paths, out)
    return out


def _stem(record: Path) -> str:
    return record.name.removesuffix(SUFFIX)


def _records_meant(options: argparse.Namespace) -> list[Path]:
    """Return the records that are meant, each once."""
    found = (record_meant(argparse.Namespace(runs=options.runs, run=run)) for run in options.run)
    return list({path.resolve(): path for path in found}.values())


COMMAND = RigCommand(
    "report", "write the report of a run as HTML, PDF or JSON, or of several as one page", _arguments, _run
)
