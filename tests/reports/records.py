"""Records written entry by entry, as a run would write them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rig.channels import Channel
from rig.clock import VirtualClock
from rig.exchange import Exchange
from rig.record.bodies.events import PlanBegins, PlanEnds
from rig.record.bodies.result import Result
from rig.record.reader import RecordReader
from rig.record.schema import Entry
from rig.record.words import result_of
from rig.record.writer import RunRecord
from rig.samples import Block

EPOCH_NS = 1_767_600_000_000_000_000  # 2026-01-05T08:00:00Z
HOUR_NS = 3_600_000_000_000
MINUTE_NS = 60_000_000_000
# dose-accuracy.md, section 3: Z(20 °C, 1013.25 hPa, 50 %RH)
Z_UL_MG = 1.00285
PLAN = "test_plans/test_basal.py::test_rate_is_kept[slow]"
PLAN_TEXT = 'def test_rate_is_kept(pump):\n    """A rate that is set is kept."""\n'
LIMIT = {"unit": "%", "lower": -5.0, "upper": 5.0, "coverage_k": 2.0, "source": "declared accuracy"}
TRUMPET = {
    "pump_type": "ambulatory type 1",
    "sample_interval_min": 15.0,
    "windows_min": [15, 60, 150, 330, 570, 930],
}


def start_body(**changes: Any) -> dict[str, Any]:
    instruments = {
        name: {
            "capability": name,
            "driver": f"driver of the {name}",
            "calibration": {"id": f"CAL-{name}", "due": "2026-12-31", "as_found": ""},
            "sample_every_s": 60.0,
        }
        for name in ("balance", "flow", "pump")
    }
    return {
        "bench": "table",
        "kind": "physical",
        "clock": "wall",
        "bench_file": {"file": "table.toml", "sha256": "ab" * 32, "text": "[bench]\n"},
        "seed": 7,
        "dut": {"model": "ITP-1", "serial": "0042"},
        "operator": "A. Operator",
        "instruments": instruments,
        "weighing": {
            "needle_diameter_mm": 0.0,
            "vessel_diameter_mm": 30.0,
            "readability_mg": 0.001,
            "repeatability_mg": 0.001,
            "linearity_mg": 0.0,
            "calibration_u_percent": 0.0,
            "capillary_mg": 0.0,
            "u_temperature_k": 0.2,
            "u_pressure_hpa": 1.0,
            "u_humidity_percent": 3.0,
            "clock_ppm": 50.0,
        },
        "ambient": {
            "air_temperature_c": 20.0,
            "liquid_temperature_c": 20.0,
            "air_pressure_hpa": 1013.25,
            "air_humidity_percent": 50.0,
        },
        "overdue": [],
        "plans": ["test_basal.py"],
        "plan_sources": [{"file": "test_basal.py", "sha256": "cd" * 32, "text": PLAN_TEXT}],
        "limits": {
            "evaporation": {"zero_flow_hours": 4.0, "settle_minutes": 0.0},
            "trumpet": TRUMPET,
            "limits": {"basal accuracy": LIMIT},
        },
        "requirements": {"requirements": {"ACC-001": {"text": "Rates are kept.", "source": "the maker"}}},
        "provenance": {
            "rig": "0.1.0",
            "python": "3.11.7",
            "platform": "Linux",
            "packages": {"numpy": "2.2"},
            "lock_sha256": "ef" * 32,
            "commit": "0123abc",
            "modified": False,
            "started_wall_utc": "2026-01-05T08:00:00.000000Z",
        },
    } | changes


def result_body(**changes: Any) -> dict[str, Any]:
    """A result as `settle` writes it: 1 ± 0.5 % within ±5 %."""
    line = {"name": "evaporation", "kind": "A", "value": 0.05, "u": 0.25, "unit": "mg/h", "sensitivity": -1.0}
    recipe = {
        "function": "mean flow error",
        "parameters": {"programmed_ul_h": 2.0},
        "from_ns": EPOCH_NS,
        "to_ns": EPOCH_NS + HOUR_NS,
        "last_seq": 1,
    }
    return {
        "plan": PLAN,
        "requirements": ["ACC-001"],
        "limit_name": "basal accuracy",
        "limit": LIMIT,
        "recipe": recipe,
        "value": 1.0,
        "u": 0.25,
        "unit": "%",
        "budget": [line | {"contribution": 0.25, "dof": "inf"}],
        "decision": {
            "guard_band": 0.5,
            "conformance_probability": 0.9999,
            "wrong_accept_risk": 0.0001,
            "wrong_reject_risk": 0.9999,
        },
        "details": {"flow_ul_h": 2.02},
        "verdict": "PASS",
        "reasons": [],
    } | changes


NO_NUMBER = {"value": None, "u": None, "budget": [], "decision": None, "details": {}, "verdict": "INVALID"}


def said(body: dict[str, Any]) -> Result:
    return result_of(Entry(2, 0, "result", "mean flow error", body, None))


@dataclass
class Scribe:
    """A run being written, with its clock."""

    record: RunRecord
    clock: VirtualClock

    def tell_pump(self, verb: str, **arguments: Any) -> None:
        now_ns = self.clock.now_ns()
        self.record.command(Exchange("pump", verb, arguments, b"", b"", now_ns, now_ns))

    def stream(self, name: str, channels: dict[str, str], t_ns: Any, **columns: Any) -> None:
        self.record.descriptor(name, [Channel(channel, unit) for channel, unit in channels.items()], {})
        values = {channel: np.asarray(column, np.float64) for channel, column in columns.items()}
        self.record.samples(name, Block(np.asarray(t_ns, np.int64), values))

    def result(self, body: dict[str, Any], name: str = "mean flow error") -> None:
        """Record a result in today's words; `body` is in those of format 1, which are shorter to write."""
        self.record.result(name, said(body))

    def plan(self, *results: dict[str, Any], ends: bool = True, node_id: str = PLAN) -> None:
        self.record.event(PlanBegins(node_id, ("ACC-001",)))
        for body in results:
            self.result(body | {"plan": node_id})
        if ends:
            self.record.event(PlanEnds(node_id))

    @property
    def reader(self) -> RecordReader:
        return RecordReader(self.record.path)
