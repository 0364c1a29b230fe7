"""Runs one plan on the shipped mocked bench, with faults in the pump or in the world, and settles its claims."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from rig.bench.bench import Bench, make_clock
from rig.bench.starting import start_run
from rig.bench_file.limits import load_limits
from rig.bench_file.reading import load_bench_file
from rig.errors import SafetyError
from rig.evaluation.claims.agreement import NAME as AGREEMENT
from rig.evaluation.registry import kind_of
from rig.evaluation.settle import Asked, settle
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.judging import RequirementsInForce
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Result

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "benches" / "mocked.toml"
LIMITS = ROOT / "test_plans" / "limits.toml"
# Where no DAQ measures it, a bench states it.
AIR = {"air_temperature_c": 22, "liquid_temperature_c": 22, "air_pressure_hpa": 1013, "air_humidity_percent": 50}


@dataclass(frozen=True)
class Outcome:
    """What a run came to: its results by name, and why it was unsafe ("" when it was not)."""

    results: dict[str, Result]
    unsafe: str
    path: Path

    @property
    def passes(self):
        return all(result.verdict == "PASS" for result in self.results.values())

    @property
    def flow(self):
        return self.results["flow error"]

    @property
    def agreement(self):
        return self.results["agreement"]

    def says(self, words):
        return any(words in reason for result in self.results.values() for reason in result.reasons)


def bench_text(
    *, dut=None, twin=None, flow=None, laboratory=None, weighing=None, liquid=None, instruments=None, without=()
):
    """Return the shipped bench file with keys of some tables changed; `instruments` by their names, less some."""
    tables = tomllib.loads(BENCH.read_text(encoding="utf-8"))
    tables["dut"] |= dut or {}
    tables["laboratory"] |= laboratory or {}
    tables["weighing"] |= weighing or {}
    tables["liquid"] |= liquid or {}
    tables["instruments"]["pump"]["twin"] = twin or {}
    tables["instruments"]["flow"]["twin"] = flow or {}
    for name, keys in (instruments or {}).items():
        tables["instruments"][name] |= keys
    for name in without:
        del tables["instruments"][name]
    if "daq" in without:
        tables["ambient"] = AIR
    return "\n".join(_written(tables))


def _written(tables):
    for name, table in tables.items():
        if name == "instruments":
            for one, keys in table.items():
                yield f"[instruments.{one}]"
                yield from (f"{key} = {_value(value)}" for key, value in keys.items())
            continue
        yield f"[{name}]"
        yield from (f"{key} = {_value(value)}" for key, value in table.items())


def _value(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace("+00:00", "Z").replace(" ", "T") if hasattr(value, "isoformat") else repr(value)


def constant_rate(bench, *, rate_ul_h, stabilise_h, analyse_h):
    """Infuse at one rate; return the claims of it by name."""
    bench.instruments.pump().run_continuous(rate_ul_h=rate_ul_h)
    bench.dwell(hours=stabilise_h)
    with bench.window("analysis") as window:
        bench.dwell(hours=analyse_h)
    return {"flow error": (window.flow_error(), "basal accuracy")}


def run(
    folder,
    body=constant_rate,
    *,
    seed=1,
    zero_flow_h=1.0,
    rate_ul_h=41.7,
    limits=None,
    read_each_minutes=4.0,
    **altered,
):
    """Run a plan on a bench of its own between two weighings at zero flow, and settle it; `limits` are added.

    The bench is read as seldom as what is to be found allows, and no instrument more often than its bench file says; a
    body that asks for its own pace gets it.
    """
    hours = {key: altered.pop(key) for key in ("stabilise_h", "analyse_h") if key in altered}
    path = folder / "bench.toml"
    path.write_text(bench_text(**altered), encoding="utf-8")
    bench_file, in_force = load_bench_file(path), load_limits(LIMITS)
    in_force = replace(in_force, limits=in_force.limits | (limits or {}))
    clock = make_clock(bench_file)
    record = start_run(
        bench_file,
        folder,
        clock,
        seed=seed,
        plans={},
        selected=(),
        limits=in_force,
        requirements=RequirementsInForce(),
    )
    with record:
        results, unsafe = {}, ""
        try:
            with Bench(bench_file, record, clock, seed) as bench, _read_seldom(bench, read_each_minutes):
                results = _plan(bench, record, body, zero_flow_h, in_force, rate_ul_h, hours)
        except SafetyError as error:
            unsafe = bench.unsafe or str(error)
        record.stop(Stop("FINISHED"))
        return Outcome(results, unsafe, record.path)


def _read_seldom(bench, minutes):
    return bench._at_pace({one.name: max(one.every_s, 60.0 * minutes) for one in bench.samplers})


def _plan(bench, record, body, zero_flow_h, limits, rate_ul_h, hours):
    record.event(PlanBegins("plan"))
    begins_ns = bench.clock.now_ns()
    bench.zero_flow(hours=zero_flow_h)
    claims = body(bench, rate_ul_h=rate_ul_h, **{"stabilise_h": 1.0, "analyse_h": 4.0, **hours})
    bench.zero_flow(hours=zero_flow_h)
    claims["agreement"] = (Recipe(AGREEMENT, {}, begins_ns, bench.clock.now_ns() + 1), "")
    found = {}
    with record.reader() as reader:
        for name, (recipe, limit_name) in claims.items():
            kind = kind_of(recipe.function)
            limit = limits.named(limit_name) if limit_name else None
            found[name] = settle(Asked(kind.resolve(recipe, reader), limit, "plan", (), limit_name), reader)
            record.result(name, found[name])
    return found
