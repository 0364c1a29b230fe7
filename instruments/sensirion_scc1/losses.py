"""How many samples were lost: what the cable tells, held to what the time since the last reading can hold.

The maker's library names the count `bytes_lost`, its example prints it as samples. A sample is six bytes, and the clock
tells a count from six times that: a count of bytes is taken for one, a count of samples that only as such fits the time
is taken for that, and one that fits in neither way is a fault of the answer.
"""

from dataclasses import dataclass
from typing import Self

from instruments.sensirion_scc1.dialect import SIGNALS
from rig.plain_text import show_bytes
from rig.stamping import SLACK_NS, SampleClock

BYTES_PER_SAMPLE = 2 * SIGNALS
# By what share of the time between two readings a cable's clock may be wrong: stamps follow the rig's all the same.
_CLOCK_SHARE = 10


@dataclass(frozen=True, slots=True)
class Told:
    """What the frames of one reading told: the counts together, and the frames that they were in."""

    count: int = 0
    frames: tuple[bytes, ...] = ()

    def and_also(self, count: int, frame: bytes) -> "Told":
        """Return this with what one more frame told."""
        return Told(self.count + count, (*self.frames, frame))

    @property
    def said(self) -> str:
        """Return it for a person."""
        if not self.count:
            return "that nothing was lost"
        frames = ", ".join(show_bytes(frame) for frame in self.frames)
        return f"that {self.count} bytes were lost ({frames})"


@dataclass(frozen=True, slots=True)
class Missing:
    """How many samples are missing by the clock: `likely`, and from `least` to `most`; `given` came in `lasted_ns`."""

    likely: int
    least: int
    most: int
    given: int
    lasted_ns: int

    @classmethod
    def by(cls, clock: SampleClock, first: int, given: int, asked_ns: int, answered_ns: int, *, since_ns: int) -> Self:
        """Return what is missing beside `given` samples from number `first` on, when the newest was just taken."""
        lasted_ns = asked_ns - since_ns
        slack_ns = SLACK_NS + max(0, lasted_ns) // _CLOCK_SHARE
        before = first - 1 + given
        newest = clock.samples_before(answered_ns + slack_ns + 1) - 1
        # One more may not have been finished when the cable was asked.
        oldest = clock.samples_before(max(0, asked_ns - slack_ns)) - 2
        due = clock.samples_before(asked_ns + 1) - 1
        return cls(due - before, oldest - before, newest - before, given, lasted_ns)

    def when_told(self, told: Told, *, in_doubt: bool) -> int | None:
        """Return how many samples were lost, None for what the time cannot hold.

        `in_doubt` says that a reading failed before: what went with it the cable does not count.
        """
        fits = [count for count in _meant(told.count) if count <= self.most and (in_doubt or count >= self.least)]
        if fits:
            return max(fits[0], self.likely) if in_doubt else fits[0]
        # Some that nobody counted are missing: a cable that was held up, or that lost its count.
        return self.likely if not told.count and self.least > 0 else None

    @property
    def said(self) -> str:
        """Return it for a person."""
        lasted_s = self.lasted_ns / 1e9
        room = f"{max(0, self.least)} to {self.most}" if self.most >= 0 else "none"
        return f"{self.given} samples came; {lasted_s:.4g} s after the last reading {room} can be missing beside them"


def _meant(count: int) -> tuple[int, ...]:
    """Return the samples that a count may stand for, the likelier first."""
    samples, rest = divmod(count, BYTES_PER_SAMPLE)
    return (count,) if rest else (samples, count)
