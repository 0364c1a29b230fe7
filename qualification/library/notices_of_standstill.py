"""Field notices, re-enacted: what happened, when it set in, and what the pump said meanwhile (R9 to R16)."""

from collections.abc import Sequence
from dataclasses import replace

from instruments.intrathecal_pump.messages import Reply
from instruments.intrathecal_pump.programme import Infusion, Programme
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Turns
from instruments.plant.line import NS_PER_H, Stroke
from qualification.defect import Defect, seeded
from qualification.library.over_time import FlowsByItself, Lives

_BACKWARDS_UL_H = 40.0
_OPEN_UL_H = 1_500.0
_OFF_NL = 3_000_000
_JUMPS_BEHIND_NL = 300_000


@seeded(
    Defect(
        "R9",
        "the motor stalls in the second hour, and says so",
        "The shaft is worn and the motor stands still; the pump raises its alarm and stops.",
        "ACC-001",
        effect_percent=-100.0,
        effect="−100 % from then on, with a critical alarm and an entry in the log",
        says=("stall",),
        source="motor stall, shaft wear 59 % of returns",
        plans=("test_plans/test_surroundings.py::test_a_tip_that_is_moved_changes_no_dose",),
    )
)
class MotorStalls(Lives):
    """Sticks, and tells."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Stick after an hour and a half."""
        if self.hours > 1.5:
            self.stick(stuck=True)
        return super().strokes(turns)


@seeded(
    Defect(
        "R10",
        "after an MRI scan it says that it turns again, three hours before it does",
        "After the scan the pump infuses by its display, and gives nothing for hours.",
        "IT-04",
        effect_percent=-100.0,
        effect="−100 % for three hours from the end of the magnet on, counted as given",
        says=("books", "edges", "asks for", "flow"),
        source="late recovery after MRI",
        plans=("test_plans/test_stall.py::test_an_intermittent_stall_is_signalled_each_time_and_overcome",),
    )
)
class TurnsAgainByItsWord(Mechanism):
    """Told to be free it counts, and stands still."""

    free = False
    begun_ns: int | None = None

    def stick(self, *, stuck: bool) -> None:
        """Feel a magnet come or go."""
        self.free, self.begun_ns = self._stuck and not stuck, None
        super().stick(stuck=stuck)

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move nothing for three hours behind a magnet."""
        made = super().strokes(turns)
        if not self.free:
            return made
        self.begun_ns = turns.spell.from_ns if self.begun_ns is None else self.begun_ns
        return [one for one in made if one.t_ns - self.begun_ns > 3 * NS_PER_H]


class WaitsForItsCommit(InfusionSchedule):
    """Rests while a change is laid down."""

    rests = False

    def begin(self, programme: Infusion, t_ns: int) -> None:
        """Begin, and rest no more."""
        self.rests = False
        super().begin(programme, t_ns)

    def rate_nl_h(self, t_ns: int) -> int:
        """Return nothing while it rests."""
        return 0 if self.rests else super().rate_nl_h(t_ns)


@seeded(
    Defect(
        "R11",
        "an update that was interrupted leaves a silent pump",
        "The programmer fails half-way; the pump shows the former therapy, and gives nothing.",
        "IT-03",
        effect_percent=-100.0,
        effect="−100 % from the update on, until a programme is committed; the status shows the former rate",
        says=("flow of the former therapy", "asks for", "edges"),
        plans=("test_plans/test_link.py::test_a_link_that_is_lost_ends_whatever_is_under_way",),
        source="update interrupted",
    ),
    also=(WaitsForItsCommit,),
)
class RestsForAnUpdate(CommandDesk):
    """Lets the infusion rest as soon as a change is laid down."""

    def stage(self, programme: Programme) -> Reply:
        """Lay a programme down, and rest."""
        schedule = self.parts.schedule
        if isinstance(schedule, WaitsForItsCommit) and schedule.running:
            schedule.rests = True
        return super().stage(programme)


@seeded(
    Defect(
        "R12",
        "waits for interrogation after interference, for good",
        "A door at the airport disturbs the link; the pump stops, silent, until the next visit.",
        "IT-03",
        effect_percent=-100.0,
        effect="−100 % from ten minutes behind the disturbance on, until STOP or a new programme; no alarm",
        says=("asks for", "flow", "edges", "infusing"),
        plans=("test_plans/test_link.py::test_a_short_silence",),
        source="waiting for interrogation after interference",
    )
)
class WaitsForGood(BuiltInFirmware):
    """Gives nothing once it was not heard for a minute and a half; its status and its books go on."""

    heard_ns: int | None = None
    waits_from_ns = NEVER_NS

    def heard(self, now_ns: int) -> None:
        """Notice a silence."""
        if self.heard_ns is not None and now_ns - self.heard_ns > NS_PER_H // 40 and self.parts.delivering:
            self.waits_from_ns = min(self.waits_from_ns, now_ns + NS_PER_H // 6)
        self.heard_ns = now_ns
        super().heard(now_ns)

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Live up to a moment."""
        strokes = super().advance(to_ns, supply_v=supply_v, line_kpa=line_kpa)
        if not self.parts.delivering:
            self.waits_from_ns = NEVER_NS
        return [one for one in strokes if one.t_ns < self.waits_from_ns]


@seeded(
    Defect(
        "R13",
        "a magnet turns the rotor backwards",
        "In the scanner the pump sucks spinal fluid into itself, and counts nothing.",
        "IT-15",
        effect="−40 µL/h for as long as the magnet is there",
        says=("backwards", "made up", "asks for", "edges", "books", "reverse"),
        plans=("test_plans/test_stall.py::test_a_stall_behind_a_silenced_warning_sounds",),
        source="rotor turned backwards",
    )
)
class TurnsBackwards(FlowsByItself):
    """Flows backwards while a magnet holds the motor."""

    def flows_ul_h(self, line_kpa: float) -> float:
        """Return the flow by the magnet."""
        return -_BACKWARDS_UL_H if self.parts.mechanism.stuck else super().flows_ul_h(line_kpa)


@seeded(
    Defect(
        "R14",
        "valves open in a magnetic field",
        "In the scanner the reservoir empties itself: a day's dose within the hour, and it says that it stands still.",
        "IT-15",
        effect="1500 µL/h for as long as the magnet is there, counted by nothing",
        says=("made up", "asks for", "books", "edges", "flows"),
        plans=("test_plans/test_stall.py::test_a_stall_behind_a_silenced_warning_sounds",),
        source="valves open in a magnetic field",
    )
)
class ValvesOpen(FlowsByItself):
    """Flows while there is a magnet."""

    def flows_ul_h(self, line_kpa: float) -> float:
        """Return the flow through open valves."""
        return _OPEN_UL_H if self.parts.mechanism.stuck else super().flows_ul_h(line_kpa)


@seeded(
    Defect(
        "R15",
        "a valve stays shut for a day behind a magnet",
        "After the scan nothing comes for a day; the motor turns, and the books are full.",
        "IT-04",
        effect_percent=-100.0,
        effect="−100 % for a day from the end of the magnet on",
        says=("books", "edges", "flow"),
        source="valve stays shut",
        plans=("test_plans/test_stall.py::test_an_intermittent_stall_is_signalled_each_time_and_overcome",),
    )
)
class ValveShutForADay(Mechanism):
    """Gives nothing for a day once there was a magnet."""

    shut = False
    shut_since_ns: int | None = None

    def stick(self, *, stuck: bool) -> None:
        """Feel a magnet come or go."""
        self.shut, self.shut_since_ns = self.shut or stuck, None
        super().stick(stuck=stuck)

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Turn, and move nothing for a day."""
        made = super().strokes(turns)
        if not self.shut or not made:
            return made
        self.shut_since_ns = made[0].t_ns if self.shut_since_ns is None else self.shut_since_ns
        self.shut = made[-1].t_ns - self.shut_since_ns < 24 * NS_PER_H
        return [replace(one, volume_ul=0.0) for one in made]


@seeded(
    Defect(
        "R16",
        "the level of the reservoir jumps by 3 mL behind a refill",
        "The pump believes in three millilitres that are not there, and runs dry before it warns.",
        "1.5.5",
        effect="the low-reservoir alarm late by 3 mL, three days at 1 mL/day",
        says=("reservoir",),
        plans=("test_plans/test_reservoir.py::test_a_bolus_that_takes_the_reservoir_to_its_mark_warns",),
        source="level sensor, MedStream",
    )
)
class LevelIsOff(Books):
    """Its sensor is off by 3 mL once some was delivered behind a refill."""

    refilled_to_nl: int | None = None

    def book_refill(self, content_nl: int) -> None:
        """Enter a refill."""
        super().book_refill(content_nl)
        self.refilled_to_nl = content_nl

    def book(self, turns: Turns) -> None:
        """Enter strokes; once 300 µL were delivered behind the refill the sensor jumps."""
        super().book(turns)
        if self.refilled_to_nl is not None and self._reservoir_nl < self.refilled_to_nl - _JUMPS_BEHIND_NL:
            self.refilled_to_nl = None
            self._reservoir_nl += _OFF_NL
