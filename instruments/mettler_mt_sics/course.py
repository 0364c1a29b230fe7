"""Whether a reading goes on where the readings before it led.

MT-SICS has no checksum: one bit in six of an answer, flipped, makes another number of the same form. What does not go
on is asked for again at once, and of what was answered the middle one is believed: a single flip is never that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from instruments.mettler_mt_sics.dialect import Weight
from instruments.mettler_mt_sics.talk import MOST_ANSWERS
from rig.clock import NS_PER_S

# A reading may be off by so many times what the ones before it were off by, on the mean: 2 standard deviations of
# noise, or a stroke of a pump that makes one now and then. Asking again costs an exchange, no reading.
_STRAYS = 2.5
# Two digits: nothing that moves less than the last place shows can be told from rounding.
_DIGITS = 2.0
# Beyond this no noise of a balance lies between two readings of one moment.
_FAR_DIGITS = 20.0
_MEMORY = 8.0
# The manual right-aligns every weight in ten characters or more.
NARROWEST = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """One weight as it was answered: the middle of its exchange (UTC ns), what it says, and its bytes."""

    t_ns: int
    weight: Weight
    line: bytes

    def has_form_of(self, other: "Answer") -> bool:
        """Tell whether both numbers have one width and one last place."""
        mine, its = self.weight, other.weight
        return (mine.width, mine.digit_mg) == (its.width, its.digit_mg)

    def off_mg(self, other: "Answer") -> float:
        """Return how far apart both are, mg."""
        return abs(self.weight.mass_mg - other.weight.mass_mg)


@dataclass(frozen=True, slots=True)
class Course:
    """The last reading believed, how fast the mass moved (mg/s) and how far readings strayed from that (mg)."""

    last: Answer
    rate_mg_s: float = 0.0
    stray_mg: float = 0.0

    @property
    def near_mg(self) -> float:
        """Return by how much a reading may be off without being asked for again."""
        return max(_DIGITS * self.last.weight.digit_mg, _STRAYS * self.stray_mg)

    def goes_on_with(self, answer: Answer) -> bool:
        """Tell whether an answer is of the last one's form, and where the readings before it lead."""
        return answer.has_form_of(self.last) and abs(self._off_mg(answer)) <= self.near_mg

    def then(self, answer: Answer) -> "Course":
        """Return the course behind an answer that was believed. What happens once moves what is expected a little."""
        if not answer.has_form_of(self.last):
            return Course(answer)
        most_mg = 2.0 * self.near_mg
        off_mg = min(max(self._off_mg(answer), -most_mg), most_mg)
        lasted_s = (answer.t_ns - self.last.t_ns) / NS_PER_S
        rate_mg_s = self.rate_mg_s + (off_mg / lasted_s / _MEMORY if lasted_s > 0 else 0.0)
        return Course(answer, rate_mg_s, self.stray_mg + (abs(off_mg) - self.stray_mg) / _MEMORY)

    def _off_mg(self, answer: Answer) -> float:
        lasted_s = (answer.t_ns - self.last.t_ns) / NS_PER_S
        return answer.weight.mass_mg - self.last.weight.mass_mg - self.rate_mg_s * lasted_s


def near_mg(course: Course | None, answer: Answer) -> float:
    """Return how far apart two answers of one moment may be, mg; `course` is None where none is known."""
    return _DIGITS * answer.weight.digit_mg if course is None else course.near_mg


def believed(answers: Sequence[Answer], near: float, course: Course | None) -> Answer | None:
    """Return which of two or three answers of one moment to believe; None when that takes another one.

    Of two the first, when they agree within `near` (mg); of three of one form the middle one; of three forms none. One
    that is narrower than the manual has it counts for nothing, unless this balance sets all of its numbers so.
    """
    full = [one for one in answers if one.weight.width >= NARROWEST]
    if not full and (course is None or course.last.weight.width < NARROWEST):
        full = list(answers)
    if not full:
        return None
    if len(full) == MOST_ANSWERS and all(one.has_form_of(full[0]) for one in full):
        return sorted(full, key=lambda one: one.weight.mass_mg)[1]
    is_last = len(answers) == MOST_ANSWERS
    far_mg = max(near, _FAR_DIGITS * full[0].weight.digit_mg) if is_last else near
    for number, one in enumerate(full):
        if any(one.has_form_of(other) and one.off_mg(other) <= far_mg for other in full[number + 1 :]):
            return one
    return None


def odd_among(answers: Sequence[Answer], chosen: Answer, near: float) -> list[Answer]:
    """Return the answers that no noise of a balance takes so far from the one that was believed."""
    far_mg = max(near, _FAR_DIGITS * chosen.weight.digit_mg)
    return [one for one in answers if not one.has_form_of(chosen) or one.off_mg(chosen) > far_mg]
