"""Defects that show where an order meets what happens about it: soon behind another, at the button, in a power cut."""

from instruments.intrathecal_pump.codes import Alarm
from instruments.intrathecal_pump.messages import Reply
from instruments.intrathecal_pump.programme import Infusion, SquareBolus
from instruments.intrathecal_pump.simulated.alarms import Alarms
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import Steps
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import Turns
from instruments.plant.line import NS_PER_H, Stroke
from qualification.defect import Defect, seeded

_TOO_SOON_NS = NS_PER_H // 30


@seeded(
    Defect(
        "W6",
        "what STOP had ended begins again behind a power cut",
        "The pump was stopped for the patient's breath; the battery's contact fails for once, and it infuses again.",
        "IT-08",
        effect="the whole former rate behind a cut of a pump that was stopped, without an alarm",
        says=("volume", "stop", "programme"),
        plans=("test_plans/test_stays_stopped.py::test_what_was_stopped_does_not_begin_again_behind_a_power_cut",),
        source="class of a memory that STOP does not reach",
    )
)
class TakesUpWhatWasStopped(InfusionSchedule):
    """Begins what its memory holds, and STOP ends only what runs."""

    held: Infusion | None = None
    takes_up = False

    def begin(self, programme: Infusion, t_ns: int) -> None:
        """Begin, and put it down."""
        super().begin(programme, t_ns)
        self.held = programme

    def power_lost(self) -> None:
        """Lose what runs; what was stopped is still put down."""
        self.takes_up = not self.running
        super().power_lost()

    def booted(self, t_ns: int) -> None:
        """Come up, and begin."""
        super().booted(t_ns)
        if self.takes_up and self.held is not None:
            self.begin(self.held, t_ns)
        self.takes_up = False


@seeded(
    Defect(
        "W7",
        "an infusion that is ordered within two minutes of another is told, and not taken",
        "The nurse corrects her slip at once; the pump shows the right rate, and goes on with the wrong one.",
        "IT-01",
        effect="the first of two orders is delivered, until another comes",
        says=("programme", "volume"),
        plans=("test_plans/test_pairs.py::test_of_two_orders_the_later_holds_however_soon_it_comes",),
        source="class of a key that is kept from bouncing",
    )
)
class TakesTheSecondForBouncing(InfusionSchedule):
    """Shows what was ordered last, and steps by what was ordered first."""

    begun_ns = -NS_PER_H
    shown: Steps | None = None

    def begin(self, programme: Infusion, t_ns: int) -> None:
        """Begin, or seem to."""
        under_way, soon = self._steps, t_ns - self.begun_ns < _TOO_SOON_NS
        super().begin(programme, t_ns)
        self.shown = None
        if soon and under_way is not None:
            self.shown, self._steps = self._steps, under_way
        else:
            self.begun_ns = t_ns

    def programmed_nl_h(self, t_ns: int) -> int:
        """Return what was ordered."""
        return super().programmed_nl_h(t_ns) if self.shown is None else self.shown.rate_nl_h(t_ns)

    def _end(self) -> None:
        super()._end()
        self.shown = None


@seeded(
    Defect(
        "W8",
        "a bolus that the patient's button asks for leaves neither lockout nor count",
        "At the programmer the lockout was tried and held; at home the patient gets a dose as often as she presses.",
        "IT-13",
        effect="as many boluses as the button is pressed",
        says=("lockout", "24 h", "request"),
        plans=("test_plans/test_patient_bolus.py::test_the_button_and_the_programmer_ask_for_the_same",),
        source="class of two ways in, and one of them guarded",
    )
)
class ButtonIsNotCounted(BuiltInFirmware):
    """Counts what comes over the link."""

    def press_button(self) -> None:
        """Give what is asked for, and forget it."""
        patient = self.parts.patient
        starts = patient.kept()["starts"]
        super().press_button()
        patient.restore({**patient.kept(), "starts": starts}, 0)


@seeded(
    Defect(
        "W9",
        "a pump that warns of its reservoir does not notice that nobody is heard any more",
        "The refill is due, and the pump that should stop when its programmer falls silent infuses on alone.",
        "IT-03",
        effect="no end and no alarm for a lost link while the low mark is passed",
        says=("link", "silen"),
        plans=("test_plans/test_in_a_warning.py::test_a_lost_link_and_a_stall_are_noticed_in_a_warning",),
        source="class of one warning that hides another",
    )
)
class OneWarningAtATime(Alarms):
    """Looks no further when one thing is wrong."""

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what is wrong, up to the first."""
        found = super().causes(t_ns, delivering=delivering)
        return found & ~Alarm.LINK_LOST if Alarm.RESERVOIR_LOW in found else found


@seeded(
    Defect(
        "W10",
        "a STOP behind the end of a trial ends the session too: the next order runs without its bound",
        "The trial's dose was given; the nurse silences the pump and starts it again, and it runs through the night.",
        "IT-12",
        effect="delivery beyond the trial's dose and time, with no bound",
        says=("trial",),
        plans=("test_plans/test_stays_stopped.py::test_a_trial_that_is_over_stays_over_whatever_comes",),
        source="class of an acknowledgement that clears the cause",
    )
)
class StopForgetsTheTrial(CommandDesk):
    """Clears what has ended delivery with its alarm."""

    def stop(self, now_ns: int) -> Reply:
        """Stop, and clear what is over."""
        if self.parts.trial.over(now_ns):
            self.parts.trial.begin(now_ns, 0, 0)
        return super().stop(now_ns)


@seeded(
    Defect(
        "W11",
        "a square bolus that is to take as long as the one before it has that one's volume",
        "The dose of the evening is halved and ordered over the same hour as before: the whole dose comes.",
        "1.4.7",
        effect="the former volume, in the right time; with another time all is right",
        says=("square", "volume", "programme"),
        plans=("test_plans/test_pairs.py::test_an_order_like_the_one_before_is_carried_out_by_its_own_numbers[square",),
        source="class of a number that is reckoned anew when another one changes",
    )
)
class SameTimeSameVolume(BolusEngine):
    """Reckons its rate anew when the time has changed."""

    former: SquareBolus | None = None

    def begin_square(self, square: SquareBolus) -> None:
        """Begin what was ordered, by the rate of the one before where it takes as long."""
        if self.former is None or self.former.seconds != square.seconds:
            self.former = square
        super().begin_square(self.former)


@seeded(
    Defect(
        "W14",
        "a second power cut wipes out that a delivery ended with the first",
        "The battery's contact failed twice in the night; in the morning the pump stands still, and no alarm says so.",
        "IT-08",
        effect="no dose and no alarm, behind a cut of a pump that already told of one",
        says=("reset", "no more"),
        plans=("test_plans/test_power.py::test_that_a_dose_was_cut_off_is_told_until_somebody_orders",),
        source="class of a mark that is written when it comes up and kept in no memory",
    )
)
class SecondCutWipesTheReset(Alarms):
    """Keeps in mind what was under way, and nothing was the second time."""

    def power_lost(self) -> None:
        """Forget besides what the last cut had ended."""
        super().power_lost()
        self._reset = False


@seeded(
    Defect(
        "W15",
        "a stop leaves the order that was staged: its commit, held up on the way, sets the pump in motion",
        "The nurse's tablet lost the pump in the middle of an order, she stops it; a minute later it infuses.",
        "IT-03",
        effect="the order that was broken off, behind a stop",
        says=("made up", "volume", "stop"),
        plans=("test_plans/test_link.py::test_an_order_that_comes_late_moves_nothing_that_was_stopped",),
        source="class of a message that was overtaken",
    )
)
class StopLeavesTheTray(CommandDesk):
    """Ends what runs."""

    def stop(self, now_ns: int) -> Reply:
        """Stop; what was laid down for later is laid down still."""
        staged = self.parts.staging.staged
        told = super().stop(now_ns)
        if staged is not None:
            self.parts.staging.stage(staged)
        return told


@seeded(
    Defect(
        "W16",
        "a motor that is held while a bolus is given alone is not noticed",
        "The nurse gives a bolus to a pump that rests, in a magnet's field; nothing comes, and nothing says so.",
        "1.4.11",
        effect="no bolus and no alarm, where nothing is infused beside it",
        says=("stall", "volume", "books"),
        plans=("test_plans/test_without_infusion.py::test_what_is_given_without_an_infusion_ends_as_any",),
        source="class of a watch that is set with the infusion",
    )
)
class FeelsNoStallAlone(Mechanism):
    """Listens to its motor while it infuses."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Turn the motor; nothing is felt beside a bolus alone."""
        felt = self._stalled
        made = super().strokes(turns)
        if not turns.spell.basal_nl_h:
            self._stalled = felt
        return made
