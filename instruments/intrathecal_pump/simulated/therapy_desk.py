"""Where programmes begin, and where the commands of the link's second edition are carried out."""

from dataclasses import replace
from typing import TypeAlias

from instruments.intrathecal_pump.codes import FIRST_ALARMS, Alarm
from instruments.intrathecal_pump.frames import DialectError
from instruments.intrathecal_pump.messages import (
    Acknowledge,
    DoneReply,
    GetFullLimits,
    LogEvent,
    PatientReply,
    ReadPart,
    Refilled,
    RefusalReply,
    Reply,
    ReplyResult,
    RequestBolus,
    SelfTest,
    SelfTestReply,
    SetLowMark,
    StagedPart,
    StagePart,
    TherapyStatus,
)
from instruments.intrathecal_pump.programme import (
    BRIDGE_KIND,
    CONTINUOUS_KIND,
    FLEX_KIND,
    MINIMUM_KIND,
    RAMP_KIND,
    Bolus,
    Bridge,
    Combination,
    FlexInfusion,
    Infusion,
    PatientBoluses,
    Prime,
    Programme,
    Ramp,
    SquareBolus,
    UnknownProgrammeError,
    from_image,
    image,
    kind_of,
)
from instruments.intrathecal_pump.simulated.assembly import Parts
from instruments.intrathecal_pump.simulated.programming_limits import GRAVE, Standing
from instruments.intrathecal_pump.simulated.therapy_limits import highest_nl_h
from instruments.intrathecal_pump.therapy_dialect import PART_BYTES

TherapyCommand: TypeAlias = (
    StagePart | ReadPart | GetFullLimits | RequestBolus | Acknowledge | Refilled | SetLowMark | SelfTest
)
_EVENTS = {
    CONTINUOUS_KIND: LogEvent.INFUSION_STARTED,
    FLEX_KIND: LogEvent.FLEX_STARTED,
    RAMP_KIND: LogEvent.RAMP_STARTED,
    MINIMUM_KIND: LogEvent.MINIMUM_STARTED,
    BRIDGE_KIND: LogEvent.BRIDGE_STARTED,
}


class TherapyDesk:
    """Has the parts do what is commanded. Times are UTC ns."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def handle(self, command: TherapyCommand, now_ns: int) -> Reply:
        """Carry out a command."""
        match command:
            case StagePart():
                return self.stage_part(command)
            case ReadPart(offset):
                return self.read_part(offset)
            case GetFullLimits():
                capacity_nl, max_dose_nl = self.parts.books.capacity_nl, self.parts.dose_limit.max_dose_nl
                return replace(self.parts.limits.full_limits, capacity_nl=capacity_nl, max_dose_nl=max_dose_nl)
            case RequestBolus():
                return self.request_bolus(now_ns)
            case Acknowledge():
                return self.acknowledge(now_ns)
            case Refilled(volume_nl) | SetLowMark(volume_nl):
                return self.set_reservoir(command, volume_nl, now_ns)
            case SelfTest():
                found = self.parts.self_test.run(self.parts.clock.read_ms(now_ns))
                self.parts.log.write(now_ns, LogEvent.SELF_TESTED, found)
                return SelfTestReply(found)

    def status(self, first_alarms: Alarm, now_ns: int) -> TherapyStatus:
        """Return what goes beyond the first edition's status, which shows `first_alarms`."""
        parts = self.parts
        shown = parts.alarms.shown(now_ns, delivering=parts.delivering)
        return TherapyStatus(
            alarms=first_alarms | (shown & ~FIRST_ALARMS),
            sounding=parts.alarms.sounding(shown),
            infusion_kind=parts.schedule.kind,
            infusion_crc=parts.schedule.crc,
            bridge_left_nl=parts.schedule.bridge_left_nl,
            square_left_nl=parts.bolus.square_left_nl,
            prime_left_nl=parts.prime.left_nl,
            squares=parts.books.squares,
            primes=parts.books.primes,
            refills=parts.books.refills,
            low_mark_nl=parts.books.low_nl,
            in_last_hour_nl=parts.dose_limit.in_last_hour_nl(now_ns),
        )

    def stage_part(self, part: StagePart) -> Reply:
        """Add a part to the programme that is being laid down; the last one is judged with all of them."""
        came = self.parts.staging.collect(part)
        if isinstance(came, ReplyResult):
            return RefusalReply(came)
        if len(came) < part.total:
            return DoneReply()
        try:
            programme = from_image(came)
        except UnknownProgrammeError:
            return RefusalReply(ReplyResult.UNKNOWN_PROGRAMME)
        except DialectError:
            return RefusalReply(ReplyResult.BAD_LENGTH)
        refused = self.parts.limits.refusal(programme)
        if refused is not None:
            return RefusalReply(refused)
        self.parts.staging.stage(programme)
        return DoneReply()

    def read_part(self, offset: int) -> Reply:
        """Return bytes of the staged programme."""
        staged = self.parts.staging.staged
        if staged is None:
            return RefusalReply(ReplyResult.NOTHING_STAGED)
        whole = image(staged)
        if offset >= len(whole):
            return RefusalReply(ReplyResult.OUT_OF_RANGE)
        return StagedPart(len(whole), offset, whole[offset : offset + PART_BYTES])

    def obstacle(self, programme: Programme, now_ns: int) -> ReplyResult | None:
        """Return why this programme cannot begin now, None when it can."""
        obstacle = self.parts.limits.obstacle(programme, self._standing())
        if obstacle is None and self.parts.trial.over(now_ns):
            return ReplyResult.TRIAL_OVER
        if obstacle is None and self._too_much(programme, now_ns):
            return ReplyResult.ABOVE_DOSE_LIMIT
        return obstacle

    def begin(self, programme: Programme, now_ns: int) -> None:
        """Begin a programme that nothing stands in the way of."""
        parts = self.parts
        parts.alarms.programmed()
        match programme:
            case Bolus():
                self._begin_bolus(programme, now_ns)
            case SquareBolus():
                self._begin_square(programme, now_ns)
            case Combination(now_nl, rate_nl_h, then_nl, then_seconds):
                self._begin_bolus(Bolus(now_nl, rate_nl_h), now_ns)
                self._begin_square(SquareBolus(then_nl, then_seconds), now_ns)
            case Prime(volume_nl):
                parts.prime.begin(programme)
                parts.books.primes += 1
                parts.log.write(now_ns, LogEvent.PRIME_STARTED, volume_nl)
            case PatientBoluses(volume_nl):
                parts.patient.allow(programme)
                parts.log.write(now_ns, LogEvent.PATIENT_SET, volume_nl)
            case _:
                self._begin_infusion(programme, now_ns)

    def request_bolus(self, now_ns: int) -> Reply:
        """Give the patient a bolus, or say why not; either is logged."""
        patient, log = self.parts.patient, self.parts.log
        bolus = patient.bolus
        refused = ReplyResult.NOT_ALLOWED if bolus is None else self._objection(bolus, now_ns)
        if bolus is None or refused is not None:
            patient.refuse()
            answer = refused or ReplyResult.NOT_ALLOWED
            log.write(now_ns, LogEvent.PATIENT_BOLUS_REFUSED, answer)
            return PatientReply(answer)
        patient.give(now_ns)
        log.write(now_ns, LogEvent.PATIENT_BOLUS_GIVEN, bolus.volume_nl)
        self._begin_bolus(bolus, now_ns)
        return PatientReply(ReplyResult.OK)

    def acknowledge(self, now_ns: int) -> Reply:
        """Silence what is signalled."""
        alarms = self.parts.alarms
        silenced = alarms.silence(alarms.shown(now_ns, delivering=self.parts.delivering))
        if silenced:
            self.parts.log.write(now_ns, LogEvent.ALARMS_ACKNOWLEDGED, silenced)
        return DoneReply()

    def set_reservoir(self, command: Refilled | SetLowMark, volume_nl: int, now_ns: int) -> Reply:
        """Take the reservoir's content, or its low mark, up to its capacity."""
        books = self.parts.books
        if volume_nl > books.capacity_nl:
            return RefusalReply(ReplyResult.OUT_OF_RANGE)
        if isinstance(command, Refilled):
            books.book_refill(volume_nl)
        else:
            books.set_low(volume_nl)
        event = LogEvent.REFILLED if isinstance(command, Refilled) else LogEvent.LOW_MARK_SET
        self.parts.log.write(now_ns, event, volume_nl)
        return DoneReply()

    def stop(self, now_ns: int) -> None:
        """End what the second edition added, since STOP was commanded."""
        parts = self.parts
        if parts.bolus.square_under_way:
            parts.log.write(now_ns, LogEvent.SQUARE_ENDED, parts.bolus.end_square())
        if parts.prime.under_way:
            parts.log.write(now_ns, LogEvent.PRIMED, parts.prime.end())
        parts.patient.withdraw()

    def _begin_infusion(self, programme: Infusion, now_ns: int) -> None:
        self.parts.schedule.begin(programme, now_ns)
        self.parts.log.write(now_ns, _EVENTS[kind_of(programme)], _detail(programme))

    def _begin_bolus(self, bolus: Bolus, now_ns: int) -> None:
        self.parts.bolus.begin(bolus)
        self.parts.books.book_bolus()
        self.parts.log.write(now_ns, LogEvent.BOLUS_STARTED, bolus.volume_nl)

    def _begin_square(self, square: SquareBolus, now_ns: int) -> None:
        self.parts.bolus.begin_square(square)
        self.parts.books.squares += 1
        self.parts.log.write(now_ns, LogEvent.SQUARE_STARTED, square.volume_nl)

    def _objection(self, bolus: Bolus, now_ns: int) -> ReplyResult | None:
        """Return why a patient is not given this bolus now: first what stops the pump, then the terms, then others."""
        obstacle = self.obstacle(bolus, now_ns)
        if obstacle in GRAVE:
            return obstacle
        priming = ReplyResult.PRIME_RUNNING if self.parts.prime.under_way else None
        return self.parts.patient.objection(now_ns) or priming or obstacle

    def _too_much(self, programme: Programme, now_ns: int) -> bool:
        """Tell whether the programme would exceed what may be given in an hour."""
        limit, basal_nl_h = self.parts.dose_limit, self.parts.schedule.highest_nl_h
        match programme:
            case Bolus(volume_nl) | SquareBolus(volume_nl):
                return limit.forbids(now_ns, volume_nl, highest_nl_h(programme), basal_nl_h)
            case Combination(now_nl, _, then_nl):
                return limit.forbids(now_ns, now_nl + then_nl, highest_nl_h(programme), basal_nl_h)
            case Prime(volume_nl):
                return limit.forbids(now_ns, volume_nl, highest_nl_h(programme), 0)
            case _:
                return limit.forbids(now_ns, 0, highest_nl_h(programme), 0)

    def _standing(self) -> Standing:
        parts = self.parts
        return Standing(
            alarm=bool(parts.alarms.latched),
            reservoir_empty=parts.books.empty,
            battery_depleted=parts.battery.depleted or parts.battery.ended,
            bolus_running=parts.bolus.single_under_way,
            basal_nl_h=parts.schedule.highest_nl_h,
            bolus_nl_h=parts.bolus.highest_nl_h,
            square_running=parts.bolus.square_under_way,
            prime_running=parts.prime.under_way,
        )


def _detail(infusion: Infusion) -> int:
    """Return what the log tells with the beginning of an infusion."""
    match infusion:
        case FlexInfusion(days):
            return sum(map(len, days))
        case Ramp(_, to_nl_h):
            return to_nl_h
        case Bridge(volume_nl):
            return volume_nl
        case _:
            return highest_nl_h(infusion)
