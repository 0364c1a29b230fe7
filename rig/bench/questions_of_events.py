"""What a window may be asked about events: alarms, ends of delivery, the pump's log, patient boluses."""

from abc import ABC, abstractmethod

from rig.bench.asked import above_zero
from rig.errors import PlanError
from rig.evaluation.claims.alarms import CRITICAL, NON_CRITICAL
from rig.evaluation.claims.shown_causes import check_cause
from rig.record.bodies.codec import Json
from rig.record.bodies.recipe import Recipe


class QuestionsOfEvents(ABC):
    """The questions about events and facts; asking computes nothing yet."""

    @abstractmethod
    def ask(self, name: str, **parameters: Json) -> Recipe:
        """Ask for a kind of claim by its name."""

    def alarm_came(self, *, alarm: str, within_s: float, after: str = "", priority: str = "") -> Recipe:
        """Ask whether `alarm` rose at most `within_s` seconds after its cause; a fact. The alarm is expected then.

        The cause is the window's begin, or what happened first in it of the name `after`: a challenge ("occlusion"), a
        command to the pump ("give_bolus") or another alarm. `priority` is "critical" or "non-critical", or left out.
        Raises PlanError for another one, and for a time that is not above zero.
        """
        if priority not in ("", CRITICAL, NON_CRITICAL):
            raise PlanError(f"found priority={priority!r}; {CRITICAL!r} or {NON_CRITICAL!r} is wanted")
        said = {"after": after, "priority": priority}
        return self.ask("an alarm came", alarm=alarm, within_s=above_zero("within_s", within_s), **_said(said))

    def alarm_stands(self, *, alarm: str) -> Recipe:
        """Ask whether `alarm` stood from when it showed first in this window to the window's end; a fact.

        The alarm is expected then. Power cuts and orders in the window do not excuse it: claim it where it must outlive
        them.
        """
        return self.ask("an alarm stands", alarm=alarm)

    def no_alarm(self, *, which: str = "") -> Recipe:
        """Ask whether no alarm stood in this window, or not the one that `which` names; a fact."""
        return self.ask("no alarm", **_said({"which": which}))

    def delivery_ended(self, *, within_s: float, after: str = "") -> Recipe:
        """Ask whether nothing beyond a stroke came any more from `within_s` seconds after its cause on; a fact.

        `after` names the cause as for `alarm_came`. Raises PlanError for a time that is not above zero.
        """
        return self.ask("delivery ended", within_s=above_zero("within_s", within_s), **_said({"after": after}))

    def nothing_made_up(self, *, after: str = "") -> Recipe:
        """Ask for what was delivered beyond the programme from a cause to this window's end, in µL."""
        return self.ask("nothing made up", **_said({"after": after}))

    def log_tells_all(self) -> Recipe:
        """Ask whether the pump's log tells of all that happened in this window, in time, and of nothing else; a fact.

        What happened are the orders that the pump took, its answers to a patient, its alarms, and challenges.
        """
        return self.ask("log tells all")

    def patient_bolus_given(self) -> Recipe:
        """Ask whether every request for a patient's bolus in this window was granted, and rightly so; a fact."""
        return self.ask("patient bolus given")

    def patient_bolus_refused(self, *, why: str = "") -> Recipe:
        """Ask whether every such request was refused, for the pump's own reason `why` if given, and rightly; a fact."""
        return self.ask("patient bolus refused", **_said({"why": why}))

    def lockout(self) -> Recipe:
        """Ask for the shortest time between the starts of two granted requests, in s."""
        return self.ask("lockout")

    def most_in_24_h(self) -> Recipe:
        """Ask for the largest volume delivered in any sliding 24 h of this window, in µL."""
        return self.ask("most in 24 h")

    def most_in(self, *, hours: float) -> Recipe:
        """Ask for the largest volume delivered in any sliding span of so many hours of this window, in µL."""
        return self.ask("most in any span", hours=hours)

    def most_counted_in(self, *, hours: float) -> Recipe:
        """Ask for the largest volume that the pump counted in any such span, in µL: its bounds go by its count."""
        return self.ask("most counted in any span", hours=hours)

    def three_truths(self) -> Recipe:
        """Ask whether programme, the pump's own books and what was weighed agree over the plan's delivery; a fact.

        It is about all that the plan delivers, whatever this window holds of it.
        """
        return self.ask("three truths")

    def shows(self, *, cause: str) -> Recipe:
        """Ask whether `cause` ("leak", "bubble" …) fits best what balance, motor and flow sensor disagree in; a fact.

        It is about all that the plan delivers, whatever this window holds of it. Raises PlanError for a cause that the
        diagnosis does not know.
        """
        return self.ask("a cause shows", cause=check_cause(cause))


def _said(parameters: dict[str, str]) -> dict[str, Json]:
    """Return the parameters that a plan did say."""
    return {key: value for key, value in parameters.items() if value}
