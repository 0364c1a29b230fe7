"""Time base and schedule, continued: what waits for the link, for midnight, or for the full hour."""

from instruments.intrathecal_pump.messages import Command, Reply
from instruments.intrathecal_pump.programme import Infusion, Ramp
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import RampSteps, Steps
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.plant.line import NS_PER_H
from qualification.defect import Defect, seeded

_MS_PER_DAY = 86_400_000


class ScheduleHears(CommandDesk):
    """Goes with a schedule that only advances when the link is heard: tells it."""

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Let the schedule hear, and carry out a command."""
        if isinstance(self.parts.schedule, AdvancesWhenHeard):
            self.parts.schedule.heard_ns = now_ns
        return super().handle(command, now_ns)


@seeded(
    Defect(
        "C7",
        "the schedule advances only when the link is heard",
        "Away from the programmer the patient stays at the dose of the hour in which the clinic was left.",
        "IT-20",
        effect="each step late by the silence",
        says=("nobody", "alone", "programme asks for"),
        plans=("test_plans/test_flex.py::test_a_pump_that_nobody_speaks_to_keeps_its_hours",),
        source="GIP 5.x",
    ),
    also=(ScheduleHears,),
)
class AdvancesWhenHeard(InfusionSchedule):
    """What it asks for is what it asked for when a command last came."""

    heard_ns = 0

    def rate_nl_h(self, t_ns: int) -> int:
        """Ask for the step of the last command."""
        return super().rate_nl_h(min(t_ns, self.heard_ns))

    def changes_ns(self, t_ns: int) -> int:
        """Never change by itself."""
        del t_ns
        return NEVER_NS


class RampUntilMidnight(RampSteps):
    """A ramp that is over at midnight."""

    def __init__(self, ramp: Ramp, t_ns: int, midnight_ns: int) -> None:
        super().__init__(ramp, t_ns)
        self._midnight_ns = midnight_ns

    def rate_nl_h(self, t_ns: int) -> int:
        """Return the last rate from midnight on."""
        return super().rate_nl_h(t_ns) if t_ns < self._midnight_ns else self._ramp.to_nl_h

    def changes_ns(self, t_ns: int) -> int:
        """Return when the next minute begins, or midnight."""
        change_ns = super().changes_ns(t_ns)
        return min(change_ns, self._midnight_ns) if t_ns < self._midnight_ns else change_ns


@seeded(
    Defect(
        "C8",
        "a ramp ends at midnight, not after its time",
        "A dose that was to be raised gently through the night is at its full height at midnight.",
        "IT-20",
        effect="the rest of the ramp is missing",
        says=("ramp", "programme asks for"),
        plans=("test_plans/test_programme_change.py::test_a_ramp",),
        source="600SeriesUploader #217",
    )
)
class RampEndsAtMidnight(InfusionSchedule):
    """What has a time forgets it with the day."""

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """End a ramp at the pump's next midnight."""
        if not isinstance(programme, Ramp):
            return super().steps_of(programme, t_ns)
        midnight_ms = (self.clock.read_ms(t_ns) // _MS_PER_DAY + 1) * _MS_PER_DAY
        return RampUntilMidnight(programme, t_ns, self.clock.first_ns(midnight_ms, t_ns))


@seeded(
    Defect(
        "C9",
        "the delivery of an hour is given at its beginning",
        "The patient gets an hour's drug within a moment, and then nothing for an hour.",
        "1.2.1",
        effect="mean 0; an hour's dose at once",
        says=("programme asks for", "start-up"),
        plans=("test_plans/test_basal.py::test_an_infusion_starts_up_in_time",),
        source="MedtrumKit #77",
    )
)
class GivesTheHourAtOnce(StrokePlanner):
    """Makes the strokes of an hour when it begins, and none of those that fall due later."""

    hour, ahead = -1, 0

    def run(self, spell: Spell) -> list[int]:
        """Make what is wanted in this hour at its beginning."""
        due = super().run(spell)
        made: list[int] = []
        if spell.rate_nl_h and spell.from_ns // NS_PER_H != self.hour:
            self.hour = spell.from_ns // NS_PER_H
            count = max(0, spell.rate_nl_h * NS_PER_H // self._stroke - self.ahead)
            self.ahead += count
            made = [spell.from_ns] * count
        kept = due[self.ahead :]
        self.ahead -= len(due) - len(kept)
        return made + kept
