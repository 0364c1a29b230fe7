"""Watches that nothing is delivered while the pump says that it is stopped: by the motor's edges and by the balance."""

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rig.bench.instruments import Instruments
from rig.clock import NS_PER_S, Clock
from rig.errors import InstrumentError, MetrologyError
from rig.evaluation import inputs
from rig.evaluation.columns import read_column
from rig.evaluation.delivered import streams_of
from rig.evaluation.evidence.flow_sensor import accuracy_of
from rig.metrology.readings.regression import fit_line
from rig.record.bodies.events import ReadingMissed
from rig.record.bodies.pump_events import EdgesCounted
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord
from rig.safety.stop import AtRest

_PACE_NS = 300 * NS_PER_S
# A motor may finish the stroke that it was in: what it turns behind the settling is delivery.
_FEWEST_EDGES = 2
# What must have come before a stopped pump is called a danger: well beyond what wetting, draughts and creep do.
_DANGER_MG = 5.0
_FEWEST_READINGS = 12
_K = 5.0


@dataclass(frozen=True, slots=True)
class Gained:
    """What a pan gained in a time, and how fast."""

    come_mg: float
    minutes: float
    mg_h: float


class RestWatch:
    """Looks, each five minutes of a weighing at zero flow, whether the pump rests as it says.

    `not_resting` is called with what was seen, and ends the session. What is smaller than a danger is for the
    evaluation to find and to judge.
    """

    def __init__(
        self, instruments: Instruments, record: RunRecord, clock: Clock, not_resting: Callable[[AtRest], None]
    ) -> None:
        self._instruments = instruments
        self._record = record
        self._clock = clock
        self._not_resting = not_resting
        self._since_ns: int | None = None
        self._next_ns = 0
        self._edges_at_rest: int | None = None
        self._pan: _Pan | None = None

    @property
    def is_watching(self) -> bool:
        """Tell whether a weighing at zero flow is under way."""
        return self._since_ns is not None

    @contextlib.contextmanager
    def watching(self, from_ns: int) -> Iterator[None]:
        """Watch until the end of the block; the line may still empty for as long as limits.toml says."""
        with self._record.reader() as reader:
            start = reader.start()
            weighing = start.weighing
            self._since_ns = from_ns + round(start.limits.evaporation.settle_minutes * 60.0 * NS_PER_S)
            if weighing is not None and streams_of(reader, "balance"):
                self._pan = _Pan(inputs.balance_stream(reader), weighing.capillary_mg, self._since_ns)
        self._next_ns, self._edges_at_rest = self._since_ns, None
        try:
            yield
            self.look(at_once=True)
        finally:
            self._since_ns = self._pan = None

    def count_edges(self) -> int | None:
        """Record what the DAQ's counter stands at; None where nothing counts, or it did not answer."""
        if not self._instruments.count_edges():
            return None
        daq = self._instruments.daq()
        try:
            edges = daq.count_edges()
        except InstrumentError as error:
            self._record.event(ReadingMissed(daq.name, str(error)))
            return None
        self._record.event(EdgesCounted(daq.name, self._clock.now_ns(), edges))
        return edges

    def look(self, *, at_once: bool = False) -> None:
        """Look when it is time to; raises what `not_resting` raises."""
        now_ns = self._clock.now_ns()
        if self._since_ns is None or now_ns < self._since_ns or (now_ns < self._next_ns and not at_once):
            return
        self._next_ns = now_ns + _PACE_NS
        edges = self.count_edges()
        if edges is not None:
            if self._edges_at_rest is None or edges < self._edges_at_rest:  # a counter that was away begins anew
                self._edges_at_rest = edges
            turned = edges - self._edges_at_rest
            if turned >= _FEWEST_EDGES:
                minutes = (now_ns - self._since_ns) / NS_PER_S / 60
                self._not_resting(AtRest(f"its motor made {turned} edges within {minutes:.0f} min of rest"))
        if self._pan is not None:
            with self._record.reader() as reader:
                self._pan.read(reader, now_ns)
                if gained := self._pan.gained():
                    self._not_resting(self._gained(reader, gained, motor_counted=edges is not None))

    def _gained(self, reader: RecordReader, gained: Gained, *, motor_counted: bool) -> AtRest:
        """Return what the pan gained, with what motor and flow sensor say to it."""
        said = f"the balance gained {gained.come_mg:.3g} mg in {gained.minutes:.0f} min, {gained.mg_h:.3g} mg/h"
        streams = streams_of(reader, "flow")
        if not motor_counted or not streams or self._since_ns is None:
            return AtRest(said, only_the_balance=motor_counted)
        try:
            flow_ul_h, _ = read_column(reader, streams[0], "flow", self._since_ns, self._clock.now_ns() + 1)
        except MetrologyError:
            return AtRest(said, only_the_balance=True)
        mean_ul_h = float(flow_ul_h.mean())
        stated = accuracy_of(reader.start(), streams[0])
        seen = mean_ul_h > stated.absolute
        # A milligram a microlitre: what a liquid's density is off by is far below a sensor's accuracy.
        missing = gained.mg_h - mean_ul_h > max(stated.absolute, stated.percent / 100.0 * gained.mg_h)
        said = f"{said}, the flow sensor saw {mean_ul_h:.3g} µL/h"
        return AtRest(said, only_the_balance=not seen, alone=not seen and missing)


class _Pan:
    """What the balance has shown since a rest began, as read: what the air does to it is far below a danger."""

    def __init__(self, stream: str, capillary_mg: float, since_ns: int) -> None:
        self._stream = stream
        self._capillary_mg = capillary_mg
        self._since_ns = self._next_ns = since_ns
        self._t_s = np.empty(0)
        self._mass_mg = np.empty(0)

    def read(self, reader: RecordReader, now_ns: int) -> None:
        """Take in what was recorded behind the last look; readings that are no series are the evaluation's to name."""
        try:
            mass_mg, series = read_column(reader, self._stream, "mass", self._next_ns, now_ns + 1)
        except MetrologyError:
            return
        self._t_s = np.append(self._t_s, (series.t_ns - self._since_ns) / NS_PER_S)
        self._mass_mg = np.append(self._mass_mg, mass_mg)
        self._next_ns = now_ns + 1

    def gained(self) -> Gained | None:
        """Return what the pan gained where that is a danger, None where it is none."""
        if len(self._mass_mg) < _FEWEST_READINGS:
            return None
        thirds = [float(third.mean()) for third in np.array_split(self._mass_mg, 3)]
        if not thirds[0] < thirds[1] < thirds[2]:
            return None
        try:
            line = fit_line(self._t_s, self._mass_mg)
        except MetrologyError:
            return None  # readings that are no series: the weighing's evaluation says why
        # The slope leaves out what fell on the pan in one piece; both ends must have moved as it says.
        hours = float(self._t_s[-1] - self._t_s[0]) / 3600.0
        come_mg = line.slope_h * hours
        if come_mg <= max(_DANGER_MG, _K * math.sqrt(2.0) * self._capillary_mg, _K * line.u_slope_h * hours):
            return None
        return Gained(come_mg, 60.0 * hours, line.slope_h)
