"""What a run had to do without: an instrument that was away, since when and why, or room on the disk, as events."""

from dataclasses import dataclass

from rig.record.bodies.event import Event, Severity


@dataclass(frozen=True)
class InstrumentLost(Event):
    """An instrument gives no readings any more, the last at `since_ns` (UTC ns); it is looked for from now on."""

    NAME = "instrument lost"
    SEVERITY = Severity.WARNING
    stream: str
    since_ns: int
    cause: str


@dataclass(frozen=True)
class DiskSpaceLow(Event):
    """The disk that the record is on has less left than is to stay free, so that the plan was ended, MB."""

    NAME = "disk space low"
    SEVERITY = Severity.ALARM
    free_mb: float
    least_mb: float


@dataclass(frozen=True)
class AnotherAnswered(Event):
    """Where an instrument was lost another one answers; it was refused."""

    NAME = "another instrument answered"
    SEVERITY = Severity.ALARM
    stream: str
    wanted: dict[str, str]
    found: dict[str, str]


@dataclass(frozen=True)
class SamplingGap(Event):
    """An instrument gave no readings from `from_ns` to `to_ns` (UTC ns), for the `cause` first seen.

    `attempts` is how often it was looked for, `missed` how many readings were due meanwhile. It is `back`, or was given
    up, or the bench was left; `last` is why the last attempt that failed did.
    """

    NAME = "sampling gap"
    SEVERITY = Severity.WARNING
    stream: str
    from_ns: int
    to_ns: int
    cause: str
    attempts: int
    missed: int
    back: bool
    last: str = ""
