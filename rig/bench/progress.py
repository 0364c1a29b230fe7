"""How far a dwell has come; drawn by whoever watches."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """A dwell under way, all times UTC ns."""

    doing: str
    begin_ns: int
    end_ns: int
    now_ns: int

    @property
    def fraction(self) -> float:
        """Return the part that is done, 0 to 1."""
        return (self.now_ns - self.begin_ns) / (self.end_ns - self.begin_ns)

    @property
    def left_s(self) -> float:
        """Return the seconds left."""
        return (self.end_ns - self.now_ns) / 1e9
