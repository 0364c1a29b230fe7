"""Runs one part of the daily proof on a mocked bench of its own, with one thing wrong, and settles its claims."""

import tomllib
from pathlib import Path

from rig.bench.bench import Bench, make_clock
from rig.bench.proving import Proving
from rig.bench.starting import start_run
from rig.bench_file.limits import load_limits
from rig.bench_file.reading import load_bench_file
from rig.errors import RigError
from rig.evaluation.registry import kind_of
from rig.evaluation.settle import Asked, settle
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.judging import RequirementsInForce
from rig.record.bodies.others import Stop
from tests.truth.catalogue import Claimed
from tests.truth.support import BENCH, ROOT, _written

LIMITS = ROOT / "qualification" / "proof" / "limits.toml"
WEIGHT = {"mass_mg": 9000.0, "within_mg": 1.0, "u_mg": 0.02, "certificate": "CAL-W-0001"}
ALL = ("pump", "balance", "flow", "daq", "supply", "meter")


def bench_text(stands, altered):
    """Return the shipped bench file with the instruments that stand there, and keys of its tables changed."""
    tables = tomllib.loads(BENCH.read_text(encoding="utf-8"))
    due = tables["instruments"]["balance"]["calibration"]["due"]
    tables["check_weight"] = WEIGHT | {"due": due}
    instruments = tables["instruments"] = {name: tables["instruments"][name] for name in stands}
    if "supply" not in stands:
        del tables["power"]
        tables["laboratory"]["pump_power"] = "battery"
    for place, keys in altered.items():
        of, _, name = place.partition(".")
        table = instruments[name] if name else tables.setdefault(of, {})
        table |= keys
    return "\n".join(_written(tables))


def prove(folder: Path, plan, *, stands=("pump", "balance"), seed=1, trying=Proving, clock_of=make_clock, **altered):
    """Run the plan of a part; return its results by name, or the error that kept it from being tried.

    What is `altered` are keys by their tables, `{"instruments.balance": {…}}`; `trying` makes what the plan tries by.
    """
    (folder / "bench.toml").write_text(bench_text(stands, altered.pop("tables", {}) | altered), encoding="utf-8")
    bench_file, limits = load_bench_file(folder / "bench.toml"), load_limits(LIMITS)
    clock = clock_of(bench_file)
    record = start_run(
        bench_file,
        folder,
        clock,
        seed=seed,
        plans={},
        selected=(),
        limits=limits,
        requirements=RequirementsInForce(),
    )
    with record:
        try:
            with Bench(bench_file, record, clock, seed) as bench:
                record.event(PlanBegins("plan"))
                claims = {}
                plan(bench, lambda name, recipe: Claimed(claims, name, recipe), trying(bench))
                return _settled(record, claims, limits)
        except RigError as error:
            return str(error)
        finally:
            record.stop(Stop("FINISHED"))


def _settled(record, claims, limits):
    with record.reader() as reader:
        return {
            name: settle(
                Asked(
                    kind_of(recipe.function).resolve(recipe, reader),
                    limits.named(limit) if limit else None,
                    "plan",
                    (),
                    limit,
                ),
                reader,
            )
            for name, (recipe, limit) in claims.items()
        }


def refused(found, claim, words):
    """See that a claim was made and did not pass, in words that name what is wrong."""
    result = found[claim]
    said = "\n".join((claim, *result.reasons, *result.remarks))
    assert result.verdict != "PASS", said
    assert words in said
