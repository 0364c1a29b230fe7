"""Which verdicts of the matrix of requirements are stale: asked of the records that they rest on alone."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from rig.errors import RecordError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reports.matrix.kept_grounds import GroundsOfRuns
    from reports.matrix.model import Reasons, StaleOf
    from reports.matrix.plans import PlanInSource
    from rig.record.bodies.judging import RequirementsInForce
    from rig.record.run_line import RunLine


def staleness(
    options: argparse.Namespace,
    requirements: RequirementsInForce,
    plans: Sequence[PlanInSource],
    grounds: GroundsOfRuns | None,
    problems: list[str],
) -> tuple[StaleOf, str]:
    """Return what tells which plans of a run are stale, and why it is not looked for, "" where it is.

    Without limits nobody can tell, and without records (`grounds` None) nothing is stale; `problems` takes the records
    that cannot be read. Raises PlanFileError for limits that are wrong, or that were named and are not there.
    """
    from reports.matrix.impact import InForce, stale_results
    from reports.matrix.model import nothing_stale
    from rig.bench_file.limits import load_limits

    limits: Path = options.limits or options.requirements.with_name("limits.toml")
    if grounds is None:
        return nothing_stale, ""
    if options.limits is None and not limits.exists():
        return nothing_stale, f"there is no {limits}; name the limits with --limits FILE"
    sha256 = cache(lambda file: _sha256(options.root, plans, file))
    now = InForce(requirements.requirements, load_limits(limits), sha256)

    def stale_of(run: RunLine) -> Mapping[str, Reasons]:
        found: dict[str, dict[str, None]] = {}
        try:
            for one in stale_results(grounds.of(run.path), now, graphs=False):
                found.setdefault(one.plan, {}).update(dict.fromkeys(one.why))
        except RecordError as error:
            problems.append(f"{run.run_id}: whether its results are stale cannot be told: {error}")
        return {plan: tuple(why) for plan, why in found.items()}

    return stale_of, ""


def _sha256(root: Path, plans: Sequence[PlanInSource], file: str) -> str | None:
    """Return the hash of a file that a record names: below the root, or one of the plans', wherever they stand now."""
    places = [root / file, *(plan.path for plan in plans if plan.is_in(file))]
    there = next((place for place in places if place.is_file()), None)
    return hashlib.sha256(there.read_bytes()).hexdigest() if there is not None else None
