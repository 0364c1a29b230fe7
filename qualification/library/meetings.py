"""Defects that show where an order meets what happens about it: soon behind another, at the button, in a power cut."""

from instruments.intrathecal_pump.programme import Infusion
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import Steps
from instruments.plant.line import NS_PER_H
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
