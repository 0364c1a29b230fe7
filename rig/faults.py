"""Whose fault a failure is: the pump's, the plan's, the bench's, or nobody's yet; and three lines for a person.

A bench may be put right and the plan run again. A pump may not: who repeats until it passes has verified nothing.
Wherever nothing tells the two apart, it is therefore the pump that is held to be at fault.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rig.errors import (
    BenchConnectionError,
    DeliveryEndedError,
    DiscoveryError,
    GainAtRestError,
    InterlockError,
    MisfitError,
    NotShownError,
    OutOfRangeError,
    PlanError,
    QuantityError,
    RefusedError,
    RigError,
    SafetyError,
    SenselessReplyError,
    TomlFileError,
    WindowError,
)


class Fault(StrEnum):
    """Whose fault a failure is, in the order in which one speaks for several; UNDECIDED is no fault, and no PASS."""

    PUMP = "pump"
    PLAN = "plan"
    BENCH = "bench"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Sorted:
    """A failure as it was sorted, and a line each for a person: what it is, where, and what to do."""

    fault: Fault
    what: str
    where: str
    what_to_do: str

    @property
    def lines(self) -> tuple[str, str, str]:
        """Return the three lines, in words."""
        return (f"what: {self.what}", f"where: {self.where}", f"what to do: {self.what_to_do}")


WHAT_TO_DO = {
    Fault.PUMP: "keep the pump as it is and look into it; running the plan again until it passes shows nothing",
    Fault.PLAN: "correct what the plan, its limit or its bench file says, and run it again: the pump was not judged",
    Fault.BENCH: "put the bench right, then run the plan again: the pump was not judged",
    Fault.UNDECIDED: "measure longer, or with less uncertainty",
}

_ORDER = tuple(Fault)
# By class, the nearest of an error's own line: all others that the rig raises are the bench's.
_BY_CLASS: dict[type[BaseException], Fault] = {
    TomlFileError: Fault.PLAN,
    DiscoveryError: Fault.PLAN,
    QuantityError: Fault.PLAN,
    OutOfRangeError: Fault.PLAN,
    PlanError: Fault.PLAN,
    MisfitError: Fault.PLAN,
    WindowError: Fault.PLAN,
    NotShownError: Fault.PUMP,
    SafetyError: Fault.PUMP,
    InterlockError: Fault.BENCH,
    RigError: Fault.BENCH,
    OSError: Fault.BENCH,
    MemoryError: Fault.BENCH,
    BaseException: Fault.PLAN,
}


def fault_of(error: BaseException, pumps: Iterable[str] = ()) -> Fault:
    """Return whose fault an error is; `pumps` are the names of the bench's pumps.

    An instrument that refuses, or talks without sense, is the bench's fault, a pump that does is its own. What the rig
    did not raise comes from the plan's own code, unless the machine failed it.
    """
    if isinstance(error, BenchConnectionError):
        return Fault.PUMP if {fault_of(one, pumps) for one in error.failures} == {Fault.PUMP} else Fault.BENCH
    if isinstance(error, RefusedError | SenselessReplyError) and error.instrument in pumps:
        return Fault.PUMP
    if isinstance(error, GainAtRestError):
        return Fault.BENCH if error.alone else Fault.UNDECIDED
    if isinstance(error, DeliveryEndedError):
        return Fault.PLAN if error.lapsed else Fault.BENCH
    return next(_BY_CLASS[kind] for kind in type(error).__mro__ if kind in _BY_CLASS)


def by_weight(fault: Fault) -> int:
    """Return the key that puts the fault in front that speaks for several."""
    return _ORDER.index(fault)


def heaviest(found: Iterable[Sorted]) -> Sorted | None:
    """Return the failure that speaks for several, the first of its kind; None for none."""
    return min(found, key=lambda one: by_weight(one.fault), default=None)
