"""Records to stream: small ones with something of everything, and large ones of samples."""

from pathlib import Path
from typing import Any

import numpy as np

from rig.channels import Channel
from rig.clock import Clock, VirtualClock
from rig.exchange import Exchange
from rig.record.bodies.codec import from_body
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.schema import Kind
from rig.record.writer import RunRecord
from rig.samples import Block

EPOCH_NS = 1_767_600_000_000_000_000  # 2026-01-05T08:00:00Z
SECOND_NS = 1_000_000_000


def start_body(**more: Any) -> dict[str, Any]:
    """Return a run's start."""
    return {
        "bench": "mocked",
        "kind": "mocked",
        "clock": "virtual",
        "seed": 7,
        "dut": {"model": "intrathecal pump, simulated", "serial": "SIM-0001"},
        "operator": "somebody",
        "instruments": {
            "balance": {
                "capability": "balance",
                "driver": "mettler_mt_sics",
                "calibration": {"id": "CAL-1", "due": "2026-12-31", "as_found": ""},
            }
        },
        "overdue": [],
        "plans": ["test_basal.py"],
        "provenance": {"rig": "0.1.0", "commit": "abc"},
    } | more


def begin(folder: Path, name: str = "run-1", clock: Clock | None = None, **more: Any) -> RunRecord:
    """Begin a record, on a clock that stands still unless one is given."""
    clock = clock or VirtualClock(EPOCH_NS)
    return RunRecord.create(folder, name, from_body(Start, start_body(**more)), clock.now_ns(), clock)


RESULT = {
    "plan": "test_plans/test_basal.py::test_basal_rate_is_accurate[12.5]",
    "requirements": ["ACC-002", "ACC-001"],
    "limit_name": "basal accuracy",
    "limit": {"unit": "%", "lower": -5.0, "upper": 5.0, "coverage_k": 2.0, "source": "data sheet"},
    "recipe": {
        "function": "mean flow error",
        "parameters": {"programmed_ul_h": 12.5},
        "from_ns": EPOCH_NS,
        "to_ns": EPOCH_NS + SECOND_NS,
    },
    "value": 1.25,
    "u": 0.5,
    "unit": "%",
    "budget": [
        {
            "name": name,
            "kind": "B",
            "value": 10.0,
            "u": 0.01,
            "unit": "mg",
            "sensitivity": 30.0,
            "contribution": contribution,
            "dof": dof,
        }
        for name, contribution, dof in (("balance", 0.3, 12.0), ("evaporation", 0.4, "inf"))
    ],
    "decision": {
        "guard_band": 1.0,
        "conformance_probability": 0.999,
        "wrong_accept_risk": 0.001,
        "wrong_reject_risk": 0.01,
    },
    "details": {"samples": 3600},
    "verdict": "PASS",
    "reasons": [],
}


def everything(folder: Path, name: str = "run-1", **more: Any) -> Path:
    """Write a finished run with entries of every kind; return its record."""
    clock = VirtualClock(EPOCH_NS)
    with begin(folder, name, clock, **more) as record:
        record.descriptor("balance", [Channel("mass", "mg", "net"), Channel("stable", "1", "1 when stable")], {})
        record.descriptor("flow", [Channel("flow", "µL/h", "in the line")], {})
        for minute in range(3):
            clock.wait_s(60.0)
            t_ns = np.array([clock.now_ns()], np.int64)
            block = Block(t_ns, {"mass": np.array([0.01 * minute]), "stable": np.array([1.0])}, lost=minute)
            record.samples("balance", block, due_ns=clock.now_ns())
            flow = t_ns + np.arange(-49, 1) * 20_000_000
            record.samples("flow", Block(flow, {"flow": np.linspace(1 / 3, 2 / 3, 50)}))
        sent_ns = clock.now_ns()
        record.command(Exchange("pump", "stop", {}, b"s", b"r", sent_ns, sent_ns + 1_500_000))
        record.event(OtherEvent("connected", {"instrument": "pump", "capability": "pump"}))
        record.event(OtherEvent("reading missed", {"stream": "balance", "error": 'no reply\nsaid "nothing", = \\'}))
        record.event(OtherEvent("pump did not stop", {"done": ["interlock opened"], "problems": ["no reply"]}))
        record.raw(Kind.RESULT, "mean flow error", RESULT)
        record.stop(Stop("FINISHED"))
    return record.path


def counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return the only row of a count(*) without its time."""
    (row,) = rows
    return {key.removeprefix("count_"): value for key, value in row.items() if key.startswith("count_")}


def add_samples(record: RunRecord, clock: VirtualClock, rows: int, channels: int, per_block: int) -> None:
    """Add full-precision samples at 1 kHz to the stream `daq`, from the clock's time on."""
    names = [f"channel_{number}" for number in range(channels)]
    record.descriptor("daq", [Channel(name, "kPa") for name in names], {})
    noise = np.random.default_rng(rows)
    for _ in range(rows // per_block):
        t_ns = clock.now_ns() + np.arange(per_block, dtype=np.int64) * 1_000_000
        values = noise.normal(50.0, 20.0, (channels, per_block))
        record.samples("daq", Block(t_ns, dict(zip(names, values, strict=True))))
        clock.wait_until(int(t_ns[-1]) + 1_000_000)
