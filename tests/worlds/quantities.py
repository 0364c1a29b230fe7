"""How often each kind of number holds the truth, and how often a verdict on the limit is wrong: figures, no table.

`python -m tests.worlds.quantities --runs 4000` takes twenty minutes on two cores. Mean flow and volume are two
questions to one record; windows, changing programmes, boluses, lockouts and alarms have records of their own. The
balance deviates by all that is stated over the whole of an infusion, in each window, with each dose. A decision on the
limit is a number whose truth lies there, drawn with an uncertainty that is itself known from few readings or many.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from rig.clock import NS_PER_S, VirtualClock
from rig.errors import RigError
from rig.evaluation.orders import PATIENT
from rig.evaluation.outcome import Evaluation
from rig.evaluation.registry import kind_of
from rig.exchange import Exchange
from rig.metrology.uncertainty.budget import Budget, Component
from rig.metrology.uncertainty.decision import Verdict, decide_budget
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.record.writer import RunRecord
from rig.samples import Block
from tests.worlds.catalogue import BY_NAME, DECADES
from tests.worlds.disturbances import as_stated_by_the_dose
from tests.worlds.physics import Floats
from tests.worlds.recording import EPOCH_NS, PUMP_CHANNELS, READ_EVERY_S, at_ns, recipe_of, recorded, start_of
from tests.worlds.scene import seen
from tests.worlds.schedule import PER_H, Schedule
from tests.worlds.study import Share

_IN_MEMORY = Path("/dev/shm")
INFUSION, BOLUSES = "as stated", "10 boluses"
# What comes on top of an infusion: each so many hours, for so many, at so many times its rate; in 24 h.
PROGRAMMES = {"boluses": (3.0, 0.05, 20.0), "hours of a higher rate": (4.0, 2.0, 1.0), "steps": (2.0, 1.0, 2.0)}
WINDOW_MINUTES, _WINDOWS = 300.0, 5
QUANTITIES = ("mean flow", "volume", "changing programme", "window", "bolus", "lockout", "time to alarm")
K = 2.0
_CHUNK = 10


@dataclass(frozen=True)
class Held:
    """Of one quantity: how many of its intervals hold the truth, of those that were told."""

    quantity: str
    held: int
    told: int


def _holds(budget: Budget, truth: float) -> bool:
    return abs(budget.value - truth) <= budget.spread.guard_band(K)


def to_and_fro(share: Floats) -> Floats:
    """Return a deviation that comes in one window and goes in the next: of a gain of five, the whole sees it too."""
    return 1.0 - np.abs((_WINDOWS * share) % 2.0 - 1.0)


def with_doses(schedule: Schedule) -> Callable[[Floats], Floats]:
    """Return a deviation that grows with what doses gain, and not with the infusion that they come on top of."""
    dosed_ul = schedule.dosed(np.ones(schedule.doses))
    gained_ul = schedule.rate_ul_h * schedule.running + dosed_ul
    first, last = (round(h * PER_H) for h in (schedule.from_h, schedule.to_h))
    share = (gained_ul - gained_ul[first]) / (gained_ul[last] - gained_ul[first])
    return partial(np.interp, xp=share, fp=dosed_ul / dosed_ul[last])


def one_infusion(decade: int, number: int, name: str = INFUSION) -> list[Held]:
    """Let one infusion happen in a world and ask its record for mean flow and volume."""
    world = BY_NAME[name]
    rng = world.rng(decade, 100_000 + number)
    scene = world.scene(decade, rng)
    shown = seen(scene, rng)
    asked = recipe_of(scene)
    found = []
    with _folder() as there, recorded(there, scene, shown) as record, record.reader() as reader:
        for quantity, function in (("mean flow", "mean flow error"), ("volume", "volume error")):
            computed = _computed(Recipe(function, {}, asked.from_ns, asked.to_ns), reader)
            if computed is not None:
                found.append(Held(quantity, int(_holds(computed.budget, shown.true_percent)), 1))
    return found


def some_windows(decade: int, number: int, name: str = INFUSION) -> list[Held]:
    """Let one infusion happen in a world and ask its record for its windows.

    Its pump errs by one share all the time, so that the error of every part of the window is that of the whole.
    """
    world = BY_NAME[name]
    rng = world.rng(decade, 500_000 + number)
    scene = replace(world.scene(decade, rng), deviates=to_and_fro)
    shown = seen(scene, rng)
    asked = recipe_of(scene)
    recipe = Recipe("flow in windows", {"minutes": WINDOW_MINUTES}, asked.from_ns, asked.to_ns)
    with _folder() as there, recorded(there, scene, shown) as record, record.reader() as reader:
        parts = _computed(recipe, reader)
    if parts is None:
        return []
    off = np.abs(np.array(parts.details["error_percent"]) - shown.true_percent)
    within = off <= np.array([spread.guard_band(K) for spread in parts.spreads])
    return [Held("window", int(within.sum()), within.size)]


def one_programme(decade: int, number: int, name: str = INFUSION) -> list[Held]:
    """Let a programme that changes its rate happen, behind a line that gives way, and ask for its volume."""
    world = BY_NAME[name]
    rng = world.rng(decade, 400_000 + number)
    every_h, for_h, times = list(PROGRAMMES.values())[number % len(PROGRAMMES)]

    def changing(rate_ul_h: float, rng: np.random.Generator) -> Schedule:
        doses = int(rng.integers(1, 1 + 24 // every_h))
        return Schedule(
            rate_ul_h,
            stabilising_h=1.0,
            window_h=0.5 + every_h * doses,
            lead_h=0.5,
            dose_every_h=every_h,
            doses=doses,
            dose_ul=round(times * rate_ul_h * for_h, 3),
            dose_rate_ul_h=round(times * rate_ul_h, 3),
        )

    scene = replace(replace(world, schedule=changing).scene(decade, rng), lag_h=rng.uniform(0.0, 0.2))
    shown = seen(scene, rng)
    window = at_ns(scene.schedule.from_h), at_ns(scene.schedule.to_h) + 1
    with _folder() as there, recorded(there, scene, shown) as record, record.reader() as reader:
        computed = _computed(Recipe("volume error", {}, *window), reader)
    return [] if computed is None else [Held("changing programme", int(_holds(computed.budget, shown.left_percent)), 1)]


def one_series(decade: int, number: int) -> list[Held]:
    """Let one series of boluses happen and ask its record for their mean error.

    It is the pump's at this setting: these doses scatter about it.
    """
    world = BY_NAME[BOLUSES]
    rng = world.rng(decade, 100_000 + number)
    scene = world.scene(decade, rng)
    scene = as_stated_by_the_dose(replace(scene, deviates=with_doses(scene.schedule)), rng)
    shown = seen(scene, rng)
    with _folder() as there, recorded(there, scene, shown) as record, record.reader() as reader:
        computed = _computed(recipe_of(scene), reader)
    return [] if computed is None else [Held("bolus", int(_holds(computed.budget, scene.error_percent)), 1)]


def one_alarm(decade: int, number: int) -> list[Held]:
    """Let an alarm rise between two readings of the status, and ask how long behind the window's begin that was."""
    rng = BY_NAME[INFUSION].rng(decade, 200_000 + number)
    scene = BY_NAME[INFUSION].scene(decade, rng)
    rose_s, phase_s = rng.uniform(0.0, 3000.0), rng.uniform(0.0, READ_EVERY_S)
    polls_s = phase_s + READ_EVERY_S * np.arange(60)
    shown_ns = EPOCH_NS + round(float(polls_s[polls_s >= rose_s][0]) * NS_PER_S)
    clock = VirtualClock(EPOCH_NS)
    with _folder() as there, RunRecord.create(there, "alarm", start_of(scene), EPOCH_NS, clock) as record:
        record.descriptor("pump", PUMP_CHANNELS, {"every_s": READ_EVERY_S})
        clock.wait_until(EPOCH_NS + round(float(polls_s[-1]) * NS_PER_S))
        t_ns = EPOCH_NS + np.rint(polls_s * NS_PER_S).astype(np.int64)
        record.samples("pump", Block(t_ns, {channel.name: np.zeros(60) for channel in PUMP_CHANNELS}))
        record.event(PumpStateChanged("pump", "infusing", EPOCH_NS - NS_PER_S))
        record.event(PumpStateChanged("pump", "alarm", shown_ns, ("occlusion",)))
        with record.reader() as reader:
            recipe = Recipe("alarm delay", {"alarm": "occlusion"}, EPOCH_NS, EPOCH_NS + 4000 * NS_PER_S)
            computed = _computed(recipe, reader)
    return [] if computed is None else [Held("time to alarm", int(_holds(computed.budget, rose_s)), 1)]


def one_lockout(decade: int, number: int) -> list[Held]:
    """Let a patient ask twice, and ask how far apart by the pump's clock the two grants were.

    A request reaches the pump at any moment between sending and answer, and its clock strays as far as it may.
    """
    rng = BY_NAME[INFUSION].rng(decade, 300_000 + number)
    scene = BY_NAME[INFUSION].scene(decade, rng)
    answer_s, apart_s = rng.uniform(0.02, 2.0), rng.uniform(300.0, 7200.0)
    heard_s = np.array([0.0, apart_s]) + rng.uniform(0.0, answer_s, 2)
    may_stray = start_of(scene).limits.agreement.clock_ppm * 1e-6
    true_s = float(np.diff(heard_s)[0]) * (1.0 + rng.uniform(-may_stray, may_stray))
    clock = VirtualClock(EPOCH_NS)
    with _folder() as there, RunRecord.create(there, "lockout", start_of(scene), EPOCH_NS, clock) as record:
        for at_s in (0.0, apart_s):
            sent_ns = EPOCH_NS + round((60.0 + at_s) * NS_PER_S)
            clock.wait_until(sent_ns + round(answer_s * NS_PER_S))
            asked = {"volume_ul": 2.0, "rate_ul_h": 60.0}
            exchange = Exchange("pump", PATIENT, asked, b"?", b"!", sent_ns, clock.now_ns(), "ok", {"granted": True})
            record.command(exchange)
        with record.reader() as reader:
            computed = _computed(Recipe("lockout", {}, EPOCH_NS, clock.now_ns() + NS_PER_S), reader)
    return [] if computed is None else [Held("lockout", int(_holds(computed.budget, true_s)), 1)]


def _computed(recipe: Recipe, reader: object) -> Evaluation | None:
    """Return what a recipe comes to; None where it is refused."""
    kind = kind_of(recipe.function)
    try:
        found = kind.compute(kind.resolve(recipe, reader), reader)
    except RigError:
        return None
    return None if found.invalid else found


def _folder() -> tempfile.TemporaryDirectory:
    return _Folder(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None)


class _Folder(tempfile.TemporaryDirectory):
    def __enter__(self) -> Path:
        return Path(super().__enter__())


def wrong_accepts(decisions: int, seed: int, *, told_dof: bool = True) -> Share:
    """Decide so often on a number whose truth lies just beyond the limit; return how often it was accepted.

    Its uncertainty is known from a few readings; without `told_dof` the rule is not told so.
    """
    rng = np.random.default_rng(seed)
    accepted = 0
    for dof in rng.choice([3.0, 5.0, 10.0, 30.0, 1e6], decisions):
        u = np.sqrt(rng.chisquare(dof) / dof)
        line = Component("readings", "A", 0.0, float(u), "%", 1.0, float(dof) if told_dof else math.inf)
        accepted += decide_budget(Budget(5.0 + rng.normal(), "%", (line,)), None, 5.0).verdict is Verdict.PASS
    return Share(accepted, decisions)


_IN_A_WORLD = {"infusion": one_infusion, "windows": some_windows, "programme": one_programme}
_KINDS = _IN_A_WORLD | {"series": one_series, "lockout": one_lockout, "alarm": one_alarm}


def _job(job: tuple[str, int, int, str]) -> list[Held]:
    kind, decade, number, world = job
    return _IN_A_WORLD[kind](decade, number, world) if kind in _IN_A_WORLD else _KINDS[kind](decade, number)


def figures(runs: int, workers: int, world: str = INFUSION) -> Iterator[str]:
    """Yield a line for each quantity in each decade of flow; in another world than that of benches as stated, of some.

    Numbers that are invalid by themselves are left out; those that only a witness refuses are not.
    """
    kinds = _KINDS if world == INFUSION else _IN_A_WORLD
    for decade, (low, high) in enumerate(DECADES):
        found = _drawn([(kind, decade, number, world) for kind in kinds for number in range(runs)], workers)
        for quantity in QUANTITIES:
            own = [one for one in found if one.quantity == quantity]
            if kinds is _IN_A_WORLD and not own:
                continue
            share = Share(sum(one.held for one in own), sum(one.told for one in own))
            yield f"{quantity:18} {low:g}–{high:g} µL/h: {share.percent:.1f} ± {share.u_percent:.1f} % of {share.of}"


def _drawn(jobs: list[tuple[str, int, int, str]], workers: int) -> list[Held]:
    """Let all of it happen, in this process where one worker is asked for."""
    if workers == 1:
        return [one for job in jobs for one in _job(job)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return [one for told in pool.map(_job, jobs, chunksize=_CHUNK) for one in told]


def main(words: list[str]) -> int:
    """Print the figures; return 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.quantities", description=__doc__)
    parser.add_argument("--runs", type=int, default=400, help="runs of each kind in each decade (default 400)")
    parser.add_argument("--decisions", type=int, default=100_000, help="verdicts on the limit (default 100000)")
    parser.add_argument("--world", choices=[*BY_NAME], default=INFUSION, help=f"the world (default {INFUSION!r})")
    parser.add_argument("--workers", type=int, default=2, help="processes that draw (default 2)")
    asked = parser.parse_args(words)
    wrong = wrong_accepts(asked.decisions, 1)
    print(f"wrong accepts on the limit: {wrong.percent:.2f} ± {wrong.u_percent:.2f} % of {wrong.of}", flush=True)
    for line in figures(asked.runs, asked.workers, asked.world):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
