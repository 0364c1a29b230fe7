"""A run of many plans with samples as instruments give them: one reading at a time, each a block of its own.

`python -m tests.reports.many FOLDER 200` writes one to look at and to time.
"""

import sys
from pathlib import Path

import numpy as np

from rig.channels import Channel
from rig.clock import VirtualClock
from rig.exchange import Exchange
from rig.record.bodies.codec import from_body
from rig.record.bodies.events import PlanBegins, PlanEnds, ProjectionSeen, WindowEnds, ZeroFlow
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from rig.samples import Block
from tests.reports.records import EPOCH_NS, HOUR_NS, MINUTE_NS, Z_UL_MG, result_body, said, start_body

RATE_UL_H = 2.0
_WEIGHING_H, _DELIVERING_H = 1, 6
_COLUMNS = {
    "balance": {"mass": "mg"},
    "flow": {"flow": "µL/h", "temperature": "°C"},
    "pump": {"delivered": "µL", "battery": "V", "current": "A"},
}
_VERDICTS = ("PASS", "PASS", "PASS", "INCONCLUSIVE", "PASS", "PASS", "FAIL")


def write_many(folder: Path, plans: int, seed: int = 1, every_ns: int = MINUTE_NS) -> Path:
    """Write a finished run of so many plans with one result each; return the path of its record."""
    clock = VirtualClock(EPOCH_NS)
    noise = np.random.default_rng(seed)
    body = start_body(kind="mocked")
    body["instruments"]["flow"]["accuracy"] = {"percent": 5.0, "absolute": 0.05}  # made for such a flow: it is drawn
    start = from_body(Start, body)
    with RunRecord.create(folder, f"run-of-{plans}", start, EPOCH_NS, clock) as record:
        for name, channels in _COLUMNS.items():
            record.descriptor(name, [Channel(channel, unit) for channel, unit in channels.items()], {})
        delivered = _weigh(record, clock, noise, 0.0, every_ns)
        for number in range(plans):
            delivered = _plan(record, clock, noise, number, delivered, every_ns)
        record.stop(Stop("FINISHED"))
        return record.path


def _plan(
    record: RunRecord, clock: VirtualClock, noise: np.random.Generator, number: int, delivered: float, every_ns: int
) -> float:
    node_id = f"test_plans/test_basal.py::test_rate_{number}_is_kept"
    record.event(PlanBegins(node_id, ("ACC-001",)))
    begun_ns = clock.now_ns()
    record.command(Exchange("pump", "run_continuous", {"rate_ul_h": RATE_UL_H}, b"", b"", begun_ns, begun_ns))
    delivered = _sample(record, clock, noise, delivered, RATE_UL_H, _DELIVERING_H, every_ns)
    ended_ns = clock.now_ns()
    record.event(ProjectionSeen(node_id, "mean flow error", 1.0, 0.3, "PASS", 0.99))
    record.event(WindowEnds("analysis", begun_ns + HOUR_NS, ended_ns))
    record.command(Exchange("pump", "stop", {}, b"", b"", ended_ns, ended_ns))
    delivered = _weigh(record, clock, noise, delivered, every_ns)
    verdict = _VERDICTS[number % len(_VERDICTS)]
    recipe = result_body()["recipe"] | {"from_ns": begun_ns + HOUR_NS, "to_ns": ended_ns}
    recipe["last_seq"] = record.event(PlanEnds(node_id))
    record.result("mean flow error", said(result_body(plan=node_id, verdict=verdict, recipe=recipe)))
    return delivered


def _weigh(
    record: RunRecord, clock: VirtualClock, noise: np.random.Generator, delivered: float, every_ns: int
) -> float:
    begun_ns = clock.now_ns()
    delivered = _sample(record, clock, noise, delivered, 0.0, _WEIGHING_H, every_ns)
    record.event(ZeroFlow(begun_ns, clock.now_ns()))
    return delivered


def _sample(
    record: RunRecord,
    clock: VirtualClock,
    noise: np.random.Generator,
    delivered: float,
    rate_ul_h: float,
    hours: int,
    every_ns: int,
) -> float:
    """Read all instruments for so many hours; return the volume delivered at their end."""
    for _ in range(hours * HOUR_NS // every_ns):
        a, b, c, d = noise.normal(size=4).tolist()
        now_ns = clock.now_ns()
        values = {
            "balance": [delivered / Z_UL_MG + 0.001 * a],
            "flow": [rate_ul_h * (1 + 0.02 * b), 37 + 0.01 * c],
            "pump": [delivered, 3.0 + 0.001 * d, 1e-3 + 1e-6 * a],
        }
        for name, channels in _COLUMNS.items():
            columns = {channel: np.array([value]) for channel, value in zip(channels, values[name], strict=True)}
            record.samples(name, Block(np.array([now_ns]), columns))
        clock.wait_s(every_ns / 1e9)
        delivered += rate_ul_h * every_ns / HOUR_NS
    return delivered


if __name__ == "__main__":
    print(write_many(Path(sys.argv[1]), int(sys.argv[2])))
