"""Where commands are carried out and questions answered: the programmer's side of the built-in firmware."""

from typing import TypeAlias

from instruments.intrathecal_pump.codes import FIRST_ALARMS
from instruments.intrathecal_pump.frames import MAX_PAYLOAD_BYTES
from instruments.intrathecal_pump.messages import (
    ClockReading,
    Command,
    Commit,
    DeliveryState,
    DoneReply,
    FullStatus,
    GetBounds,
    GetClock,
    GetFullStatus,
    GetLimits,
    GetStatus,
    Identification,
    Identify,
    LogEvent,
    ReadLog,
    ReadStaged,
    RefusalReply,
    Reply,
    ReplyResult,
    SetClock,
    SetDoseLimit,
    SetTrial,
    SetWatchdog,
    Stage,
    Staged,
    StatusReply,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import Programme, image
from instruments.intrathecal_pump.simulated.assembly import Parts
from instruments.intrathecal_pump.simulated.bounds_desk import BoundsDesk
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.therapy_desk import TherapyDesk

Question: TypeAlias = Identify | GetLimits | GetStatus | ReadLog | GetClock | ReadStaged


class CommandDesk(Part):
    """Has the parts do what is commanded, one method for each command, and tells how the pump is. Times are UTC ns."""

    def __init__(self, parts: Parts, *, serial: str) -> None:
        self.parts = parts
        self.serial = serial
        self.therapy = TherapyDesk(parts)
        self.bounds = BoundsDesk(parts)

    @property
    def state(self) -> DeliveryState:
        """Return what the pump says that it is doing."""
        if self.parts.alarms.latched:
            return DeliveryState.ALARM
        if self.parts.bolus.under_way or self.parts.prime.under_way:
            return DeliveryState.BOLUS
        return DeliveryState.INFUSING if self.parts.schedule.running else DeliveryState.STOPPED

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry out a command."""
        match command:
            case StopDelivery():
                return self.stop(now_ns)
            case Stage():
                return self.stage(command.programme)
            case Commit():
                return self.commit(command.crc, now_ns)
            case SetClock():
                return self.set_clock(command.clock_ms, now_ns)
            case SetWatchdog():
                return self.set_watchdog(command.watchdog_ms, now_ns)
            case GetFullStatus():
                return self.full_status(now_ns)
            case Identify() | GetLimits() | GetStatus() | ReadLog() | GetClock() | ReadStaged():
                return self.answer(command, now_ns)
            case SetDoseLimit() | SetTrial() | GetBounds():
                return self.bounds.handle(command, now_ns)
            case _:
                return self.therapy.handle(command, now_ns)

    def status(self, now_ns: int) -> StatusReply:
        """Return the pump's account of itself, as the first edition of the link tells it.

        Its two rates are what is delivered together: a prime shows as a bolus, the infusion that waits for it as none.
        """
        parts = self.parts
        priming = parts.prime.under_way
        return StatusReply(
            state=self.state,
            alarms=parts.alarms.shown(now_ns, delivering=self.parts.delivering) & FIRST_ALARMS,
            basal_nl_h=0 if priming else parts.schedule.programmed_nl_h(now_ns),
            bolus_nl_h=parts.prime.rate_nl_h or parts.bolus.rate_nl_h,
            bolus_left_nl=parts.prime.left_nl if priming else parts.bolus.left_nl,
            delivered_nl=parts.books.delivered_nl,
            reservoir_nl=parts.books.reservoir_nl,
            battery_mv=parts.battery.measured_mv,
            clock_ms=parts.clock.read_ms(now_ns),
            log_entries=parts.log.total,
            boluses=parts.books.boluses,
            watchdog_ms=parts.watchdog.time_ms,
        )

    def full_status(self, now_ns: int) -> FullStatus:
        """Return the first edition's status with what the second added."""
        said = self.status(now_ns)
        therapy = self.therapy.status(said.alarms, now_ns)
        return FullStatus(said, therapy, self.parts.patient.told(now_ns), self.parts.alarms.critical(therapy.alarms))

    def answer(self, question: Question, now_ns: int) -> Reply:
        """Tell something; nothing changes."""
        match question:
            case Identify():
                return Identification("PUMP-RIG", "ITP-1", self.serial, "1.0.0")
            case GetLimits():
                return self.parts.limits.limits
            case GetStatus():
                return self.status(now_ns)
            case ReadLog():
                return self.parts.log.page(question.first)
            case GetClock():
                return ClockReading(self.parts.clock.read_ms(now_ns))
            case ReadStaged():
                staged = self.parts.staging.staged
                if staged is None:
                    return RefusalReply(ReplyResult.NOTHING_STAGED)
                too_long = len(image(staged)) >= MAX_PAYLOAD_BYTES
                return RefusalReply(ReplyResult.TOO_LONG) if too_long else Staged(staged)

    def set_clock(self, clock_ms: int, now_ns: int) -> Reply:
        """Set the clock, within its limits; the entry's own time is the new one."""
        clock = self.parts.clock
        if not self.parts.limits.takes_clock(clock_ms):
            return RefusalReply(ReplyResult.OUT_OF_RANGE)
        change_ms = clock_ms - clock.read_ms(now_ns)
        clock.set_ms(now_ns, clock_ms)
        self.parts.log.write(now_ns, LogEvent.CLOCK_SET, round(change_ms / 1000))
        return DoneReply()

    def set_watchdog(self, time_ms: int, now_ns: int) -> Reply:
        """Set the watchdog time, within its limits."""
        if not self.parts.limits.takes_watchdog(time_ms):
            return RefusalReply(ReplyResult.OUT_OF_RANGE)
        self.parts.watchdog.set_time(time_ms)
        self.parts.log.write(now_ns, LogEvent.WATCHDOG_SET, time_ms)
        return DoneReply()

    def stop(self, now_ns: int) -> Reply:
        """End all delivery, drop what is staged, acknowledge alarms; never refused."""
        before = self.state
        if self.parts.bolus.single_under_way:
            self.parts.log.write(now_ns, LogEvent.BOLUS_ENDED, self.parts.bolus.stop())
        self.therapy.stop(now_ns)
        self.parts.schedule.stop()
        self.parts.staging.drop()
        self.parts.alarms.acknowledge()
        if before is not DeliveryState.STOPPED:
            self.parts.log.write(now_ns, LogEvent.STOPPED, before)
        return DoneReply()

    def stage(self, programme: Programme) -> Reply:
        """Lay a programme down, within its limits; nothing moves."""
        refused = self.parts.limits.refusal(programme)
        if refused is not None:
            return RefusalReply(refused)
        self.parts.staging.stage(programme)
        return DoneReply()

    def commit(self, crc: int, now_ns: int) -> Reply:
        """Begin the staged programme, or say what stands in its way; it is used up either way."""
        programme = self.parts.staging.take(crc)
        if isinstance(programme, ReplyResult):
            return self.refuse_commit(programme, now_ns)
        obstacle = self.therapy.obstacle(programme, now_ns)
        if obstacle is not None:
            return self.refuse_commit(obstacle, now_ns)
        self.begin(programme, now_ns)
        return DoneReply()

    def begin(self, programme: Programme, now_ns: int) -> None:
        """Begin a programme that nothing stands in the way of."""
        self.therapy.begin(programme, now_ns)

    def refuse_commit(self, result: ReplyResult, now_ns: int) -> Reply:
        """Log and return why a programme does not begin."""
        self.parts.log.write(now_ns, LogEvent.COMMIT_REFUSED, result)
        return RefusalReply(result)
