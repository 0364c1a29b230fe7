"""Magnet, interference, and a pump that is left alone."""

from collections.abc import Sequence
from dataclasses import replace

from instruments.intrathecal_pump.messages import (
    Acknowledge,
    Command,
    Commit,
    FullStatus,
    Reply,
    StopDelivery,
)
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import Turns
from instruments.plant.line import NS_PER_H, Stroke
from qualification.defect import Defect, seeded

_FREE_UL_H = 300.0
_FREE_STROKE_UL = 0.5
_DISTURBED_NS = 90_000_000_000


@seeded(
    Defect(
        "L6",
        "liquid flows freely in a magnetic field, with the motor reported still",
        "In the MRI scanner both valves open, and the reservoir empties itself into the patient.",
        "IT-15",
        effect="300 µL/h for as long as the magnet is there",
        says=("made up", "delivered although", "books", "asks for", "flows"),
        plans=("test_plans/test_stall.py::test_a_stall_behind_a_silenced_warning_sounds",),
        source="Medfusion 2023; valve pump I",
    )
)
class FlowsFreely(BuiltInFirmware):
    """What the propellant presses out leaves the pump without its motor."""

    free_ul = 0.0

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Live up to a moment, with what flows freely."""
        since_ns = self._t_ns
        strokes = list(super().advance(to_ns, supply_v=supply_v, line_kpa=line_kpa))
        if not self.parts.mechanism.stuck:
            return strokes
        self.free_ul += _FREE_UL_H * (to_ns - since_ns) / NS_PER_H
        count = int(self.free_ul / _FREE_STROKE_UL)
        self.free_ul -= count * _FREE_STROKE_UL
        step_ns = (to_ns - since_ns) // max(1, count)
        free = [Stroke(since_ns + (number + 1) * step_ns, _FREE_STROKE_UL, 0) for number in range(count)]
        return sorted([*strokes, *free], key=lambda one: one.t_ns)


@seeded(
    Defect(
        "L7",
        "after a disturbed link in an alarm it waits until somebody acknowledges that",
        "Its battery is low, a reader at the door disturbs its link, and it stops until the next visit.",
        "IT-03",
        effect="−100 % until somebody acknowledges the alarm",
        says=("asks for", "flow error", "flow", "books", "edges"),
        plans=("test_plans/test_link.py::test_a_short_silence",),
        source="TGA",
    )
)
class WaitsForInterrogation(BuiltInFirmware):
    """Gives nothing once it was not heard for a minute and a half while an alarm was shown."""

    heard_ns: int | None = None
    waiting = False

    def heard(self, now_ns: int) -> None:
        """Notice that the link was disturbed."""
        shown = self.parts.alarms.shown(now_ns, delivering=self.parts.delivering)
        if self.heard_ns is not None and now_ns - self.heard_ns > _DISTURBED_NS and shown:
            self.waiting = True
        self.heard_ns = now_ns
        super().heard(now_ns)

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry out a command; some end the waiting."""
        self.waiting = self.waiting and not isinstance(command, Acknowledge | StopDelivery | Commit)
        return super().handle(command, now_ns)

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Live up to a moment; the motor waits."""
        strokes = super().advance(to_ns, supply_v=supply_v, line_kpa=line_kpa)
        return () if self.waiting else strokes


@seeded(
    Defect(
        "L8",
        "stopped for 48 h, and each status begins the time anew",
        "A pump that was left stopped by mistake, and is looked at each day, never says so.",
        "IT-06",
        effect="no dose; the alarm",
        says=("stopped_too_long",),
        plans=("test_plans/test_stall.py::test_two_days_behind_any_end_of_delivery_are_signalled",),
        source="Gillette",
    )
)
class AskedIsNotForgotten(CommandDesk):
    """Takes whoever asks for somebody who knows that it is stopped."""

    def full_status(self, now_ns: int) -> FullStatus:
        """Tell, and begin anew."""
        said = super().full_status(now_ns)
        self.parts.rest.delivered(now_ns)
        return said


@seeded(
    Defect(
        "L9",
        "a valve stays shut after the magnet, and the count goes on",
        "After the scan nothing reaches the patient, and the pump's books are full.",
        "IT-04",
        effect_percent=-100.0,
        effect="−100 % from the magnet on; the motor turns, the books count",
        says=("books", "edges", "flow"),
        plans=("test_plans/test_stall.py::test_a_stall_behind_a_silenced_warning_sounds",),
        source="IFU p. 14",
    )
)
class ValveStaysShut(Mechanism):
    """Once there was a magnet its strokes are empty."""

    shut = False

    def stick(self, *, stuck: bool) -> None:
        """Feel a magnet in the valve; the motor turns as ever."""
        super().stick(stuck=False)
        self.shut = self.shut or stuck

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Turn, and move nothing."""
        made = super().strokes(turns)
        return [replace(one, volume_ul=0.0) for one in made] if self.shut else made
