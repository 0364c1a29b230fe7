"""The battery: what a pump makes of its cell, and when it says that the cell ends."""

from collections import deque
from dataclasses import replace

from instruments.intrathecal_pump.simulated.battery import Battery
from instruments.intrathecal_pump.simulated.forecast import MS_PER_DAY, Forecast
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import Turns
from instruments.plant.line import Stroke
from qualification.defect import Defect, seeded

_SHRINKS_BELOW_V = 2.7
_TOO_FAR_ABOVE_V = 3.3
_END_MV = 2_750
_AVERAGED_READINGS = 30  # one a minute


@seeded(
    Defect(
        "I1",
        "below 2.7 V strokes shrink, and no alarm comes",
        "For the last months of the battery the patient gets a seventh less, and the pump says that all is well.",
        "IT-07",
        effect_percent=-15.0,
        effect="nothing above 2.7 V",
        says=("flow error", "flow at", "books"),
        plans=("test_plans/test_battery.py::test_the_dose_holds",),
        source="GIP 3.x",
    )
)
class StrokesShrinkAtLowVoltage(Mechanism):
    """The motor does not complete its turn on a weak cell."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move 15 % less."""
        made = super().strokes(turns)
        if turns.volts >= _SHRINKS_BELOW_V:
            return made
        return [Stroke(one.t_ns, 0.85 * one.volume_ul, one.motor_edges) for one in made]


@seeded(
    Defect(
        "I2",
        "BATTERY_LOW never comes",
        "Nobody is warned before the battery is empty: an operation in haste, or withdrawal.",
        "5.1.4",
        effect="the warning is lost",
        says=("battery_low",),
        source="Alaris 2020",
        plans=("test_plans/test_power.py::test_a_low_battery_is_signalled_and_the_dose_holds",),
    )
)
class NeverWarnsOfTheCell(Battery):
    """Is never low."""

    @property
    def low(self) -> bool:
        """Return no."""
        return False


@seeded(
    Defect(
        "I3",
        "BATTERY_LOW comes at 2.45 V only",
        "The warning comes minutes before the end.",
        "5.1.4",
        effect="the warning comes at the end",
        says=("battery_low",),
        source="GIP 5.1.4",
        plans=("test_plans/test_power.py::test_a_low_battery_is_signalled_and_the_dose_holds",),
    )
)
class WarnsMinutesBeforeTheEnd(Battery):
    """Is low where it is all but depleted."""

    @property
    def low(self) -> bool:
        """Tell whether the voltage is below 2.45 V."""
        return self.measured_mv < 2_450


@seeded(
    Defect(
        "I4",
        "service ends at 2.75 V already",
        "A battery with months in it is declared empty, and delivery ends without notice.",
        "IT-07",
        effect="−100 % below 2.75 V",
        says=("end_of_service", "flow error"),
        plans=("test_plans/test_battery.py::test_the_dose_holds",),
        source="notices of 2009 and 2011",
    )
)
class EndsServiceEarly(Battery):
    """Takes a low voltage for the end of service."""

    @property
    def ended(self) -> bool:
        """Tell whether the voltage is below 2.75 V."""
        return super().ended or 0 < self.measured_mv < _END_MV


@seeded(
    Defect(
        "I5",
        "the date to replace the pump by is a year off once the clock was set",
        "The operation is planned a year too late.",
        "IT-07",
        effect="no dose at once; the exchange comes a year late",
        says=("replace",),
        plans=("test_plans/test_clock.py::test_setting",),
        source="Z-1338-2012",
    )
)
class ReplaceByAYearLate(Forecast):
    """Loses a year when the clock is set."""

    def replacement_ms(self, t_ns: int) -> int:
        """Return the end of service, a year late behind a setting of the clock."""
        return super().replacement_ms(t_ns) + (365 * MS_PER_DAY if self._clock.times_set else 0)


@seeded(
    Defect(
        "I6",
        "the voltage is averaged over 30 min, a sag is not seen",
        "A battery that breaks down is told of half an hour late.",
        "5.1.4",
        effect="each alarm of the cell up to 30 min late",
        says=("battery_low", "battery_depleted"),
        plans=("test_plans/test_battery.py::test_boluses_are_whole_while_the_battery_is_low",),
        source="GIP 5.1.1",
    )
)
class AveragesTheVoltage(Battery):
    """Measures the mean of its last readings."""

    readings: deque[int] | None = None

    def measure(self, volts: float) -> None:
        """Measure, and take the mean."""
        super().measure(volts)
        if self.readings is None:
            self.readings = deque(maxlen=_AVERAGED_READINGS)
        self.readings.append(self._measured_mv)
        self._measured_mv = sum(self.readings) // len(self.readings)


@seeded(
    Defect(
        "I7",
        "above 3.3 V strokes are 12 % large",
        "In the first weeks of a fresh battery the patient gets an eighth too much; later the pump is right.",
        "ACC-001",
        effect_percent=12.0,
        effect="above 3.3 V alone, in infusion and bolus",
        says=("3.6 V", "stroke"),
        plans=("test_plans/test_battery.py::test_the_dose_holds_over_the_voltages_of_a_battery",),
        source="class of a motor that runs past its stop",
    )
)
class RunsPastItsStop(Mechanism):
    """Has a motor that a fresh cell turns too far."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Make strokes, the larger the voltage lets them be."""
        made = super().strokes(turns)
        if turns.volts <= _TOO_FAR_ABOVE_V:
            return made
        self._content_ul -= sum(0.12 * stroke.volume_ul for stroke in made)
        return [replace(stroke, volume_ul=1.12 * stroke.volume_ul) for stroke in made]


@seeded(
    Defect(
        "I8",
        "behind each cut of the power the gauge of the battery has forgotten half of what was drawn",
        "A contact failed once; the date of the exchange is years off, and the pump ends without having asked for it.",
        "IT-07",
        effect="no dose; the call for replacement and the end of service far too late, or never",
        says=("elective_replacement",),
        plans=("test_plans/test_battery.py::test_what_was_drawn_from_a_battery_stays_drawn[a power cut]",),
        source="class of an account that is kept in volatile memory",
    )
)
class ForgetsWhatWasDrawn(Battery):
    """Keeps a part of its account only; the cell itself forgets nothing."""

    forgotten_mah = 0.0

    def power_lost(self) -> None:
        """Forget half of what the gauge has counted."""
        super().power_lost()
        self.forgotten_mah += 0.5 * (self._cell.used_mah - self.forgotten_mah)

    @property
    def left_mah(self) -> float:
        """Return what is left by what the gauge remembers."""
        return super().left_mah + self.forgotten_mah
