"""What shows only where two things meet: a bolus and a step, a bolus and a mark, many boluses and a memory, silence."""

from collections.abc import Sequence
from dataclasses import replace

from instruments.intrathecal_pump.messages import Alarm, Command, LogEvent, Refilled, Reply
from instruments.intrathecal_pump.programme import FlexInfusion
from instruments.intrathecal_pump.simulated.alarms import Alarms
from instruments.intrathecal_pump.simulated.assembly import Parts
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.patient import PatientControl
from instruments.intrathecal_pump.simulated.spell import Spell
from instruments.plant.line import NS_PER_H, Stroke
from qualification.defect import Defect, seeded

_UNHEARD_NS = NS_PER_H // 5
_SLOW_SHARE = 0.9
_MOST_SPELLS = 16


@seeded(
    Defect(
        "U1",
        "a step of the day's pattern ends the bolus that is under way",
        "A bolus given shortly before the night step is broken off, and nobody is told.",
        "1.4.4",
        effect="− the rest of the bolus, at each step",
        says=("bolus", "asks for"),
        plans=("test_plans/test_flex.py::test_a_step_of_the_day_and_a_bolus_leave_each_other_alone",),
        source="class of D7",
    )
)
class AStepEndsTheBolus(BuiltInFirmware):
    """Loads the motor's register anew at each step."""

    def _deliver(self, spell: Spell, volts: float, line_kpa: float) -> list[Stroke]:
        """Deliver, and end a bolus where another step begins."""
        made = super()._deliver(spell, volts, line_kpa)
        schedule, bolus = self.parts.schedule, self.parts.bolus
        flex = isinstance(schedule.programme, FlexInfusion)
        if flex and bolus.single_under_way and schedule.rate_nl_h(self._t_ns) != spell.basal_nl_h:
            self._write(LogEvent.BOLUS_ENDED, bolus.halt())
        return made


class OverlooksTheMark(Alarms):
    """Sees the low mark when it is passed, and not while a bolus is given."""

    bolus: BolusEngine | None = None
    was_low = False
    overlooked = False

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what is wrong, without a mark that was overlooked."""
        found = super().causes(t_ns, delivering=delivering)
        low = Alarm.RESERVOIR_LOW in found
        if low and not self.was_low:
            self.overlooked = self.bolus is not None and self.bolus.single_under_way
        self.was_low = low
        return found & ~Alarm.RESERVOIR_LOW if self.overlooked else found


@seeded(
    Defect(
        "U2",
        "a reservoir that becomes low while a bolus is given never warns",
        "The patient learns of the empty pump from the withdrawal.",
        "1.5.5",
        effect="low-reservoir alarm never, where a bolus passes the mark",
        says=("reservoir_low", "low reservoir"),
        plans=("test_plans/test_reservoir.py::test_a_bolus_that_takes_the_reservoir_to_its_mark_warns",),
        source="class of K8",
    ),
    also=(OverlooksTheMark,),
)
class LooksAway(CommandDesk):
    """Lets the alarms know of the bolus."""

    def __init__(self, parts: Parts, *, serial: str) -> None:
        super().__init__(parts, serial=serial)
        if isinstance(parts.alarms, OverlooksTheMark):
            parts.alarms.bolus = parts.bolus


@seeded(
    Defect(
        "U3",
        "the window of the largest dose remembers sixteen changes of the rate",
        "With many small boluses the limit forgets the first ones: more is given than was allowed.",
        "IT-12",
        effect="+ whatever was given before the last eight boluses",
        says=("most in", "105"),
        plans=("test_plans/test_dose_bounds.py::test_a_sliding_window_forgets_none_of_many_small_boluses",),
        source="class of E2",
    )
)
class SixteenSpells(DoseLimit):
    """A memory that is too small for a day of small boluses."""

    def run(self, spell: Spell) -> None:
        """Add a spell, and lose the oldest."""
        super().run(spell)
        while len(self._spells) > _MOST_SPELLS:
            self._spells.popleft()


@seeded(
    Defect(
        "U4",
        "after twelve minutes without a frame the motor runs 10 % slow, until it is heard again",
        "At home, where nobody asks the pump anything, the patient gets a tenth less than in the clinic.",
        "IT-19",
        effect="−10 % while nobody speaks to the pump, with full books",
        says=("asks for", "books", "volume"),
        plans=("test_plans/test_flex.py::test_a_pump_that_nobody_speaks_to_keeps_its_hours",),
        source="class of C7",
    )
)
class SlowWhenAlone(BuiltInFirmware):
    """Saves current when nobody looks."""

    heard_ns = 0

    def heard(self, now_ns: int) -> None:
        """Take note of when somebody spoke."""
        super().heard(now_ns)
        self.heard_ns = now_ns

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Move less with each stroke when that was long ago."""
        made = super().advance(to_ns, supply_v=supply_v, line_kpa=line_kpa)
        slow_ns = self.heard_ns + _UNHEARD_NS
        return [replace(one, volume_ul=_SLOW_SHARE * one.volume_ul) if one.t_ns > slow_ns else one for one in made]


class ForgetsWhenTold(PatientControl):
    """Can be told that nothing was given yet."""

    def forget(self) -> None:
        """Begin lockout and allotment anew."""
        self._starts_ns.clear()


@seeded(
    Defect(
        "U5",
        "a refill forgets the patient's last boluses",
        "In the hour behind a refill the patient can ask again at once: lockout and allotment begin anew.",
        "IT-13",
        effect="a bolus more than allotted, and no lockout, behind each refill",
        says=("lockout", "patient", "allot", "most in"),
        plans=("test_plans/test_patient_bolus.py::test_what_a_patient_had_outlives_stop_power_and_a_new_permission",),
        source="class of counts that are cleared with others",
    ),
    also=(ForgetsWhenTold,),
)
class RefillOpensTheLockout(CommandDesk):
    """Clears more than the reservoir's count."""

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry out a command, and forget with a refill."""
        reply = super().handle(command, now_ns)
        patient = self.parts.patient
        if isinstance(command, Refilled) and isinstance(patient, ForgetsWhenTold):
            patient.forget()
        return reply


class ForgetsItsWindow(DoseLimit):
    """Can be told that nothing was given yet."""

    def forget(self) -> None:
        """Have all windows empty."""
        self._spells.clear()


@seeded(
    Defect(
        "U6",
        "who acknowledges the dose-limit alarm has the whole dose before him again",
        "Two keys of the programmer, and the largest dose is given a second time.",
        "IT-12",
        effect="up to twice the largest dose in a window",
        says=("most in", "dose", "window"),
        plans=("test_plans/test_dose_bounds.py::test_a_dose_limit_that_was_acknowledged_still_holds",),
        source="class of alarms that are cleared with their cause",
    ),
    also=(ForgetsItsWindow,),
)
class AcknowledgedIsForgotten(Alarms):
    """Takes the window back with the alarm."""

    def acknowledge(self) -> None:
        """Forget what is latched, and what it was latched for."""
        if Alarm.DOSE_LIMIT in self.latched and isinstance(self._dose_limit, ForgetsItsWindow):
            self._dose_limit.forget()
        super().acknowledge()
