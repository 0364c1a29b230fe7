"""The driver of a SCPI multimeter in the pump's supply line, through PyVISA."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments.scpi.queries import ScpiLink
from instruments.scpi.settings import ScpiSettings
from instruments.scpi_meter import dialect
from rig.capabilities import Identity
from rig.channels import Channel
from rig.driving import DriverContext
from rig.errors import ConnectionFailedError
from rig.samples import Block

# Meters read on a little beyond the nominal end of a range.
_OVERRANGE = 1.2
# Two readings are alike within this share of the range.
_ALIKE = 0.01


class MeterSettings(ScpiSettings):
    """The keys of a multimeter: the ranges it measures in. A reading beyond a range is refused, never believed.

    `current_channel` and `voltage_channel` are those of a scanning meter; left out, it measures at its own terminals.
    """

    max_current_a: float = Field(default=0.1, gt=0, le=100)
    max_voltage_v: float = Field(default=100.0, gt=0, le=1000)
    current_channel: int | None = Field(default=None, ge=1, le=998)
    voltage_channel: int | None = Field(default=None, ge=1, le=998)


class Driver:
    """A multimeter: direct current and voltage, each reading confirmed by another answer."""

    capability: ClassVar[str] = "meter"
    measuring: ClassVar[bool] = True
    Settings: ClassVar[type[MeterSettings]] = MeterSettings

    channels: tuple[Channel, ...] = (Channel("current", "A", "direct current into the pump"),)

    def __init__(self, name: str, settings: MeterSettings, context: DriverContext) -> None:
        self.name = name
        self._settings = settings
        self._link = ScpiLink(name, settings, context)
        self._repeats = False
        self._link.expect("multimeter", self._meet)
        with self._link.reporter.opening(self._link.close):
            self._demand_channels()

    def identify(self) -> Identity:
        """Get what the meter answers to `*IDN?`."""
        return self._link.identity

    def measure_current_a(self) -> float:
        """Measure the direct current in A."""
        range_a = self._settings.max_current_a
        query = dialect.at_channel(dialect.measure_current(range_a), self._settings.current_channel)
        return self._read(query, "A", range_a)

    def measure_voltage_v(self) -> float:
        """Measure the direct voltage in V."""
        query = dialect.at_channel(dialect.MEASURE_VOLTAGE, self._settings.voltage_channel)
        return self._read(query, "V", self._settings.max_voltage_v)

    def start_sampling(self) -> None:
        """Do nothing: the meter measures when it is asked."""

    def read_block(self) -> Block:
        """Get one reading of the current (A)."""
        t_ns, current_a = self._link.reporter.timed(self.measure_current_a)
        return Block(np.array([t_ns], np.int64), {"current": np.array([current_a])})

    def stop_sampling(self) -> None:
        """Do nothing: nothing was started."""

    def close(self) -> None:
        """Release the port; safe to repeat."""
        self._link.close()

    def _read(self, query: str, unit: str, most: float) -> float:
        """Return a reading that the meter has confirmed: by repeating it, else by two more that surround it."""
        limit = most * _OVERRANGE
        if self._repeats:
            return self._link.read_repeated(query, dialect.REPEAT, unit=unit, limit=limit)
        return self._link.read_twice(query, unit=unit, limit=limit, within=most * _ALIKE)

    def _meet(self) -> None:
        """Measure, and find out whether the meter repeats its last reading when it is asked to: not all of them do."""
        self.measure_current_a()
        measured = self._link.last_line
        self._repeats = self._link.answer(dialect.REPEAT) is not None and self._link.last_line == measured

    def _demand_channels(self) -> None:
        """Make sure that a meter whose channels are named scans: one without a scanner may read its own terminals."""
        s = self._settings
        asked = {
            dialect.measure_current(s.max_current_a): s.current_channel,
            dialect.MEASURE_VOLTAGE: s.voltage_channel,
        }
        for question in (question for question, channel in asked.items() if channel is not None):
            query = dialect.at_channel(question, dialect.NO_SUCH_CHANNEL)
            answered = self._link.answer(query)
            if answered is not None:
                raise self._link.reporter.error(
                    ConnectionFailedError,
                    f"it answers for channel {dialect.NO_SUCH_CHANNEL}, too: it takes no heed of channel lists",
                    "plug the scanner card in, or take current_channel and voltage_channel out of the bench file",
                    query.encode("ascii"),
                    answered.encode("ascii"),
                )
