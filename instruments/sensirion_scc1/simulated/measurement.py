"""A continuous measurement in the simulated cable: samples by the clock, a buffer that overflows, a totaliser."""

import numpy as np
from numpy.typing import NDArray

from instruments.plant.laboratory import Laboratory
from instruments.sensirion_scc1.dialect import SAMPLES_PER_FRAME, SIGNALS, Buffered
from instruments.sensirion_scc1.simulated.lg16 import Lg16Sensor

NS_PER_MS = 1_000_000
BYTES_PER_SAMPLE = 2 * SIGNALS
_CHUNK = 65_536
_MOST_REMAINING = 0xFFFF
_MOST_LOST = 0xFFFF_FFFF
_EMPTY = np.empty((0, SIGNALS), np.int16)


class Measurement:
    """Sample k is taken (k + 1) intervals after the start. The caller holds the laboratory's lock."""

    def __init__(self, sensor: Lg16Sensor, laboratory: Laboratory, interval_ms: int, capacity: int) -> None:
        self.interval_ms = interval_ms
        self.last: NDArray[np.int16] = _EMPTY
        self._sensor = sensor
        self._laboratory = laboratory
        self._period_ns = interval_ms * NS_PER_MS
        self._start_ns = laboratory.advance()
        self._capacity = capacity
        self._taken = 0
        self._waiting = _EMPTY
        self._lost = 0

    def catch_up(self) -> int:
        """Take every sample that is due by now; return the sum of their raw flows, for the totaliser."""
        due = (self._laboratory.advance() - self._start_ns) // self._period_ns
        total = 0
        while self._taken < due:
            until = min(due, self._taken + _CHUNK)
            numbers = np.arange(self._taken + 1, until + 1, dtype=np.int64)
            raw = self._sensor.raw(self._start_ns + numbers * self._period_ns)
            self._taken = until
            total += int(raw[:, 0].sum(dtype=np.int64))
            self._keep(raw)
        return total

    def read(self) -> Buffered:
        """Give away as many samples as fit one frame, and the count of bytes lost since the last read."""
        given, self._waiting = self._waiting[:SAMPLES_PER_FRAME], self._waiting[SAMPLES_PER_FRAME:]
        lost, self._lost = self._lost, 0
        return Buffered(
            min(lost * BYTES_PER_SAMPLE, _MOST_LOST), min(len(self._waiting) * BYTES_PER_SAMPLE, _MOST_REMAINING), given
        )

    def _keep(self, raw: NDArray[np.int16]) -> None:
        self.last = raw[-1:]
        waiting = np.concatenate([self._waiting, raw]) if len(self._waiting) else raw
        over = max(0, len(waiting) - self._capacity)
        self._lost += over
        self._waiting = waiting[over:]
