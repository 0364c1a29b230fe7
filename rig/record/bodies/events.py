"""What happens during a run: one frozen class per event, whose `NAME` is the entry's name and stands nowhere else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rig.record.bodies.absences import AnotherAnswered, DiskSpaceLow, InstrumentLost, SamplingGap
from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds, CheckWeighed, DoseSaid, OperatorAnswered
from rig.record.bodies.codec import Json
from rig.record.bodies.event import Event, Severity
from rig.record.bodies.proofs import PROOF_EVENTS
from rig.record.bodies.pump_events import (
    AlarmExpected,
    DeliveredAfterStop,
    EdgesCounted,
    NoLinkWatchdog,
    PumpDidNotStop,
    PumpLogRead,
    PumpLogUnreadable,
    PumpStateChanged,
)
from rig.record.bodies.safety import (
    BenchLatched,
    InterlockTripped,
    KeptAwake,
    PlanWentOn,
    StateCaptured,
    SupervisorActed,
    SupervisorStands,
)
from rig.record.bodies.timing import SamplingTimed

_ALARM_NAME = re.compile(r"(alarm|interlock)\b", re.IGNORECASE)


class OutcomeWord(StrEnum):
    """How a plan ended. ERROR is a failure outside its body, INTERRUPTED began and was cut short."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Connected(Event):
    """An instrument answered; `identity` is who it says it is."""

    NAME = "connected"
    ORDINARY = True
    instrument: str
    capability: str = ""
    identity: dict[str, str] = field(default_factory=dict)
    calibration: dict[str, Json] | None = None


@dataclass(frozen=True)
class BenchNotReached(Event):
    """The bench could not be opened, so that no plan could run."""

    NAME = "bench not reached"
    SEVERITY = Severity.ALARM
    error: str


@dataclass(frozen=True)
class BenchOpened(Event):
    """The bench is about to be opened for the `number`-th time in this run, from 1.

    `seed` is what a mocked bench is set up by: it is another one each time, with another vessel and another pump. A
    physical bench has none; it is the same however often it is opened.
    """

    NAME = "bench opened"
    ORDINARY = True
    number: int
    seed: int | None = None


@dataclass(frozen=True)
class PlanBegins(Event):
    """A plan's body is about to run."""

    NAME = "plan begins"
    ORDINARY = True
    plan: str
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanFailed(Event):
    """A plan's body raised; written at once, so that the reason survives whatever comes then."""

    NAME = "plan failed"
    SEVERITY = Severity.WARNING
    plan: str
    error: str


@dataclass(frozen=True)
class PlanWarned(Event):
    """Python or a library warned of something while a plan ran: its category, its words, and file and line."""

    NAME = "plan warned"
    SEVERITY = Severity.WARNING
    plan: str
    category: str
    message: str
    place: str


@dataclass(frozen=True)
class PlanEnds(Event):
    """A plan's body is over and delivery has stopped."""

    NAME = "plan ends"
    ORDINARY = True
    plan: str


@dataclass(frozen=True)
class PlanOutcome(Event):
    """What became of one selected plan, its set-up and tear-down included; `why` is empty for one that passed."""

    NAME = "plan outcome"
    ORDINARY = True
    plan: str
    outcome: OutcomeWord
    why: str = ""
    requirements: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """Return INFO for a plan that passed, WARNING for every other outcome."""
        return Severity.INFO if self.outcome is OutcomeWord.PASSED else Severity.WARNING


@dataclass(frozen=True)
class WindowBegins(Event):
    """A span of time to evaluate begins."""

    NAME = "window begins"
    ORDINARY = True
    window: str


@dataclass(frozen=True)
class WindowEnds(Event):
    """A span of time to evaluate has ended: [from_ns, to_ns), UTC ns."""

    NAME = "window ends"
    ORDINARY = True
    window: str
    from_ns: int
    to_ns: int


@dataclass(frozen=True)
class ZeroFlow(Event):
    """The bench weighed with the pump stopped during [from_ns, to_ns), UTC ns."""

    NAME = "zero flow"
    ORDINARY = True
    from_ns: int
    to_ns: int


@dataclass(frozen=True)
class LooksPlanned(Event):
    """A window will be measured until a limit is decided, at looks fixed here, hours after its begin."""

    NAME = "looks"
    window: str
    limit: str
    looks_hours: tuple[float, ...]


@dataclass(frozen=True)
class ProjectionSeen(Event):
    """What verdict on a result is to be expected at its window's end. `hours_to_verdict` None: not within sight."""

    NAME = "projection"
    plan: str
    result: str
    value_percent: float
    u_percent: float
    verdict: str
    pass_probability: float
    lower_percent: float | None = None
    upper_percent: float | None = None
    hours_to_verdict: float | None = None


@dataclass(frozen=True)
class ReadingMissed(Event):
    """An instrument did not give one reading."""

    NAME = "reading missed"
    SEVERITY = Severity.WARNING
    stream: str
    error: str


@dataclass(frozen=True)
class SamplerFailed(Event):
    """An instrument is read no more."""

    NAME = "sampler failed"
    SEVERITY = Severity.ALARM
    stream: str
    error: str


@dataclass(frozen=True)
class LeaseLapsed(Event):
    """The plan showed no sign of life, so that the pump is no longer polled and stops by itself."""

    NAME = "lease lapsed"
    SEVERITY = Severity.ALARM
    stream: str


@dataclass(frozen=True)
class OtherEvent(Event):
    """An event of a name that this rig has no class for: a plan's own, another version's, or one that is damaged."""

    named: str
    said: Mapping[str, Json] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the entry's name."""
        return self.named

    @property
    def severity(self) -> Severity:
        """Return what the body says under `severity`, else ALARM for a name that begins with alarm or interlock."""
        said = self.said.get("severity")
        if said in tuple(Severity):
            return Severity(said)
        known = BY_NAME.get(self.named)
        if known is not None:
            return known.SEVERITY
        return Severity.ALARM if _ALARM_NAME.match(self.named) else Severity.INFO


EVENTS: tuple[type[Event], ...] = (
    AlarmExpected,
    AnotherAnswered,
    BenchLatched,
    BenchNotReached,
    BenchOpened,
    ChallengeBegins,
    ChallengeEnds,
    CheckWeighed,
    Connected,
    DeliveredAfterStop,
    DiskSpaceLow,
    DoseSaid,
    EdgesCounted,
    InstrumentLost,
    InterlockTripped,
    KeptAwake,
    LeaseLapsed,
    LooksPlanned,
    NoLinkWatchdog,
    OperatorAnswered,
    PlanBegins,
    PlanEnds,
    PlanFailed,
    PlanOutcome,
    PlanWarned,
    ProjectionSeen,
    PumpDidNotStop,
    PumpLogRead,
    PumpLogUnreadable,
    PumpStateChanged,
    ReadingMissed,
    SamplerFailed,
    SamplingGap,
    SamplingTimed,
    StateCaptured,
    WindowBegins,
    WindowEnds,
    PlanWentOn,
    SupervisorActed,
    SupervisorStands,
    ZeroFlow,
    *PROOF_EVENTS,
)
BY_NAME = {kind.NAME: kind for kind in EVENTS}
