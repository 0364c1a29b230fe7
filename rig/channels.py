"""What a column of samples is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """One column of samples: its name, its unit and what it means."""

    name: str
    unit: str
    meaning: str = ""
