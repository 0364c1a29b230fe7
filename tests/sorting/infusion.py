"""One infusion of 25 h as a record, told by all that stood by it: each of them can be made wrong by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from rig.channels import Channel
from rig.evaluation.claims.agreement import NAME as AGREEMENT
from rig.evaluation.settle import Asked, settle
from rig.evaluation.sorting import sorted_of
from rig.faults import heaviest
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.judging import Limit
from rig.record.bodies.pump_events import EdgesCounted
from rig.record.bodies.recipe import Recipe
from rig.samples import Block
from tests.evaluation.happenings import WINDOW, log, status, tell
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, Z_UL_MG, weighed

RATE_UL_H = 300.0
HOURS, FROM_H, TO_H = 33, 4.0, 29.0
PLAN = "test_plan.py::test_rate"
MINUTES = np.arange(HOURS * 60 + 1)
LIMIT = Limit("%", -5.0, 5.0)
OVER_S = (TO_H - FROM_H) * 3600.0
INSTRUMENTS = {
    "balance": {"capability": "balance", "sample_every_s": 60.0},
    "pump": {"capability": "pump", "sample_every_s": 60.0},
    "flow": {"capability": "flow", "sample_every_s": 60.0, "accuracy": {"percent": 5.0, "absolute": 7.2}},
    "daq": {"capability": "daq", "sample_every_s": 300.0},
}


def asked_ul(hour):
    """Return what the programme asks for up to an hour of the record, µL."""
    return RATE_UL_H * np.clip(np.asarray(hour, float) - FROM_H, 0.0, TO_H - FROM_H)


def nothing(_):
    """Do nothing besides."""


@dataclass(frozen=True)
class Infusion:
    """What happened: each tells the volume up to an hour (µL), `passes` by the flow sensor, `fell` of the reservoir.

    `tells` are its orders, `ahead_s` is its clock, `besides` puts what else there is into the record, `start` into its
    beginning.
    """

    arrives: Callable = asked_ul
    passes: Callable | None = None
    turns: Callable | None = asked_ul
    counts: Callable = asked_ul
    fell: Callable | None = None
    tells: tuple = ((0.0, "run_continuous", {"rate_ul_h": RATE_UL_H}), (OVER_S, "stop", {}))
    ahead_s: Callable = np.zeros_like
    states: tuple = ((0.0, "infusing", ()), (OVER_S, "stopped", ()))
    log: tuple = ((0.0, "infusion_started"), (OVER_S, "stopped"))
    besides: Callable = nothing
    start: dict = field(default_factory=dict)
    limit: Limit = LIMIT
    zero_flow: tuple = ((0, 4), (-4, 0))
    keep: Callable | None = None
    lost: int = 0
    claim: tuple | None = None  # a claim's name, parameters and limit, besides that about the mean flow

    def recorded(self, folder):
        """Write the record of it, with its results; return it open."""
        start = {"instruments": INSTRUMENTS, "dut": {"stroke_ul": 0.5, "motor_edges_per_stroke": 8.0, "serial": "P-1"}}
        mass_mg = 30_000.0 + np.asarray(self.arrives(MINUTES / 60.0)) / Z_UL_MG  # at once: one by one takes long
        record = weighed(
            folder,
            lambda hour: mass_mg[round(hour * 60.0)],
            hours=HOURS,
            start={**START, **start, **self.start},
            zero_flow=self.zero_flow,
            keep=self.keep,
            lost=self.lost,
        )
        self._of_the_pump(record)
        self._of_the_bench(record)
        self.besides(record)
        return record

    def _of_the_pump(self, record):
        hours = MINUTES / 60.0
        told = {
            "delivered": np.asarray(self.counts(hours), float),
            "reservoir": 20_000.0 - np.asarray((self.fell or self.counts)(hours), float),
            "clock_offset": np.asarray(self.ahead_s(hours), float),
        }
        units = {"clock_offset": "s", "delivered": "µL", "reservoir": "µL"}
        record.descriptor("pump", tuple(Channel(name, units[name]) for name in told), {})
        record.samples("pump", Block(EPOCH_NS + MINUTES * (HOUR_NS // 60), told))
        record.event(PlanBegins(PLAN))
        for at_s, verb, said in self.tells:
            tell(record, at_s, verb, **said)
        status(record, (-3600.0, "stopped", ()), *self.states)
        if self.log:
            log(record, *self.log)

    def _of_the_bench(self, record):
        if self.turns is not None:
            for hour in np.arange(0.0, HOURS + 0.5, 1.0):
                edges = round(float(self.turns(hour)) / 0.5 * 8.0)
                at_ns = EPOCH_NS + round(hour * HOUR_NS)
                record.event(EdgesCounted("daq", at_ns, edges))
        if self.passes is not None or self.turns is not None:
            hours = MINUTES / 60.0
            volume = np.asarray((self.passes or self.arrives)(hours), float)
            flow_ul_h = np.gradient(volume, hours)
            record.descriptor("flow", (Channel("flow", "µL/h"),), {})
            record.samples("flow", Block(EPOCH_NS + MINUTES * (HOUR_NS // 60), {"flow": flow_ul_h}))


def settled(infusion, folder):
    """Record an infusion and settle its claims as a plan's; return the open record."""
    record = infusion.recorded(folder)
    with record.reader() as reader:
        claims = [("mean flow error", {"programmed_ul_h": RATE_UL_H}, infusion.limit), (AGREEMENT, {}, None)]
        claims += [infusion.claim] if infusion.claim is not None else []
        last_seq = reader.last_seq()
        for name, parameters, limit in claims:
            recipe = Recipe(name, parameters, *WINDOW, last_seq)
            record.result(name, settle(Asked(recipe, limit, PLAN), reader))
    return record


def sorted_as(infusion, folder):
    """Return whose fault an infusion's plan is by its record: None where all passes."""
    with settled(infusion, folder) as record, record.reader() as reader:
        found = heaviest(one.sorted_as for one in sorted_of(reader))
    return None if found is None else found.fault
