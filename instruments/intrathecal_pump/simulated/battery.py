"""The cell: how it is drained, what voltage the electronics measure, and what they think of it."""

from instruments.intrathecal_pump.simulated.part import Part
from instruments.plant.power import IDLE_A, MOTOR_A, MOTOR_RUN_S

BATTERY_LOW_MV = 2_600
BATTERY_DEPLETED_MV = 2_400


class Battery(Part):
    """A cell that sags with what was drawn from it."""

    def __init__(self, drop_v_per_ah: float) -> None:
        self._drop_v_per_ah = drop_v_per_ah
        self._drawn_as = 0.0
        self._measured_mv = 0

    def idle(self, seconds: float) -> None:
        """Feed the electronics for a while."""
        self._drawn_as += IDLE_A * seconds

    def turn(self, strokes: int) -> None:
        """Feed the motor for some strokes."""
        self._drawn_as += strokes * MOTOR_A * MOTOR_RUN_S

    def cell_v(self, supply_v: float) -> float:
        """Return the voltage in V that is left of the feeding one, the cell being drained by what was drawn."""
        return max(0.0, supply_v - self._drop_v_per_ah * self._drawn_as / 3600.0)

    def measure(self, volts: float) -> None:
        """Measure the voltage at the electronics."""
        self._measured_mv = int(volts * 1000)

    @property
    def measured_mv(self) -> int:
        """Return the voltage in mV as last measured; the status tells it."""
        return self._measured_mv

    @property
    def low(self) -> bool:
        """Tell whether the voltage calls for a warning."""
        return self.measured_mv < BATTERY_LOW_MV

    @property
    def depleted(self) -> bool:
        """Tell whether the voltage is too low to deliver at."""
        return self.measured_mv < BATTERY_DEPLETED_MV
