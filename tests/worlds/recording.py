"""A run of a world as a record: by the rig's own writer, with all that a bench writes in such a run."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from instruments.intrathecal_pump.readings import CHANNELS as PUMP_CHANNELS
from rig.channels import Channel
from rig.clock import NS_PER_S, VirtualClock
from rig.exchange import Exchange
from rig.record.bodies.events import PlanBegins, WindowBegins, WindowEnds, ZeroFlow
from rig.record.bodies.judging import Limit, LimitsInForce, ZeroFlowPlan
from rig.record.bodies.pump_events import LogLine, PumpLogRead, PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.start import DeclaredInstrument, Dut, Start, StatedAccuracy, StatedAir
from rig.record.writer import RunRecord
from rig.samples import Block
from tests.worlds.catalogue import LIMIT_PERCENT
from tests.worlds.physics import Floats
from tests.worlds.scene import Scene, Seen
from tests.worlds.schedule import PER_H

EPOCH_NS = 1_767_600_000 * NS_PER_S
READ_EVERY_S = 3600.0 / PER_H
PLATEAU_MINUTES = 40.0
LIMIT = Limit(unit="%", lower=-LIMIT_PERCENT, upper=LIMIT_PERCENT, source="the limits of the study")
LIMITS = LimitsInForce(evaporation=ZeroFlowPlan(4.0, 5.0), limits={"accuracy": LIMIT})
# After ten times the lag of its line 5 in 100,000 of a flow are left: a bench states that it waits so long.
_LAGS = 10.0
PLAN = "test_worlds.py::test_dose"
# What the pump is filled with: more than any run takes, so that no alarm sounds.
_FILLED_UL = 100_000.0
_DAQ_UNITS = {"air_temperature": "°C", "air_pressure": "hPa", "air_humidity": "%RH", "liquid_temperature": "°C"}
_STOPPED, _INFUSING, _BOLUS = "stopped", "infusing", "bolus"
_STATES = {_STOPPED: 0.0, _INFUSING: 1.0, _BOLUS: 2.0}


def at_ns(hour: float) -> int:
    """Return the moment (UTC ns) of an hour of the run."""
    return EPOCH_NS + round(hour * 3600.0 * NS_PER_S)


def start_of(scene: Scene) -> Start:
    """Return what a run of this scene begins with."""
    bench = scene.bench
    paced = {
        "balance": DeclaredInstrument("balance", sample_every_s=READ_EVERY_S),
        "pump": DeclaredInstrument("pump", sample_every_s=READ_EVERY_S),
    }
    if bench.measured:
        paced["daq"] = DeclaredInstrument("daq", sample_every_s=READ_EVERY_S)
    if _has_flow_sensor(scene):
        paced["flow"] = DeclaredInstrument("flow", sample_every_s=READ_EVERY_S, accuracy=StatedAccuracy(5.0, 7.2))
    air = bench.stated
    return Start(
        bench="worlds",
        kind="mocked",
        clock="virtual",
        dut=Dut("pump of a world", "W-1", scene.stroke_ul if scene.stroke_declared else 0.0),
        instruments=paced,
        weighing=bench.weighing,
        liquid=bench.liquid,
        ambient=StatedAir(air.air_c, air.liquid_c, air.pressure_hpa, air.humidity_percent),
        plans=("test_worlds.py",),
        limits=replace(LIMITS, evaporation=ZeroFlowPlan(4.0, max(5.0, 60.0 * _LAGS * scene.lag_h))),
    )


def recorded(folder: Path, scene: Scene, shown: Seen) -> RunRecord:
    """Write the record of a run; return it open."""
    clock = VirtualClock(EPOCH_NS)
    record = RunRecord.create(folder, "world", start_of(scene), EPOCH_NS, clock)
    script = _Script(record, clock, scene, shown)
    script.play()
    return record


def recipe_of(scene: Scene) -> Recipe:
    """Return what the plan asks of the window."""
    schedule = scene.schedule
    window = (at_ns(schedule.from_h), at_ns(schedule.to_h) + 1)
    if not schedule.doses:
        return Recipe("mean flow error", {}, *window)
    spans = [[at_ns(h), at_ns(h + schedule.dose_every_h) + 1] for h in schedule.dose_h]
    asked = {"plateau_minutes": PLATEAU_MINUTES, "on_basal": True, "doses": spans}
    return Recipe("mean bolus error", asked, *window)


def _has_flow_sensor(scene: Scene) -> bool:
    # One reading a minute tells nothing of strokes that take seconds.
    return scene.stroke_ul == 0.0 and not scene.schedule.doses


class _Script:
    """Plays a run into its record: what happens at each moment comes behind the readings up to that moment."""

    def __init__(self, record: RunRecord, clock: VirtualClock, scene: Scene, shown: Seen) -> None:
        self._record = record
        self._clock = clock
        self._scene = scene
        self._streams = _streams(scene, shown)
        self._written = 0
        self._log_lines = 0
        for name, (channels, _) in self._streams.items():
            record.descriptor(name, channels, {"every_s": READ_EVERY_S})

    def play(self) -> None:
        self._record.event(PlanBegins(PLAN))
        self._state(_STOPPED)
        for hour, happens in sorted(self._moments(), key=lambda moment: moment[0]):
            self._read_to(hour)
            happens()
        self._read_to(self._scene.schedule.end_h)

    def _moments(self) -> Iterator[tuple[float, Callable[[], None]]]:
        """Yield what happens when; what happens at one moment is in order."""
        s, scene, record = self._scene.schedule, self._scene, self._record
        yield s.run_h, lambda: record.event(ZeroFlow(at_ns(0.0), at_ns(s.run_h) + 1))
        yield s.run_h, lambda: self._told("run_continuous", "infusion_started", _INFUSING, rate_ul_h=s.rate_ul_h)
        if scene.tared_h is not None:
            yield scene.tared_h, lambda: self._exchange("balance", "tare")
        yield s.from_h, lambda: record.event(WindowBegins("window"))
        for begin_h in s.dose_h:
            end_h = begin_h + s.dose_ul / s.dose_rate_ul_h
            asked = {"volume_ul": s.dose_ul, "rate_ul_h": s.dose_rate_ul_h}
            yield begin_h, lambda asked=asked: self._told("give_bolus", "bolus_started", _BOLUS, **asked)
            yield np.ceil(end_h * PER_H) / PER_H, lambda: self._changed("bolus_ended", _INFUSING)
        yield s.to_h, lambda: record.event(WindowEnds("window", at_ns(s.from_h), at_ns(s.to_h) + 1))
        yield s.to_h, lambda: self._told("stop", "stopped", _STOPPED)
        yield s.end_h, lambda: record.event(ZeroFlow(at_ns(s.to_h), at_ns(s.end_h) + 1))

    def _read_to(self, hour: float) -> None:
        end = round(hour * PER_H) + 1
        if end > self._written:
            part = slice(self._written, end)
            t_ns = EPOCH_NS + np.arange(self._written, end, dtype=np.int64) * round(READ_EVERY_S * NS_PER_S)
            self._clock.wait_until(int(t_ns[-1]))
            for name, (_, columns) in self._streams.items():
                self._record.samples(name, Block(t_ns, {key: values[part] for key, values in columns.items()}))
            self._written = end
        self._clock.wait_until(at_ns(hour))

    def _exchange(self, instrument: str, verb: str, **arguments: float) -> None:
        now_ns = self._clock.now_ns()
        self._record.command(Exchange(instrument, verb, dict(arguments), b"", b"", now_ns, now_ns))

    def _told(self, verb: str, word: str, state: str, **arguments: float) -> None:
        self._exchange("pump", verb, **arguments)
        self._changed(word, state)

    def _changed(self, word: str, state: str) -> None:
        """Write what the watch of the pump sees: another state, and a line more in its log."""
        self._state(state)
        line = LogLine(self._log_lines, self._clock.now_ns(), word)
        self._record.event(PumpLogRead("pump", (line,)))
        self._log_lines += 1

    def _state(self, state: str) -> None:
        self._record.event(PumpStateChanged("pump", state, self._clock.now_ns()))


def _streams(scene: Scene, shown: Seen) -> dict[str, tuple[tuple[Channel, ...], dict[str, Floats]]]:
    """Return every stream's channels and columns."""
    nothing = np.zeros_like(shown.mass_mg)
    found = {
        "balance": ((Channel("mass", "mg"), Channel("stable", "1")), {"mass": shown.mass_mg, "stable": nothing}),
        "pump": (PUMP_CHANNELS, _pump_columns(scene, shown)),
    }
    if shown.air:
        found["daq"] = (tuple(Channel(name, _DAQ_UNITS[name]) for name in shown.air), shown.air)
    if _has_flow_sensor(scene):
        channels = (Channel("flow", "µL/h"), Channel("temperature", "°C"), Channel("flags", "1"))
        warm = np.full_like(nothing, scene.bench.true_air.liquid_c)
        found["flow"] = (channels, {"flow": shown.flow_ul_h, "temperature": warm, "flags": nothing})
    return found


def _pump_columns(scene: Scene, shown: Seen) -> dict[str, Floats]:
    schedule, hours = scene.schedule, scene.hours
    running = (hours > schedule.run_h) & (hours <= schedule.to_h)
    dosing = np.zeros_like(running)
    for begin_h in schedule.dose_h:
        # By comparison of floats a reading at the very begin or end falls on either side, as on a bench.
        dosing |= (hours > begin_h) & (hours < begin_h + schedule.dose_ul / schedule.dose_rate_ul_h)
    nothing = np.zeros_like(hours)
    return {
        "delivered": shown.counted_ul,
        "rate": np.where(running, schedule.rate_ul_h, 0.0) + np.where(dosing, schedule.dose_rate_ul_h, 0.0),
        "reservoir": _FILLED_UL - shown.counted_ul,
        "battery": nothing + 3.0,
        "state": np.where(dosing, _STATES[_BOLUS], np.where(running, _STATES[_INFUSING], _STATES[_STOPPED])),
        "alarms": nothing,
        "boluses": np.searchsorted(np.asarray(schedule.dose_h, np.float64), hours, side="left").astype(np.float64),
        # A quartz is some ppm fast or slow.
        "clock_offset": 10e-6 * 3600.0 * hours,
    }
