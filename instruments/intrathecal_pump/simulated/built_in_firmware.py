"""The built-in firmware of the simulated pump, the one that docs/pump-link.md describes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from instruments.intrathecal_pump.messages import (
    Alarm,
    ClockReading,
    Command,
    Commit,
    DeliveryState,
    DoneReply,
    Event,
    GetClock,
    GetLimits,
    GetStatus,
    Identification,
    Identify,
    ReadLog,
    ReadStaged,
    RefusalReply,
    Reply,
    ReplyResult,
    SetClock,
    SetWatchdog,
    Stage,
    Staged,
    StatusReply,
    Stop,
)
from instruments.intrathecal_pump.programme import Bolus, Continuous, Programme, programme_crc
from instruments.intrathecal_pump.simulated.delivery import Delivery
from instruments.intrathecal_pump.simulated.event_log import EventLog
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.mechanism import NS_PER_MS, Mechanism, PumpClock
from instruments.intrathecal_pump.simulated.programmable import (
    BATTERY_DEPLETED_MV,
    BATTERY_LOW_MV,
    CLOCK_MS,
    FACTORY_WATCHDOG_MS,
    LIMITS,
    WATCHDOG_MS,
    range_error,
)
from instruments.plant.line import Stroke
from instruments.plant.power import MIN_PUMP_V
from rig.clock import ns_from_s


class BuiltInFirmware:
    """Continuous infusion, single bolus, stop, status, log, clock and link watchdog."""

    def __init__(self, parameters: PumpParameters, rng: np.random.Generator, now_ns: int) -> None:
        self._parameters = parameters
        self._mechanism = Mechanism(parameters, rng)
        self._delivery = Delivery(parameters.stroke_nl, round(parameters.reservoir_ul * 1000))
        offset_ns = ns_from_s(parameters.clock_offset_s)
        self._clock = PumpClock(now_ns, offset_ns=offset_ns, drift_ppm=parameters.clock_drift_ppm)
        self._log = EventLog()
        self._low_nl = round(parameters.low_reservoir_ul * 1000)
        self._watchdog_ms = FACTORY_WATCHDOG_MS
        self._cut_short = False
        self._t_ns = now_ns
        # A pump that is fed when time begins has booted before.
        self._up_ns: int | None = now_ns
        self._booted = False
        self._heard_ns = now_ns
        self._staged: Programme | None = None
        self._latched = Alarm(0)
        self._logged = Alarm(0)
        self._battery_mv = 0
        self._handlers: dict[type, Callable[[Any, int], Reply]] = {
            Identify: self._identify,
            GetLimits: lambda _command, _now_ns: LIMITS,
            GetStatus: self._status,
            ReadLog: lambda command, _now_ns: self._log.page(command.first),
            GetClock: lambda _command, now_ns: ClockReading(self._clock.read_ms(now_ns)),
            SetClock: self._set_clock,
            SetWatchdog: self._set_watchdog,
            Stop: self._stop,
            Stage: self._stage,
            ReadStaged: self._read_staged,
            Commit: self._commit,
        }

    @property
    def listening(self) -> bool:
        """Tell whether the electronics are powered and have booted."""
        return self._booted

    def heard(self, now_ns: int) -> None:
        """Begin the link watchdog anew."""
        self._heard_ns = now_ns

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry out a command."""
        return self._handlers[type(command)](command, now_ns)

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:  # noqa: ARG002  # this firmware has no pressure sensor
        """Live up to `to_ns`; power lost means delivery lost."""
        volts = self._mechanism.cell_v(supply_v)
        if volts < MIN_PUMP_V:
            self._lose_power()
            self._t_ns = to_ns
            return ()
        if not self._booted and not self._boot(to_ns):
            return ()
        self._mechanism.idle((to_ns - self._t_ns) / 1e9)
        strokes: list[Stroke] = []
        while self._delivery.active and self._t_ns < to_ns:
            strokes += self._deliver(to_ns)
        self._t_ns = to_ns
        self._watch_battery(volts)
        return strokes

    # What happens by itself

    def _deliver(self, to_ns: int) -> list[Stroke]:
        """Deliver until something changes, at most up to `to_ns`, and do what falls due there."""
        silent_ns = max(self._t_ns, self._heard_ns + self._watchdog_ms * NS_PER_MS)
        end_ns = min(silent_ns, self._delivery.changes_at(self._t_ns, to_ns, self._low_nl))
        strokes = self._mechanism.strokes(self._delivery.run(self._t_ns, end_ns))
        self._t_ns = end_ns
        if self._delivery.bolus_given:
            self._end_bolus()
        if self._delivery.reservoir_nl <= self._low_nl:
            self._log_once(Alarm.RESERVOIR_LOW, Event.RESERVOIR_LOW, self._delivery.reservoir_nl)
        if self._delivery.empty:
            self._halt(Alarm.RESERVOIR_EMPTY, Event.RESERVOIR_EMPTY, self._delivery.reservoir_nl)
        if end_ns == silent_ns and self._delivery.active:
            self._halt(Alarm.LINK_LOST, Event.LINK_LOST, self._watchdog_ms)
        return strokes

    def _watch_battery(self, volts: float) -> None:
        self._battery_mv = int(volts * 1000)
        if self._battery_mv >= BATTERY_LOW_MV:
            self._logged &= ~Alarm.BATTERY_LOW
        else:
            self._log_once(Alarm.BATTERY_LOW, Event.BATTERY_LOW, self._battery_mv)
        if self._battery_mv < BATTERY_DEPLETED_MV and self._delivery.active:
            self._halt(Alarm.BATTERY_DEPLETED, Event.BATTERY_DEPLETED, self._battery_mv)

    def _halt(self, alarm: Alarm, event: Event, detail: int) -> None:
        """Stop by the pump's own decision, and latch why."""
        self._end_delivery()
        self._latched |= alarm
        self._write(event, detail)

    def _end_delivery(self) -> None:
        if self._delivery.bolus is not None:
            self._end_bolus()
        self._delivery.basal_nl_h = 0

    def _end_bolus(self) -> None:
        self._write(Event.BOLUS_ENDED, self._delivery.end_bolus())

    def _lose_power(self) -> None:
        if self._booted:
            self._cut_short = self._delivery.active
        self._up_ns = None
        self._booted = False
        self._delivery.end_bolus()  # nobody is there to log it
        self._delivery.basal_nl_h = 0
        self._staged = None
        self._latched = Alarm(0)

    def _boot(self, to_ns: int) -> bool:
        """Tell whether the pump is up by `to_ns`."""
        if self._up_ns is None:
            self._up_ns = self._t_ns + ns_from_s(self._parameters.boot_s)
        self._t_ns = min(to_ns, self._up_ns)
        if to_ns >= self._up_ns:
            self._booted = True
            self._write(Event.POWER_ON, int(self._cut_short))
        return self._booted

    def _log_once(self, alarm: Alarm, event: Event, detail: int) -> None:
        if alarm not in self._logged:
            self._logged |= alarm
            self._write(event, detail)

    def _write(self, event: Event, detail: int) -> None:
        self._log.write(self._clock.read_ms(self._t_ns), event, detail)

    # Commands

    @property
    def _state(self) -> DeliveryState:
        if self._latched:
            return DeliveryState.ALARM
        if self._delivery.bolus is not None:
            return DeliveryState.BOLUS
        return DeliveryState.INFUSING if self._delivery.active else DeliveryState.STOPPED

    @property
    def _alarms(self) -> Alarm:
        present = {
            Alarm.RESERVOIR_LOW: self._delivery.reservoir_nl <= self._low_nl,
            Alarm.RESERVOIR_EMPTY: self._delivery.empty,
            Alarm.BATTERY_LOW: self._battery_mv < BATTERY_LOW_MV,
            Alarm.BATTERY_DEPLETED: self._battery_mv < BATTERY_DEPLETED_MV,
        }
        return self._latched | Alarm(sum(alarm for alarm, holds in present.items() if holds))

    def _identify(self, _command: Identify, _now_ns: int) -> Reply:
        return Identification("PUMP-RIG", "ITP-1", self._parameters.serial, "1.0.0")

    def _status(self, _command: GetStatus, now_ns: int) -> Reply:
        return StatusReply(
            state=self._state,
            alarms=self._alarms,
            basal_nl_h=self._delivery.basal_nl_h,
            bolus_nl_h=self._delivery.bolus_nl_h,
            bolus_left_nl=self._delivery.bolus_left_nl,
            delivered_nl=self._delivery.delivered_nl,
            reservoir_nl=self._delivery.reservoir_nl,
            battery_mv=self._battery_mv,
            clock_ms=self._clock.read_ms(now_ns),
            log_entries=self._log.total,
            boluses=self._delivery.boluses,
            watchdog_ms=self._watchdog_ms,
        )

    def _set_clock(self, command: SetClock, now_ns: int) -> Reply:
        if command.clock_ms not in CLOCK_MS:
            return RefusalReply(ReplyResult.OUT_OF_RANGE)
        change_ms = command.clock_ms - self._clock.read_ms(now_ns)
        self._clock.set_ms(now_ns, command.clock_ms)
        self._write(Event.CLOCK_SET, round(change_ms / 1000))
        return DoneReply()

    def _set_watchdog(self, command: SetWatchdog, _now_ns: int) -> Reply:
        if command.watchdog_ms not in WATCHDOG_MS:
            return RefusalReply(ReplyResult.OUT_OF_RANGE)
        self._watchdog_ms = command.watchdog_ms
        self._write(Event.WATCHDOG_SET, command.watchdog_ms)
        return DoneReply()

    def _stop(self, _command: Stop, _now_ns: int) -> Reply:
        before = self._state
        self._end_delivery()
        self._staged = None
        self._latched = Alarm(0)
        if before is not DeliveryState.STOPPED:
            self._write(Event.STOPPED, before)
        return DoneReply()

    def _stage(self, command: Stage, _now_ns: int) -> Reply:
        refused = range_error(command.programme)
        if refused is not None:
            return RefusalReply(refused)
        self._staged = command.programme
        return DoneReply()

    def _read_staged(self, _command: ReadStaged, _now_ns: int) -> Reply:
        return RefusalReply(ReplyResult.NOTHING_STAGED) if self._staged is None else Staged(self._staged)

    def _commit(self, command: Commit, _now_ns: int) -> Reply:
        programme, self._staged = self._staged, None
        if programme is None:
            return self._refuse_commit(ReplyResult.NOTHING_STAGED)
        obstacle = self._obstacle(programme, command.crc)
        if obstacle is not None:
            return self._refuse_commit(obstacle)
        self._delivery.begin(programme)
        if isinstance(programme, Continuous):
            self._write(Event.INFUSION_STARTED, programme.rate_nl_h)
        else:
            self._write(Event.BOLUS_STARTED, programme.volume_nl)
        return DoneReply()

    def _refuse_commit(self, result: ReplyResult) -> Reply:
        self._write(Event.COMMIT_REFUSED, result)
        return RefusalReply(result)

    def _obstacle(self, programme: Programme, crc: int) -> ReplyResult | None:
        """Return why this programme cannot start now, None when it can."""
        bolus = isinstance(programme, Bolus)
        beside_nl_h = self._delivery.basal_nl_h if bolus else self._delivery.bolus_nl_h
        obstacles = {
            ReplyResult.CRC_MISMATCH: programme_crc(programme) != crc,
            ReplyResult.ALARM_ACTIVE: bool(self._latched),
            ReplyResult.RESERVOIR_EMPTY: self._delivery.empty,
            ReplyResult.BATTERY_DEPLETED: self._battery_mv < BATTERY_DEPLETED_MV,
            ReplyResult.BOLUS_RUNNING: bolus and self._delivery.bolus is not None,
            ReplyResult.ABOVE_TOTAL_RATE: programme.rate_nl_h + beside_nl_h > LIMITS.max_total_rate_nl_h,
        }
        return next((result for result, holds in obstacles.items() if holds), None)
