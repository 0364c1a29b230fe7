"""`rig compare RUN RUN`: in what two runs differ, and in what not."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_runs
from commands.records import record_meant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.evidence.compare import Compared

_MOST_SHOWN = 30


def _arguments(parser: argparse.ArgumentParser) -> None:
    for name in ("first", "second"):
        parser.add_argument(name, metavar="RUN", help="a run's name, the beginning of one, a record's path, or 'last'")
    parser.add_argument("--json", action="store_true", help="print it as JSON, every difference in full")
    takes_runs(parser)


def _run(options: argparse.Namespace) -> int:
    first, second = (
        record_meant(argparse.Namespace(runs=options.runs, run=run)) for run in (options.first, options.second)
    )
    # Behind the look-up: a name that means no run is said at once.
    from reports.evidence.compare import compare_runs

    found = compare_runs(first, second)
    if options.json:
        print(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    else:
        _print(found)
    return 0 if all(one.equal for one in found) else EXIT_FOUND_PROBLEMS


def _print(found: Sequence[Compared]) -> None:
    for aspect in sorted(found, key=lambda one: one.equal):
        said = "equal" if aspect.equal else f"{len(aspect.differences)} of {aspect.count} DIFFER"
        print(f"{aspect.aspect}: {said}" + (f" ({aspect.count})" if aspect.equal else ""))
        for one in aspect.differences[:_MOST_SHOWN]:
            print(f"  {one.place}")
            for sign, text in (("-", one.first), ("+", one.second)):
                print("\n".join(f"    {sign} {line}" for line in text.splitlines() or [""]))
        if len(aspect.differences) > _MOST_SHOWN:
            print(f"  … {len(aspect.differences) - _MOST_SHOWN} more; --json has all")


def _as_json(found: Sequence[Compared]) -> dict[str, object]:
    return {
        "equal": all(one.equal for one in found),
        "aspects": [
            {
                "aspect": one.aspect,
                "equal": one.equal,
                "compared": one.count,
                "differences": [
                    {"place": each.place, "first": each.first, "second": each.second} for each in one.differences
                ],
            }
            for one in found
        ],
    }


COMMAND = RigCommand(
    "compare", "say in what two runs differ: data, limits, versions, plans and verdicts", _arguments, _run
)
