"""The driver: what the rig's own SCPI multimeter does, and the mean of several readings."""

from typing import ClassVar

from instruments.scpi_meter import driver as scpi_meter
from pydantic import Field
from rig.driving import DriverContext


class AveragingMeterSettings(scpi_meter.MeterSettings):
    """The keys of this meter in a bench file: those of a SCPI multimeter, and how many readings make a value."""

    readings: int = Field(default=4, ge=1, le=100)


class Driver(scpi_meter.Driver):
    """A multimeter whose current is the mean of several readings."""

    Settings: ClassVar[type[AveragingMeterSettings]] = AveragingMeterSettings

    def __init__(self, name: str, settings: AveragingMeterSettings, context: DriverContext) -> None:
        self._readings = settings.readings
        super().__init__(name, settings, context)

    def measure_current_a(self) -> float:
        """Measure the mean direct current in A."""
        readings = [super(Driver, self).measure_current_a() for _ in range(self._readings)]
        return sum(readings) / len(readings)
