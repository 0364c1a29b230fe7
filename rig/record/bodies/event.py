"""What every event has: a name, and how loudly it is to be told."""

from enum import StrEnum
from typing import ClassVar


class Severity(StrEnum):
    """How loudly an event is to be told."""

    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"


class Event:
    """The base of all events. `ORDINARY` ones are the course of a run, which a page shows elsewhere."""

    NAME: ClassVar[str] = ""
    SEVERITY: ClassVar[Severity] = Severity.INFO
    ORDINARY: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """Return the entry's name."""
        return self.NAME

    @property
    def severity(self) -> Severity:
        """Return how loudly this one is to be told."""
        return self.SEVERITY
