"""The books: what the pump believes it has delivered and still holds. They count strokes, and never measure."""

from typing import ClassVar

from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.spell import Turns


class Books(Part):
    """Volume delivered and what was begun since manufacture, and the reservoir's content, each stroke for nominal."""

    KEPT: ClassVar[tuple[str, ...]] = (
        "_delivered_nl",
        "_reservoir_nl",
        "_low_nl",
        "_boluses",
        "squares",
        "primes",
        "refills",
    )

    def __init__(self, *, stroke_nl: int, reservoir_nl: int, low_nl: int, capacity_nl: int = 0) -> None:
        self._stroke_nl = stroke_nl
        self._low_nl = low_nl
        self._delivered_nl = 0
        self._reservoir_nl = reservoir_nl
        self._boluses = 0
        self.capacity_nl = max(capacity_nl, reservoir_nl)
        self.squares = 0
        self.primes = 0
        self.refills = 0

    @property
    def low_nl(self) -> int:
        """Return the content in nL at which the pump warns."""
        return self._low_nl

    @property
    def delivered_nl(self) -> int:
        """Return the volume delivered since manufacture, in nL."""
        return self._delivered_nl

    @property
    def reservoir_nl(self) -> int:
        """Return the reservoir's content in nL."""
        return self._reservoir_nl

    @property
    def boluses(self) -> int:
        """Return how many single boluses were begun since manufacture."""
        return self._boluses

    @property
    def low(self) -> bool:
        """Tell whether the reservoir is at its low mark or below."""
        return self.reservoir_nl <= self._low_nl

    @property
    def empty(self) -> bool:
        """Tell whether the reservoir no longer holds a stroke."""
        return self.reservoir_nl < self._stroke_nl

    def strokes_to_mark(self) -> int:
        """Return after how many strokes the reservoir will next be low or empty; 0 when it is empty."""
        to_empty = self.reservoir_nl // self._stroke_nl
        return to_empty if self.low else min(to_empty, -((self._low_nl - self.reservoir_nl) // self._stroke_nl))

    def book(self, turns: Turns) -> None:
        """Enter the strokes that fell due in a spell."""
        volume_nl = len(turns.due_ns) * self._stroke_nl
        self._delivered_nl += volume_nl
        self._reservoir_nl = max(0, self._reservoir_nl - volume_nl)

    def book_bolus(self) -> None:
        """Enter the beginning of a single bolus."""
        self._boluses += 1

    def book_refill(self, content_nl: int) -> None:
        """Enter what the reservoir holds now."""
        self._reservoir_nl = content_nl
        self.refills += 1

    def set_low(self, low_nl: int) -> None:
        """Set the content at which the pump warns, in nL."""
        self._low_nl = low_nl
