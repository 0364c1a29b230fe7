"""What happened when, in lanes under one axis of time: drawn as it stands, without a script."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a thing in a lane stands for; each has a shape of its own beside its colour."""

    DONE = "done"
    GOOD = "good"
    BAD = "bad"
    ALLOWED = "allowed"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that lasts from `begin` to `end`, in the unit of its axis; `said` tells it in words."""

    begin: float
    end: float
    tone: Tone
    said: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens at once; `said` tells it in words."""

    at: float
    tone: Tone
    said: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One row: its name, what is to be said of it in a few words, and what lies in it."""

    name: str
    said: str = ""
    stretches: tuple[Stretch, ...] = ()
    moments: tuple[Moment, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell whether nothing lies in it."""
        return not self.stretches and not self.moments


@dataclass(frozen=True, slots=True)
class Timeline:
    """Lanes over one axis from `begin` to `end`, which counts `unit` since `since`."""

    name: str
    title: str
    caption: str
    since: str
    unit: str
    begin: float
    end: float
    lanes: tuple[Lane, ...]
