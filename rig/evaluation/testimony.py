"""What a witness says: what it compared, and each thing that contradicts."""

from collections.abc import Callable
from dataclasses import dataclass

from rig.evaluation.case import Case


@dataclass(frozen=True, slots=True)
class Testimony:
    """What one witness found in a case.

    `said` is what was compared, in a few words with its figures. `against` is a sentence for each contradiction.
    `undermines` says that the weighing itself is in doubt: then no number of the case means anything.
    `of_the_bench`: what it finds is the bench's fault and says nothing of the pump. `not_asked` says why the witness
    could not speak; it says nothing else then.
    """

    said: str = ""
    against: tuple[str, ...] = ()
    undermines: bool = False
    of_the_bench: bool = False
    not_asked: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """One comparison that is made of every plan: its name in a report, and what makes it of a case.

    `concerns` tells whether it has anything to do with a case at all: where it has not, it is not named either.
    """

    name: str
    testify: Callable[[Case], Testimony]
    concerns: Callable[[Case], bool] = lambda _: True
