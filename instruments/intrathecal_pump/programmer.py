"""What all of the driver's skills share: the pump's limits, its status, and stage, read back, commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from instruments.intrathecal_pump.conversation import Conversation, Shown
from instruments.intrathecal_pump.frames import MAX_PAYLOAD_BYTES, DialectError
from instruments.intrathecal_pump.link import REFUSAL_ADVICE, Link
from instruments.intrathecal_pump.messages import (
    Alarm,
    Commit,
    DeliveryState,
    DoneReply,
    FullLimits,
    FullStatus,
    GetFullLimits,
    GetFullStatus,
    GetLimits,
    GetStatus,
    Limits,
    ReadPart,
    ReadStaged,
    ReplyResult,
    Stage,
    Staged,
    StagedPart,
    StagePart,
    StatusReply,
)
from instruments.intrathecal_pump.programme import (
    NL_PER_UL,
    Infusion,
    Programme,
    from_image,
    image,
    kind_of,
    programme_crc,
    thousandths,
)
from instruments.intrathecal_pump.therapy_dialect import PART_BYTES
from rig.driving import Reporter
from rig.errors import RefusedError

# What SET_WATCHDOG takes at most, by the edition of the link.
LONGEST_FIRST_EDITION_S = 600.0
LONGEST_SECOND_EDITION_S = 172_800.0
# What all fields but one have that hold a value with a range.
_FIELD_BITS = 32
RUNNING = (DeliveryState.INFUSING, DeliveryState.BOLUS)


def running(status: StatusReply) -> Shown:
    """Return how a status shows that the pump delivers."""
    wanted = " or ".join(state.name for state in RUNNING)
    return Shown("state", status.state, wanted, status.state in RUNNING)


class Programmer:
    """One pump's limits, asked once, and the ways to set and see it that its skills are made of."""

    def __init__(self, link: Link, reporter: Reporter, *, longest_silence_s: float) -> None:
        self.link = link
        self.reporter = reporter
        self._longest_silence_s = longest_silence_s
        self._hands_on = False
        self._full = self._ask_full_limits()
        self.bounds = link.ask(GetLimits(), Limits).reply

    @property
    def full(self) -> FullLimits:
        """Return the limits of the link's second edition; raise RefusedError for a pump that speaks only the first."""
        return self._require_second_edition()

    @property
    def longest_watchdog_s(self) -> float:
        """Return the longest link watchdog in s that this pump takes, and that it may be given on this bench."""
        if self._full is None:
            return min(LONGEST_FIRST_EDITION_S, self._longest_silence_s)
        return min(LONGEST_SECOND_EDITION_S, self._longest_silence_s)

    def status(self) -> StatusReply:
        """Return the status with every alarm that the pump knows."""
        return self.status_and_priorities()[0]

    def status_and_priorities(self) -> tuple[StatusReply, Alarm | None, Alarm | None]:
        """Return the status with every alarm that the pump knows, those that are critical and those that are signalled.

        The last two are None when the pump does not tell.
        """
        if self._full is None:
            return self.link.ask(GetStatus(), StatusReply).reply, None, None
        said = self.full_status()
        return replace(said.first, alarms=said.therapy.alarms), said.critical, said.therapy.sounding

    def full_status(self) -> FullStatus:
        """Return the whole status; raise RefusedError for a pump that speaks only the link's first edition."""
        self._require_second_edition()
        return self.link.ask(GetFullStatus(), FullStatus).reply

    @contextmanager
    def verb(self, verb: str, /, **arguments: object) -> Iterator[Conversation]:
        """Report a verb with all its bytes to the record, whether it went well or not."""
        with self.reporter.verb(verb, **arguments) as told:
            yield Conversation(self.link, told)

    def programme(self, talk: Conversation, programme: Programme) -> None:
        """Stage, read back, compare, commit; in parts what does not go into one frame."""
        whole = image(programme)
        # A reply has its result in front.
        in_one = len(whole) < MAX_PAYLOAD_BYTES
        if in_one:
            talk.ask(Stage(programme), DoneReply)
            staged = talk.ask(ReadStaged(), Staged).programme
        else:
            for at in range(0, len(whole), PART_BYTES):
                talk.ask(StagePart(len(whole), at, whole[at : at + PART_BYTES]), DoneReply)
            staged = self._read_parts(talk, len(whole))
        if staged != programme:
            raise talk.senseless(f"{staged} is staged where {programme} was sent")
        talk.ask(Commit(programme_crc(staged)), DoneReply)

    def run(self, talk: Conversation, infusion: Infusion, what: str) -> FullStatus:
        """Begin an infusion, and make sure by the status that it is this one that runs; return that status."""
        self._require_second_edition()
        self.programme(talk, infusion)
        return self.check_runs(talk, infusion, what)

    def primes(self) -> bool:
        """Tell whether the pump is filling the line just now: everything else waits for that."""
        return self._full is not None and self.full_status().therapy.prime_left_nl > 0

    def check_runs(self, talk: Conversation, infusion: Infusion, what: str) -> FullStatus:
        """Make sure by the status that it is this infusion that runs, or waits for a prime; return that status."""
        status = talk.ask(GetFullStatus(), FullStatus)
        talk.check(
            what,
            Shown("infusion_kind", status.therapy.infusion_kind, kind_of(infusion)),
            Shown("infusion_crc", status.therapy.infusion_crc, programme_crc(infusion)),
            running(status.first),
        )
        return status

    @contextmanager
    def handing_on(self) -> Iterator[None]:
        """Send within the block what a message can hold, whatever the pump's range: it is to refuse that itself."""
        self._hands_on = True
        try:
            yield
        finally:
            self._hands_on = False

    def _goes(self, value: int, *, within: bool, least: int = 0, bits: int = _FIELD_BITS) -> bool:
        """Tell whether a value is sent: one within its range, or one that a field can hold, where all are handed on."""
        return within or (self._hands_on and least <= value < 2**bits)

    def rate_nl_h(self, what: str, rate_ul_h: float) -> int:
        """Return an infusion's rate in nL/h; raise OutOfRangeError for one that the pump cannot be set to."""
        bounds = self.bounds
        return self.whole_nl(
            what, rate_ul_h, (bounds.min_rate_nl_h, bounds.max_rate_nl_h, bounds.rate_step_nl_h), "µL/h"
        )

    def bolus_nl(self, what: str, volume_ul: float) -> int:
        """Return a bolus' volume in nL; raise OutOfRangeError for one that the pump cannot be set to."""
        bounds = self.bounds
        return self.whole_nl(what, volume_ul, (bounds.min_bolus_nl, bounds.max_bolus_nl, bounds.bolus_step_nl), "µL")

    def whole_nl(self, what: str, value_ul: float, steps: tuple[int, int, int], unit: str) -> int:
        """Return a value as whole nL; raise OutOfRangeError outside (least, most, step)."""
        least, most, step = steps
        nl = thousandths(value_ul)
        if nl is None or not self._goes(nl, within=least <= nl <= most and not nl % step):
            allowed = f"{least / NL_PER_UL:g} to {most / NL_PER_UL:g} {unit} in steps of {step / NL_PER_UL:g} {unit}"
            raise self.reporter.out_of_range(f"{what} of {value_ul!r} {unit}", f"the pump takes {allowed}")
        return nl

    def whole(
        self, what: str, value: float, least: int, most: int, unit: str, per_unit: int = 1, *, bits: int = _FIELD_BITS
    ) -> int:
        """Return `value` times `per_unit` as a whole number; raise OutOfRangeError unless it is one in the range.

        What is handed on beyond the range is at least 1, as times and numbers are, and has a field of so many bits.
        """
        thousandth = thousandths(value * per_unit)
        counted = None if thousandth is None or thousandth % 1000 else thousandth // 1000
        if counted is None or not self._goes(counted, within=least <= counted <= most, least=1, bits=bits):
            allowed = f"{least / per_unit:g} to {most / per_unit:g} {unit}"
            steps = "in whole numbers" if per_unit == 1 else f"in steps of 1/{per_unit} {unit}"
            raise self.reporter.out_of_range(f"{what} of {value!r} {unit}", f"the pump takes {allowed} {steps}")
        return counted

    def check_total_rate(self, basal_nl_h: int, bolus_nl_h: int) -> None:
        """Raise OutOfRangeError when infusion and bolus together exceed what the pump delivers."""
        total_nl_h = basal_nl_h + bolus_nl_h
        if total_nl_h > self.bounds.max_total_rate_nl_h and not self._hands_on:
            raise self.reporter.out_of_range(
                f"infusion and bolus together of {total_nl_h / NL_PER_UL:g} µL/h",
                f"the pump delivers at most {self.bounds.max_total_rate_nl_h / NL_PER_UL:g} µL/h; "
                "lower bolus_rate_ul_h in the bench file, or the infusion",
            )

    def _require_second_edition(self) -> FullLimits:
        if self._full is None:
            code = ReplyResult.UNKNOWN_COMMAND
            raise self.reporter.refused("the pump has no such skill", code.name, REFUSAL_ADVICE[code])
        return self._full

    def _ask_full_limits(self) -> FullLimits | None:
        try:
            return self.link.ask(GetFullLimits(), FullLimits).reply
        except RefusedError as refused:
            if refused.code != ReplyResult.UNKNOWN_COMMAND.name:
                raise
            return None

    def _read_parts(self, talk: Conversation, total: int) -> Programme:
        came = b""
        while len(came) < total:
            part = talk.ask(ReadPart(len(came)), StagedPart)
            if (part.total, part.offset) != (total, len(came)) or not part.data:
                raise talk.senseless(f"{len(part.data)} of {part.total} bytes from {part.offset} on are staged")
            came += part.data
        try:
            return from_image(came)
        except DialectError as error:
            raise talk.senseless(f"what is staged is no programme: {error}") from error


class Skill:
    """A part of what the driver can do; all parts share one programmer."""

    _programmer: Programmer
    _bolus_rate_nl_h: int
