"""The pump's test of itself."""

from instruments.intrathecal_pump.messages import Finding
from instruments.intrathecal_pump.simulated.battery import Battery
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.programming_limits import ProgrammingLimits


class PumpSelfTest(Part):
    """Looks at the programme in the memory, the motor, the cell and the clock; remembers what it last found."""

    def __init__(
        self, schedule: InfusionSchedule, mechanism: Mechanism, battery: Battery, limits: ProgrammingLimits
    ) -> None:
        self._schedule = schedule
        self._mechanism = mechanism
        self._battery = battery
        self._limits = limits
        self._found = Finding(0)

    @property
    def memory_failed(self) -> bool:
        """Tell whether the last test found the programme changed."""
        return Finding.MEMORY in self._found

    def run(self, clock_ms: int) -> Finding:
        """Test everything; return what is wrong."""
        wrong = {
            Finding.MEMORY: not self._schedule.intact,
            Finding.MOTOR: self._mechanism.stalled,
            Finding.CELL: self._battery.depleted,
            Finding.CLOCK: not self._limits.takes_clock(clock_ms),
        }
        self._found = Finding(sum(finding for finding, holds in wrong.items() if holds))
        return self._found

    def power_lost(self) -> None:
        """Forget what was found: the programme is gone with the power."""
        self._found = Finding(0)
