"""The production driver: a programme is staged, read back, committed, and then seen in the status."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments.intrathecal_pump.conversation import Conversation
from instruments.intrathecal_pump.link import Link
from instruments.intrathecal_pump.messages import (
    ClockReading,
    Commit,
    DeliveryState,
    DoneReply,
    GetClock,
    GetLimits,
    GetStatus,
    Identification,
    Identify,
    Limits,
    LogPage,
    ReadLog,
    ReadStaged,
    SetClock,
    SetWatchdog,
    Stage,
    Staged,
    StatusReply,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import NL_PER_UL, Bolus, Continuous, Programme, programme_crc, thousandths
from instruments.intrathecal_pump.readings import CHANNELS, NS_PER_MS, log_entry, pump_limits, pump_status, sample
from rig.bench_file.tables import InstrumentSettings
from rig.capabilities import Identity, LogEntry, PumpLimits, PumpStatus
from rig.channels import Channel
from rig.driving import DriverContext, Reporter
from rig.errors import ConnectionFailedError, GarbledReplyError
from rig.samples import Block
from rig.transports import ByteStream

MIN_WATCHDOG_S = 0.1
MAX_WATCHDOG_S = 600.0
STRANGER = "what answers is no pump on its engineering link"
STRANGER_ADVICE = "check that the port in the bench file leads to the pump, and the model named there"
MAX_LOG_NUMBER = 2**32 - 1


class PumpSettings(InstrumentSettings):
    """The pump's table in a bench file. `serial` demands one particular pump, when it is given."""

    baud: int = Field(default=115_200, gt=0)
    timeout_s: float = Field(default=0.5, gt=0, le=10)
    tries: int = Field(default=4, ge=1, le=20)
    model: str = "ITP-1"
    serial: str = ""
    bolus_rate_ul_h: float = Field(default=600.0, gt=0)


class Driver:
    """An intrathecal pump on a serial port.

    Constructing it opens the port, makes sure that a pump of the expected model answers, and asks for its limits.
    """

    capability: ClassVar[str] = "pump"
    measuring: ClassVar[bool] = False
    Settings: ClassVar[type[PumpSettings]] = PumpSettings
    channels: tuple[Channel, ...] = CHANNELS

    def __init__(self, name: str, settings: PumpSettings, context: DriverContext) -> None:
        self.name = name
        self._settings = settings
        timeout_s = context.wire_s(settings.timeout_s)
        self._stream = ByteStream(name, settings.port, baud=settings.baud, timeout_s=timeout_s, tap=context.tap(name))
        self._reporter = Reporter(name, settings.port, context)
        self._link = Link(self._stream, self._reporter, timeout_s=timeout_s, tries=settings.tries)
        with self._reporter.meeting(self.close, STRANGER, STRANGER_ADVICE, (GarbledReplyError,)):
            self._check_identity()
        with self._reporter.opening(self.close):
            self._bounds = self._link.ask(GetLimits(), Limits).reply
            self._bolus_rate_nl_h = self._whole_nl(
                "a bolus rate (bolus_rate_ul_h in the bench file)",
                settings.bolus_rate_ul_h,
                (self._bounds.min_rate_nl_h, self._bounds.max_total_rate_nl_h, self._bounds.rate_step_nl_h),
                "µL/h",
            )
        self.limits: PumpLimits = pump_limits(self._bounds)

    def identify(self) -> Identity:
        """Get maker, model, serial number and firmware version."""
        said = self._link.ask(Identify(), Identification).reply
        return Identity(said.maker, said.model, said.serial, said.firmware)

    def close(self) -> None:
        """Release the port; delivery goes on until the pump's link watchdog ends it."""
        self._stream.close()

    def run_continuous(self, *, rate_ul_h: float) -> None:
        """Control a constant infusion in µL/h, effective at once; a bolus under way goes on.

        Raises OutOfRangeError for a rate outside `limits`, RefusedError when the pump declines or does not show it.
        """
        bounds = self._bounds
        steps = (bounds.min_rate_nl_h, bounds.max_rate_nl_h, bounds.rate_step_nl_h)
        rate_nl_h = self._whole_nl("a rate", rate_ul_h, steps, "µL/h")
        with self._verb("run_continuous", rate_ul_h=rate_ul_h) as talk:
            _programme(talk, Continuous(rate_nl_h))
            status = talk.ask(GetStatus(), StatusReply)
            if status.basal_nl_h != rate_nl_h or status.state not in (DeliveryState.INFUSING, DeliveryState.BOLUS):
                raise talk.not_seen(f"an infusion of {rate_ul_h:g} µL/h")

    def give_bolus(self, *, volume_ul: float) -> None:
        """Control a single bolus in µL at the bench file's bolus rate, on top of the present infusion.

        Returns once it has begun. Raises OutOfRangeError for a volume outside `limits` or when bolus and infusion
        together exceed the pump's rate, RefusedError when the pump declines (a bolus under way, an alarm) or does not
        show it.
        """
        bounds = self._bounds
        steps = (bounds.min_bolus_nl, bounds.max_bolus_nl, bounds.bolus_step_nl)
        volume_nl = self._whole_nl("a bolus", volume_ul, steps, "µL")
        before = self._link.ask(GetStatus(), StatusReply).reply
        self._check_total_rate(before.basal_nl_h)
        rate_ul_h = self._settings.bolus_rate_ul_h
        with self._verb("give_bolus", volume_ul=volume_ul, rate_ul_h=rate_ul_h) as talk:
            _programme(talk, Bolus(volume_nl, self._bolus_rate_nl_h))
            after = talk.ask(GetStatus(), StatusReply)
            # The count, not the state: a short bolus may be over by now.
            if after.boluses != before.boluses + 1 or after.basal_nl_h != before.basal_nl_h:
                raise talk.not_seen(f"a bolus of {volume_ul:g} µL on an unchanged infusion")

    def stop(self) -> None:
        """Control the end of all delivery; acknowledges alarms and returns once the status says stopped."""
        with self._verb("stop") as talk:
            talk.ask(StopDelivery(), DoneReply)
            status = talk.ask(GetStatus(), StatusReply)
            if status.state is not DeliveryState.STOPPED or status.basal_nl_h or status.bolus_nl_h:
                raise talk.not_seen("a stopped pump")

    def status(self) -> PumpStatus:
        """Get the pump's own account of itself."""
        return pump_status(self._link.ask(GetStatus(), StatusReply).reply)

    def read_log(self, *, first: int = 0) -> tuple[LogEntry, ...]:
        """Get the event log from entry number `first` on; entries that the pump no longer keeps are not in it."""
        if not 0 <= first <= MAX_LOG_NUMBER:
            raise self._reporter.out_of_range(f"log entry {first}", f"entries are numbered 0 to {MAX_LOG_NUMBER}")
        entries: list[LogEntry] = []
        total = first + 1
        while first < total:
            answer = self._link.ask(ReadLog(first), LogPage)
            page = answer.reply
            begin = max(first, page.oldest)
            numbers = [record.number for record in page.records]
            if numbers != list(range(begin, begin + len(numbers))) or (not numbers and begin < page.total):
                raise self._link.garbled(
                    f"log entries {numbers} came where {begin} and following belong", answer.sent, answer.received
                )
            entries += [log_entry(record) for record in page.records]
            first, total = begin + len(numbers), page.total
        return tuple(entries)

    def set_link_watchdog(self, *, seconds: float) -> None:
        """Set after how many seconds (0.1 to 600, in whole ms) of silence on the link the pump stops by itself."""
        watchdog_ms = thousandths(seconds)
        if watchdog_ms is None or not MIN_WATCHDOG_S <= seconds <= MAX_WATCHDOG_S:
            allowed = f"a link watchdog is {MIN_WATCHDOG_S} to {MAX_WATCHDOG_S} s in steps of 0.001 s"
            raise self._reporter.out_of_range(f"{seconds!r} s", allowed)
        with self._verb("set_link_watchdog", seconds=seconds) as talk:
            talk.ask(SetWatchdog(watchdog_ms), DoneReply)
            if talk.ask(GetStatus(), StatusReply).watchdog_ms != watchdog_ms:
                raise talk.not_seen(f"a link watchdog of {watchdog_ms} ms")

    def read_clock_ns(self) -> int:
        """Get the pump's clock in UTC ns (it counts milliseconds)."""
        return self._link.ask(GetClock(), ClockReading).reply.clock_ms * NS_PER_MS

    def set_clock(self, *, t_ns: int) -> None:
        """Set the pump's clock to UTC ns, rounded down to its milliseconds; the pump takes the years 2000 to 2099."""
        if not 0 <= t_ns < 2**63:
            raise self._reporter.out_of_range(f"a clock of {t_ns} ns", "the pump's clock counts ms since 1970")
        with self._verb("set_clock", t_ns=t_ns) as talk:
            talk.ask(SetClock(t_ns // NS_PER_MS), DoneReply)

    def start_sampling(self) -> None:
        """Set nothing: the pump's status can be read at any time."""

    def read_block(self) -> Block:
        """Get one status as one sample; this is also what keeps the link watchdog quiet."""
        t_ns, said = self._reporter.timed(lambda: self._link.ask(GetStatus(), StatusReply).reply)
        row = sample(said, t_ns)
        columns = {channel.name: np.array([row[channel.name]], np.float64) for channel in self.channels}
        return Block(np.array([t_ns], np.int64), columns)

    def stop_sampling(self) -> None:
        """Set nothing: see `start_sampling`."""

    def _check_identity(self) -> None:
        """Raise ConnectionFailedError unless a pump of the model that the bench file names answers."""
        answer = self._link.ask(Identify(), Identification)
        said, wanted = answer.reply, self._settings
        if said.model != wanted.model or wanted.serial not in ("", said.serial):
            found = f"a pump of model {said.model!r} with serial number {said.serial!r} answers"
            what = f"{found}; the bench file names model {wanted.model!r}, serial {wanted.serial or 'any'!r}"
            raise self._reporter.error(ConnectionFailedError, what, STRANGER_ADVICE, answer.sent, answer.received)

    def _whole_nl(self, what: str, value_ul: float, steps: tuple[int, int, int], unit: str) -> int:
        """Return a value as whole nL; raise OutOfRangeError outside (least, most, step)."""
        least, most, step = steps
        nl = thousandths(value_ul)
        if nl is None or not least <= nl <= most or nl % step:
            allowed = f"{least / NL_PER_UL:g} to {most / NL_PER_UL:g} {unit} in steps of {step / NL_PER_UL:g} {unit}"
            raise self._reporter.out_of_range(f"{what} of {value_ul!r} {unit}", f"the pump takes {allowed}")
        return nl

    def _check_total_rate(self, basal_nl_h: int) -> None:
        total_nl_h = basal_nl_h + self._bolus_rate_nl_h
        if total_nl_h > self._bounds.max_total_rate_nl_h:
            raise self._reporter.out_of_range(
                f"infusion and bolus together of {total_nl_h / NL_PER_UL:g} µL/h",
                f"the pump delivers at most {self._bounds.max_total_rate_nl_h / NL_PER_UL:g} µL/h; "
                "lower bolus_rate_ul_h in the bench file, or the infusion",
            )

    @contextmanager
    def _verb(self, verb: str, **arguments: float) -> Iterator[Conversation]:
        """Report a verb with all its bytes to the record, whether it went well or not."""
        with self._reporter.verb(verb, **arguments) as told:
            yield Conversation(self._link, told)


def _programme(talk: Conversation, programme: Programme) -> None:
    """Stage, read back, compare, commit."""
    talk.ask(Stage(programme), DoneReply)
    staged = talk.ask(ReadStaged(), Staged).programme
    if staged != programme:
        raise talk.garbled(f"{staged} is staged where {programme} was sent")
    talk.ask(Commit(programme_crc(staged)), DoneReply)
