"""What stood ready to end delivery in a run, and what it did, as events."""

from dataclasses import dataclass

from rig.record.bodies.event import Event, Severity


@dataclass(frozen=True)
class SupervisorStands(Event):
    """A process of its own stands ready to end delivery; `ways` are those it has, `lease_s` how long it waits."""

    NAME = "supervisor stands"
    ORDINARY = True
    lease_s: float
    ways: tuple[str, ...]


@dataclass(frozen=True)
class SupervisorActed(Event):
    """The supervisor has ended delivery: why, how long it took (s), what it did and what went wrong."""

    NAME = "supervisor acted"
    SEVERITY = Severity.ALARM
    why: str
    took_s: float
    done: tuple[str, ...]
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanWentOn(Event):
    """A plan was told to end and went on; the process was ended under it."""

    NAME = "plan went on"
    SEVERITY = Severity.ALARM
    why: str
