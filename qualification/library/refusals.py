"""Defects of what a pump itself is to refuse: its programmer refuses it first, and hides that it does not."""

from instruments.intrathecal_pump.messages import Command, RefusalReply, Reply, ReplyResult, SetDoseLimit
from instruments.intrathecal_pump.programme import Programme
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.programming_limits import ProgrammingLimits
from qualification.defect import Defect, seeded

_ITSELF = ("test_plans/test_limits.py::test_the_pump_itself_refuses_what_is_beyond_its_range_and_changes_nothing",)


@seeded(
    Defect(
        "W12",
        "the pump takes whatever it is told: it leaves it to the programmer to look at the range",
        "A programmer that is out of date orders a bolus ten times too large, and the pump gives it.",
        "1.4.3",
        effect="orders beyond the highest rate and the largest bolus are carried out",
        says=("beyond the pump's range", "was taken"),
        plans=_ITSELF,
        source="class of a bound that one side alone looks at",
    )
)
class TakesAnything(ProgrammingLimits):
    """Was tried behind a programmer that asks for nothing that it should not."""

    def refusal(self, programme: Programme) -> ReplyResult | None:
        """Find nothing wrong."""
        del programme
        return None


@seeded(
    Defect(
        "W13",
        "a largest dose that is refused as out of range puts an end to the one that was set, which is told on",
        "The doctor mistypes, the pump refuses and shows the old bound; from then on nothing bounds the dose.",
        "IT-12",
        effect="delivery beyond the largest dose that is shown, without a refusal or an alarm",
        says=("most in any", "most counted", "bound"),
        plans=_ITSELF,
        source="class of a value that is cleared before the new one is looked at",
    )
)
class ClearsBeforeItLooks(CommandDesk):
    """Clears the bound, looks at the new one, and puts back what is shown."""

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Answer as ever."""
        reply = super().handle(command, now_ns)
        if isinstance(command, SetDoseLimit) and isinstance(reply, RefusalReply):
            limit = self.parts.dose_limit
            shown = limit.set_nl, limit.window_s
            limit.limit(0, 0)
            limit.set_nl, limit.window_s = shown
        return reply
