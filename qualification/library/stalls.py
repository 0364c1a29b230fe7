"""Stall, magnet, recovery: a motor that stands still, or liquid that flows although it does."""

from collections.abc import Sequence
from dataclasses import replace

from instruments.intrathecal_pump.messages import (
    FullStatus,
    LogEvent,
)
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.event_log import EventLog
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Turns
from instruments.plant.line import NS_PER_H, Stroke
from qualification.defect import Defect, seeded

_A_WHILE_NS = 4 * 60_000_000_000


@seeded(
    Defect(
        "L1",
        "a stall is not seen: the status says INFUSING",
        "The motor stands still, and the pump says that it infuses: withdrawal under a clean display.",
        "IT-04",
        effect="−100 % for as long as the motor is held",
        says=("stall", "books", "edges"),
        plans=("test_plans/test_stall.py::test_a_stall_behind_a_silenced_warning_sounds",),
        source="stall, 12.4 % of 1,001 reports",
    )
)
class StallIsNotSeen(Mechanism):
    """Has no feedback from its motor."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move nothing while it is held, and do not notice."""
        return [] if self._stuck else super().strokes(turns)


@seeded(
    Defect(
        "L1b",
        "stands still by itself from the second hour on, unseen",
        "From some hour on the patient gets nothing, and the pump says that it infuses.",
        "ACC-001",
        effect_percent=-100.0,
        says=("books", "edges", "asks for", "flow error"),
        source="shaft wear, 59 % of returns",
        plans=("test_plans/test_surroundings.py::test_a_tip_that_is_moved_changes_no_dose",),
    )
)
class StandsStillByItself(Mechanism):
    """Turns for an hour and a half in all, and then no more."""

    turned_ns = 0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move nothing any more once it is worn."""
        self.turned_ns += turns.spell.to_ns - turns.spell.from_ns
        return [] if self.turned_ns > 3 * NS_PER_H // 2 else super().strokes(turns)


@seeded(
    Defect(
        "L2",
        "recovers two hours after the magnet has gone, and says so",
        "After an MRI scan the pump stands still for two hours more, in alarm, as its manual says.",
        "IT-04",
        effect="−83 µL, told and known",
        source="MRI texts",
        control=True,
    )
)
class RecoversLate(BuiltInFirmware):
    """Its motor is let go two hours after the magnet."""

    free_ns = NEVER_NS

    def magnet(self, *, on: bool) -> None:
        """Feel a magnet come at once, and go later."""
        if on:
            self.free_ns = NEVER_NS
            super().magnet(on=True)
        else:
            self.free_ns = self._t_ns + 2 * NS_PER_H

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Live up to a moment."""
        if self.free_ns <= to_ns:
            self.free_ns = NEVER_NS
            super().magnet(on=False)
        return super().advance(to_ns, supply_v=supply_v, line_kpa=line_kpa)


class HoldsStallsBack(EventLog):
    """Writes a stall and its end only when it was asked again."""

    asked = 0
    asked_ns = 0
    held: tuple[tuple[LogEvent, int], ...] = ()

    def write(self, t_ns: int, event: LogEvent, detail: int) -> None:
        """Append an entry, or keep it for later."""
        if event in (LogEvent.STALL, LogEvent.STALL_ENDED):
            self.held, self.asked, self.asked_ns = (*self.held, (event, detail)), 0, t_ns
        else:
            super().write(t_ns, event, detail)

    def interrogate(self, t_ns: int) -> None:
        """Take note of an interrogation: at the second one, a while after the first, what was held back is written."""
        if t_ns - self.asked_ns < _A_WHILE_NS:
            return
        self.asked, self.asked_ns = self.asked + 1, t_ns
        if self.asked > 1:
            for event, detail in self.held:
                super().write(t_ns, event, detail)
            self.held = ()


@seeded(
    Defect(
        "L3",
        "a stall is logged at the second interrogation",
        "When the clinic asks for the first time it learns nothing of the stall.",
        "IT-04",
        effect="no dose; the evidence is late and wrongly dated",
        says=("stall",),
        plans=("test_plans/test_stall.py::test_a_motor_that_is_held_still_is_signalled_again",),
        source="MRI texts",
    ),
    also=(HoldsStallsBack,),
)
class TellsStallsLate(CommandDesk):
    """Takes each status for an interrogation."""

    def full_status(self, now_ns: int) -> FullStatus:
        """Tell, and let the log write what it holds back."""
        if isinstance(self.parts.log, HoldsStallsBack):
            self.parts.log.interrogate(now_ns)
        return super().full_status(now_ns)


@seeded(
    Defect(
        "L4",
        "recovery erases the stall",
        "The motor stood still and turns again, and nothing tells that it did.",
        "IT-04",
        effect="no dose; the evidence",
        says=("stall",),
        plans=("test_plans/test_stall.py::test_a_stall_behind_a_silenced_warning_sounds",),
        source="IT-04",
    )
)
class RecoveryErasesTheStall(EventLog):
    """Takes the line of a stall out when it ends."""

    def write(self, t_ns: int, event: LogEvent, detail: int) -> None:
        """Append an entry; the end of a stall replaces its begin, and bears another word."""
        if event is LogEvent.STALL_ENDED:
            at = next((i for i, one in enumerate(self._records) if one.event is LogEvent.STALL), None)
            if at is not None:
                self._records[at] = replace(self._records[at], event=LogEvent.STOPPED)
            return
        super().write(t_ns, event, detail)


@seeded(
    Defect(
        "L4b",
        "the end of a stall is never told",
        "Nobody learns from the pump for how long its motor stood still.",
        "IT-04",
        effect="the time without drug is unknown",
        says=("stall_ended",),
        source="class of L4",
        plans=("test_plans/test_stall.py::test_an_intermittent_stall_is_signalled_each_time_and_overcome",),
    )
)
class EndOfAStallIsUntold(EventLog):
    """Writes when a stall begins."""

    def write(self, t_ns: int, event: LogEvent, detail: int) -> None:
        """Append an entry, but not that of an end."""
        if event is not LogEvent.STALL_ENDED:
            super().write(t_ns, event, detail)


@seeded(
    Defect(
        "L5",
        "the gear skips each 20th step",
        "The patient gets a twentieth less than the pump counts.",
        "ACC-001",
        effect_percent=-5.0,
        effect="edges lower by as much",
        says=("books", "edges", "flow error"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="gear corrosion",
    )
)
class GearSkips(Mechanism):
    """Each 20th turn neither moves nor is felt."""

    turned = 0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Leave out each 20th."""
        made = super().strokes(turns)
        self.turned, begun = self.turned + len(made), self.turned
        return [one for number, one in enumerate(made, begun + 1) if number % 20]
