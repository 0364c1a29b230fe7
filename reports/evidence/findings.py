"""What checking a bundle found: one line for each thing that was looked at."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from reports.evidence.statements import SignatureSaid
from rig.errors import EvidenceError, RigError

# What computing with a number, a key or a text raises that is not one.
_NONSENSE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError, MemoryError)


class Found(StrEnum):
    """How a check ended, in the order of what a reader must see first."""

    FAILED = "FAILED"
    NOT_CHECKED = "not checked"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it ended, and what is to be said of it. `seq` is the entry at fault, or 0."""

    what: str
    found: Found
    said: str
    seq: int = 0


@dataclass(slots=True)
class Findings:
    """The checks of one bundle, as they are made, and the signatures that hold."""

    made: list[Finding] = field(default_factory=list)
    signed: list[SignatureSaid] = field(default_factory=list)

    def ok(self, what: str, said: str) -> None:
        """Note that a check held."""
        self.made.append(Finding(what, Found.OK, said))

    def failed(self, what: str, said: str, seq: int | None = None) -> None:
        """Note that a check did not hold."""
        self.made.append(Finding(what, Found.FAILED, said, seq or 0))

    def not_checked(self, what: str, said: str) -> None:
        """Note that something could not be looked at, and why."""
        self.made.append(Finding(what, Found.NOT_CHECKED, said))

    def judged(self, what: str, wrong: Iterable[str], said: str) -> bool:
        """Note one check that holds when nothing is wrong; return whether it did."""
        found = list(wrong)
        if found:
            self.failed(what, "; ".join(found))
        else:
            self.ok(what, said)
        return not found

    @contextmanager
    def looking_at(self, what: str) -> Iterator[None]:
        """Take what the rig raises on the way for the check's failure."""
        try:
            yield
        except RigError as error:
            self.failed(what, str(error), getattr(error, "seq", None))

    @contextmanager
    def deriving(self, what: str) -> Iterator[None]:
        """Take it for the check's failure, too, that a record holds what nothing can be made of.

        Whoever computes a record's whole chain anew can write anything into it: numbers without end, or none at all.
        """
        with self.looking_at(what):
            try:
                yield
            except _NONSENSE as error:
                raise EvidenceError(f"the record holds what no rig writes: {error!r}") from error

    @property
    def in_order(self) -> list[Finding]:
        """Return the findings, what failed first, otherwise as they were made."""
        ranks = list(Found)
        return sorted(self.made, key=lambda one: ranks.index(one.found))

    @property
    def held(self) -> bool:
        """Tell whether nothing failed."""
        return all(one.found is not Found.FAILED for one in self.made)
