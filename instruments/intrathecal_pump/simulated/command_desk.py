"""Where commands are carried out and questions answered: the programmer's side of the built-in firmware."""

from typing import TypeAlias

from instruments.intrathecal_pump.messages import (
    ClockReading,
    Command,
    Commit,
    DeliveryState,
    DoneReply,
    GetClock,
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
    SetWatchdog,
    Stage,
    Staged,
    StatusReply,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import Continuous, Programme
from instruments.intrathecal_pump.simulated.assembly import Parts
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.programming_limits import Standing

Question: TypeAlias = Identify | GetLimits | GetStatus | ReadLog | GetClock | ReadStaged


class CommandDesk(Part):
    """Has the parts do what is commanded, one method for each command, and tells how the pump is. Times are UTC ns."""

    def __init__(self, parts: Parts, *, serial: str) -> None:
        self.parts = parts
        self.serial = serial

    @property
    def state(self) -> DeliveryState:
        """Return what the pump says that it is doing."""
        if self.parts.alarms.latched:
            return DeliveryState.ALARM
        if self.parts.bolus.under_way:
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
            case _:
                return self.answer(command, now_ns)

    def status(self, now_ns: int) -> StatusReply:
        """Return the pump's account of itself."""
        parts = self.parts
        return StatusReply(
            state=self.state,
            alarms=parts.alarms.shown(now_ns, delivering=self.parts.delivering),
            basal_nl_h=parts.schedule.programmed_nl_h,
            bolus_nl_h=parts.bolus.rate_nl_h,
            bolus_left_nl=parts.bolus.left_nl,
            delivered_nl=parts.books.delivered_nl,
            reservoir_nl=parts.books.reservoir_nl,
            battery_mv=parts.battery.measured_mv,
            clock_ms=parts.clock.read_ms(now_ns),
            log_entries=parts.log.total,
            boluses=parts.books.boluses,
            watchdog_ms=parts.watchdog.time_ms,
        )

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
                return RefusalReply(ReplyResult.NOTHING_STAGED) if staged is None else Staged(staged)

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
        if self.parts.bolus.under_way:
            self.parts.log.write(now_ns, LogEvent.BOLUS_ENDED, self.parts.bolus.stop())
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
        obstacle = self.parts.limits.obstacle(programme, self._standing())
        if obstacle is not None:
            return self.refuse_commit(obstacle, now_ns)
        self.begin(programme, now_ns)
        return DoneReply()

    def begin(self, programme: Programme, now_ns: int) -> None:
        """Begin a programme that nothing stands in the way of."""
        if isinstance(programme, Continuous):
            self.parts.schedule.begin(programme, now_ns)
            self.parts.log.write(now_ns, LogEvent.INFUSION_STARTED, programme.rate_nl_h)
        else:
            self.parts.bolus.begin(programme)
            self.parts.books.book_bolus()
            self.parts.log.write(now_ns, LogEvent.BOLUS_STARTED, programme.volume_nl)

    def refuse_commit(self, result: ReplyResult, now_ns: int) -> Reply:
        """Log and return why a programme does not begin."""
        self.parts.log.write(now_ns, LogEvent.COMMIT_REFUSED, result)
        return RefusalReply(result)

    def _standing(self) -> Standing:
        parts = self.parts
        return Standing(
            alarm=bool(parts.alarms.latched),
            reservoir_empty=parts.books.empty,
            battery_depleted=parts.battery.depleted,
            bolus_running=parts.bolus.under_way,
            basal_nl_h=parts.schedule.programmed_nl_h,
            bolus_nl_h=parts.bolus.rate_nl_h,
        )
