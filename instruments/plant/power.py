"""The wires: supply, interlock relay and pump."""

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from rig.bench_file.tables import TwinParameters


class PowerKeys(TwinParameters):
    """What feeds the pump."""

    pump_power: Literal["supply", "battery"] = "supply"
    battery_v: float = Field(default=3.0, ge=0, le=5)


@dataclass(frozen=True, slots=True)
class Power:
    """What feeds the pump at one moment.

    `fed_by` "battery": the pump's own cell, whatever the supply does. "supply": the bench's supply through the
    interlock relay stands in for the cell, as on a bench with a battery eliminator. `imposed_v` is what a challenge
    leaves of the voltage of either; no challenge feeds a pump whose supply is off or whose interlock is open.
    """

    fed_by: str
    battery_v: float
    supply_v: float = 0.0
    current_limit_a: float = 0.0
    output_on: bool = False
    interlock_closed: bool = False
    imposed_v: float | None = None

    @property
    def pump_v(self) -> float:
        """Return the voltage at the pump's terminals in V."""
        if self.fed_by == "battery":
            return self.battery_v if self.imposed_v is None else self.imposed_v
        supply_v = self.supply_v if self.imposed_v is None else self.imposed_v
        return supply_v if self.output_on and self.interlock_closed else 0.0

    @property
    def pump_alive(self) -> bool:
        """Tell whether the pump's electronics run."""
        return self.pump_v >= MIN_PUMP_V

    def with_(self, **changes: float | bool | None) -> "Power":
        """Return the power after a change."""
        return replace(self, **changes)  # type: ignore[arg-type]  # field names and types are the caller's, all checked above


MIN_PUMP_V = 2.2
IDLE_A = 0.000_25
MOTOR_A = 0.009
MOTOR_RUN_S = 0.25
