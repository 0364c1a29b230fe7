"""The battery: the cell as the pump's electronics see it, by its voltage and by a gauge that counts what it gives."""

from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.part import Kept, Part, number_of
from instruments.plant.cell import Cell, CellKeys
from instruments.plant.power import IDLE_A, MOTOR_A, MOTOR_RUN_S

BATTERY_LOW_MV = 2_600
BATTERY_DEPLETED_MV = 2_400
# Service ends while so much of what the label says is left, so that the alarms can still be given.
RESERVE_SHARE = 0.03
# At least 90 days are asked for; what the gauge and the programme may be off is on top.
ELECTIVE_DAYS = 105
_S_PER_H = 3600.0
_H_PER_DAY = 24.0
_MA_PER_A = 1000.0


class Battery(Part):
    """A cell with a gauge at its terminals, which counts whatever is drawn there; it is not lost with the power."""

    def __init__(self, keys: CellKeys, *, stroke_nl: int, schedule: InfusionSchedule) -> None:
        self._cell = Cell(keys)
        self._label_mah = keys.cell_mah
        self._stroke_nl = stroke_nl
        self._schedule = schedule
        self._measured_mv = 0
        self._elective = False

    def idle(self, seconds: float) -> None:
        """Feed the electronics for a while."""
        self._cell.draw(IDLE_A * seconds)

    def turn(self, strokes: int) -> None:
        """Feed the motor for some strokes."""
        self._cell.draw(strokes * MOTOR_A * MOTOR_RUN_S)

    def drain(self, mah: float) -> None:
        """Lose a charge in mAh that went past the pump."""
        self._cell.drain(mah)

    def cell_v(self, supply_v: float) -> float:
        """Return the voltage in V that is left of the feeding one while the pump idles."""
        return self._cell.volts(supply_v)

    def turning_v(self, supply_v: float) -> float:
        """Return the voltage in V that is left of the feeding one while the motor turns."""
        return self._cell.volts_turning(supply_v)

    def measure(self, volts: float) -> None:
        """Measure the voltage at the electronics, and see how long the battery still lasts."""
        self._measured_mv = int(volts * 1000)
        self._elective = self._elective or self.days_left <= ELECTIVE_DAYS

    def kept(self) -> Kept:
        """Return what was drawn, and whether the pump has asked for its replacement."""
        return {"drawn_as": self._cell.drawn_as, "elective": int(self._elective)}

    def restore(self, kept: Kept, shift_ns: int) -> None:
        """Take up the cell as it is."""
        super().restore(kept, shift_ns)
        self._cell.drawn_as = float(number_of(kept, "drawn_as"))
        self._elective = bool(number_of(kept, "elective"))

    @property
    def measured_mv(self) -> int:
        """Return the voltage in mV as last measured; the status tells it."""
        return self._measured_mv

    @property
    def left_mah(self) -> float:
        """Return what is left until the end of service by the gauge, in mAh."""
        return max(0.0, self._label_mah * (1.0 - RESERVE_SHARE) - self._cell.used_mah)

    @property
    def days_left(self) -> float:
        """Return for how many days that lasts at the programmed rate, the highest of one that changes."""
        strokes_h = self._schedule.highest_nl_h / self._stroke_nl
        mean_a = IDLE_A + strokes_h * MOTOR_A * MOTOR_RUN_S / _S_PER_H
        return self.left_mah / (mean_a * _MA_PER_A) / _H_PER_DAY

    @property
    def elective(self) -> bool:
        """Tell whether the pump has asked for its replacement; a lower rate does not take that back."""
        return self._elective

    @property
    def ended(self) -> bool:
        """Tell whether service has ended."""
        return self.left_mah <= 0.0

    @property
    def low(self) -> bool:
        """Tell whether the voltage calls for a warning."""
        return self.measured_mv < BATTERY_LOW_MV

    @property
    def depleted(self) -> bool:
        """Tell whether the voltage is too low to deliver at."""
        return self.measured_mv < BATTERY_DEPLETED_MV
