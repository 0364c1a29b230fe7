"""The link's answers: polling that costs dose, and limits that are told and not kept."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import Command, Limits, Reply, ReplyResult
from instruments.intrathecal_pump.programme import Bolus, Continuous, Programme
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.programming_limits import ProgrammingLimits
from instruments.intrathecal_pump.simulated.spell import Spell
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from qualification.defect import Defect, seeded

_NS_PER_S = 1_000_000_000
_FAST_NS = _NS_PER_S // 5
_TAKEN_NL_H = 600_000
_TAKEN_NL = 400_000


class TellsOfPolls(CommandDesk):
    """Goes with a planner that a busy processor holds up: tells it of commands in quick succession."""

    before_ns = 0

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry a command out, and hold the strokes up when the one before was less than 0.2 s ago."""
        if isinstance(self.parts.planner, HeldUpByPolls) and now_ns - self.before_ns < _FAST_NS:
            self.parts.planner.polled += 1
        self.before_ns = now_ns
        return super().handle(command, now_ns)


@seeded(
    Defect(
        "G9",
        "commands that come faster than five a second cost strokes",
        "While the patient's programmer is near, the dose falls.",
        "IT-19",
        effect="a stroke for each command that follows within 0.2 s",
        says=("asked", "books", "programme asks for"),
        plans=("test_plans/test_clock.py::test_asking_often_changes_no_dose",),
        source="one processor for link and motor",
    ),
    also=(TellsOfPolls,),
)
class HeldUpByPolls(StrokePlanner):
    """What falls due while the processor answers is not made."""

    polled = 0

    def run(self, spell: Spell) -> list[int]:
        """Leave out a stroke for each command in quick succession, of those that fall due."""
        due = super().run(spell)
        lost = min(self.polled, len(due))
        self.polled = 0
        return due[lost:]


@seeded(
    Defect(
        "G10a",
        "GET_LIMITS tells 1000 µL/h, and a rate above 600 is refused",
        "The programmer offers doses that the pump does not take, in the middle of a change of therapy.",
        "ACC-001",
        effect="no therapy at rates that are offered",
        says=("refused", "OUT_OF_RANGE"),
        source="GIP 6.1.x",
        plans=("test_plans/test_limits.py::test_what_the_pump_offers_it_delivers",),
    )
)
class TakesLessThanItTells(ProgrammingLimits):
    """Refuses what it offers."""

    def refusal(self, programme: Programme) -> ReplyResult | None:
        """Return why the pump can never be set to a programme: its own bounds are narrower."""
        if isinstance(programme, Continuous) and programme.rate_nl_h > _TAKEN_NL_H:
            return ReplyResult.OUT_OF_RANGE
        if isinstance(programme, Bolus) and programme.volume_nl > _TAKEN_NL:
            return ReplyResult.OUT_OF_RANGE
        return super().refusal(programme)


@seeded(
    Defect(
        "G10b",
        "GET_LIMITS tells twice the rate and the bolus that are kept: what is beyond is refused",
        "The programmer offers doses of which the pump takes the half.",
        "ACC-001",
        effect="none directly",
        says=("refused", "OUT_OF_RANGE", "contradict each other"),
        plans=("test_plans/test_limits.py::test_rates_that_would_add_up_beyond_the_pump_are_refused",),
        source="GIP 6.1.x",
    )
)
class TellsMoreThanItTakes(ProgrammingLimits):
    """Offers what it refuses."""

    @property
    def limits(self) -> Limits:
        """Return twice the most that is taken."""
        own = super().limits
        return replace(own, max_rate_nl_h=2 * own.max_rate_nl_h, max_bolus_nl=2 * own.max_bolus_nl)
