"""What an interlock found when it tripped."""

from dataclasses import dataclass

from rig.clock import iso_utc
from rig.errors import InterlockError


@dataclass(frozen=True, slots=True)
class Trip:
    """An interlock that tripped: its key, what was found of which streams, when that was read (UTC ns), and in words.

    `value` and `limit` are in the unit that the key ends with.
    """

    interlock: str
    value: float
    limit: float
    streams: tuple[str, ...]
    from_ns: int
    to_ns: int
    found: str

    def __str__(self) -> str:
        when = iso_utc(self.from_ns) + (f" to {iso_utc(self.to_ns)}" if self.to_ns > self.from_ns else "")
        return f"interlock {self.interlock} tripped: {self.found}; samples of {when}"

    def error(self, done: str) -> InterlockError:
        """Return the error that ends a plan; `done` is what was done about the trip."""
        return InterlockError(
            self.interlock,
            f"{self}; {done}",
            value=self.value,
            limit=self.limit,
            from_ns=self.from_ns,
            to_ns=self.to_ns,
        )
