"""`rig blanks`: what a bench's own weighings at zero flow say of its evaporation."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_runs
from rig.errors import RecordError

if TYPE_CHECKING:
    from rig.evaluation.blanks import Blank


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bench", default="", metavar="NAME", help="runs of this bench only (default: of every bench)")
    takes_runs(parser)


def _run(options: argparse.Namespace) -> int:
    from rig.clock import iso_utc
    from rig.evaluation.blanks import FEWEST, blanks_of, history
    from rig.record.folder import list_runs

    found: list[Blank] = []
    for summary in list_runs(options.runs):
        try:
            found += blanks_of(summary.path, options.bench)
        except RecordError as error:
            print(f"{summary.run_id}: passed over: {error}", file=sys.stderr)
    for one in found:
        said = one.why_not or f"{one.rate_mg_h:+.4f} ± {2.0 * one.u_mg_h:.4f} mg/h"
        print(f"{one.run}  {iso_utc(one.from_ns)}  {said}")
    whole = history(found)
    if whole is None:
        print(f"fewer than {FEWEST} weighings at zero flow say anything: nothing to learn from yet", file=sys.stderr)
        return EXIT_FOUND_PROBLEMS
    print(f"{whole.n} weighings: loss {whole.mean_mg_h:.4f} mg/h, standard deviation {whole.sd_mg_h:.4f} mg/h")
    print("for [weighing] of the bench file, where the room and the vessel stay as they are:")
    print(f"evaporation_mg_h = {whole.mean_mg_h:.4f}")
    print(f"u_evaporation_mg_h = {whole.sd_mg_h:.4f}")
    print(f"evaporation_floor_mg_h = {whole.strays_mg_h:.4f}")
    return 0


COMMAND = RigCommand("blanks", "what past weighings at zero flow say of a bench's evaporation", _arguments, _run)
