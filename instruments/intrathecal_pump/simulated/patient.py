"""The patient's boluses: what a request gives, the lockout, and the allotment of any 24 h."""

from collections import deque
from typing import ClassVar

from instruments.intrathecal_pump.messages import PatientTerms, ReplyResult
from instruments.intrathecal_pump.programme import Bolus, PatientBoluses
from instruments.intrathecal_pump.simulated.part import Kept, Part, rows_of

_NS_PER_S = 1_000_000_000
DAY_NS = 86_400 * _NS_PER_S


class PatientControl(Part):
    """Counts from start to start in the pump's own running time, which setting its clock does not move.

    What was given is remembered through STOP and without power; the permission is not.
    """

    KEPT: ClassVar[tuple[str, ...]] = (
        "_given",
        "_refused",
    )

    def __init__(self) -> None:
        self._terms: PatientBoluses | None = None
        self._starts_ns: deque[int] = deque()
        self._given = 0
        self._refused = 0

    @property
    def bolus(self) -> Bolus | None:
        """Return what a request gives, None when none may be made."""
        return None if self._terms is None else Bolus(self._terms.volume_nl, self._terms.rate_nl_h)

    @property
    def allotted_nl(self) -> int:
        """Return what may be asked for in any 24 h, in nL; 0 when no request may be made."""
        return 0 if self._terms is None else self._terms.volume_nl * self._terms.most_in_24_h

    def allow(self, terms: PatientBoluses) -> None:
        """Let the patient ask on these terms from now on."""
        self._terms = terms

    def withdraw(self) -> None:
        """Let the patient ask no longer: STOP was commanded."""
        self._terms = None

    def objection(self, t_ns: int) -> ReplyResult | None:
        """Return why the terms do not let a bolus begin at `t_ns`, None when they do."""
        if self._terms is None:
            return ReplyResult.NOT_ALLOWED
        if self.lockout_left_ns(t_ns) > 0:
            return ReplyResult.LOCKED_OUT
        return ReplyResult.ALLOTMENT_USED if self.given_in_24_h(t_ns) >= self._terms.most_in_24_h else None

    def lockout_left_ns(self, t_ns: int) -> int:
        """Return for how long, from `t_ns` on, no bolus is given because of the last one."""
        if self._terms is None or not self._starts_ns:
            return 0
        return max(0, self._starts_ns[-1] + self._terms.lockout_s * _NS_PER_S - t_ns)

    def given_in_24_h(self, t_ns: int) -> int:
        """Return how many boluses began in the 24 h before `t_ns`."""
        return sum(start_ns > t_ns - DAY_NS for start_ns in self._starts_ns)

    def give(self, t_ns: int) -> None:
        """Count a bolus that begins at `t_ns`."""
        self._given += 1
        self._starts_ns.append(t_ns)
        while self._starts_ns[0] <= t_ns - DAY_NS:
            self._starts_ns.popleft()

    def refuse(self) -> None:
        """Count a request that was refused."""
        self._refused += 1

    def told(self, t_ns: int) -> PatientTerms:
        """Return the terms as the status tells them, all 0 when no request may be made, and the counts."""
        terms = self._terms or PatientBoluses(0, 0, 0, 0)
        left_s = -(-self.lockout_left_ns(t_ns) // _NS_PER_S)
        given_in_24_h = self.given_in_24_h(t_ns)
        return PatientTerms(
            terms.volume_nl,
            terms.rate_nl_h,
            terms.lockout_s,
            terms.most_in_24_h,
            left_s,
            given_in_24_h,
            self._given,
            self._refused,
        )

    def kept(self) -> Kept:
        """Return the counts, and when the boluses of the last 24 h began."""
        return {**super().kept(), "starts": [[start_ns] for start_ns in self._starts_ns]}

    def restore(self, kept: Kept, shift_ns: int) -> None:
        """Take up the counts and the boluses."""
        super().restore(kept, shift_ns)
        self._starts_ns = deque(start_ns + shift_ns for (start_ns,) in rows_of(kept, "starts", 1))

    def power_lost(self) -> None:
        """Let the patient ask no longer."""
        self._terms = None
