"""What stood ready to end delivery in a run, and what it did, as events."""

from dataclasses import dataclass

from rig.record.bodies.event import Event, Severity


@dataclass(frozen=True)
class SupervisorStands(Event):
    """A process of its own stands ready to end delivery; `ways` are those it has, `lease_s` how long it waits.

    `watches` are the interlocks that it watches by itself, and by which pump's word.
    """

    NAME = "supervisor stands"
    ORDINARY = True
    lease_s: float
    ways: tuple[str, ...]
    watches: tuple[str, ...] = ()


@dataclass(frozen=True)
class PumpTold:
    """What a pump told its supervisor at a moment (UTC ns), by channel."""

    pump: str
    t_ns: int
    numbers: dict[str, float]


@dataclass(frozen=True)
class SupervisorActed(Event):
    """The supervisor has ended delivery: why, how long it took (s), what it did and what went wrong.

    `told` is what the pumps told it last, where it watches their interlocks.
    """

    NAME = "supervisor acted"
    SEVERITY = Severity.ALARM
    why: str
    took_s: float
    done: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    told: tuple[PumpTold, ...] = ()


@dataclass(frozen=True)
class PlanWentOn(Event):
    """A plan was told to end and went on; the process was ended under it."""

    NAME = "plan went on"
    SEVERITY = Severity.ALARM
    why: str


@dataclass(frozen=True)
class InterlockTripped(Event):
    """An interlock of the bench file tripped: what was found and what is allowed, in the unit that its key ends with.

    `streams` are those that showed it, `from_ns` to `to_ns` (UTC ns) when what showed it was read.
    """

    NAME = "interlock tripped"
    SEVERITY = Severity.ALARM
    interlock: str
    value: float
    limit: float
    streams: tuple[str, ...]
    from_ns: int
    to_ns: int


@dataclass(frozen=True)
class BenchLatched(Event):
    """Nothing runs on the bench until somebody clears it by name."""

    NAME = "bench latched"
    SEVERITY = Severity.ALARM
    why: str


@dataclass(frozen=True)
class KeptAwake(Event):
    """What keeps the machine from going to sleep while the bench is open, or why nothing does; one of them is empty."""

    NAME = "kept awake"
    ORDINARY = True
    by: str
    why_not: str = ""


@dataclass(frozen=True)
class StateCaptured(Event):
    """How the bench stood when a plan failed, before anything was restored; its instruments were read at that moment.

    `pumps` is what each pump said of itself, by name; `challenges` were under way; `silent` did not answer.
    """

    NAME = "state captured"
    error: str
    pumps: dict[str, str]
    challenges: tuple[str, ...]
    silent: tuple[str, ...]
