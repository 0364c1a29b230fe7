"""What the pump tells is left of what is under way, told wrongly; and a bound that does not bound what is under way."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import PatientTerms
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.patient import PatientControl
from instruments.intrathecal_pump.simulated.spell import Spell
from instruments.intrathecal_pump.simulated.trial import TrialSession
from qualification.defect import Defect, seeded

_LOOKS = "test_plans/test_outlook.py::test_what_is_left_of_all_that_is_under_way_is_told"


@seeded(
    Defect(
        "X6",
        "what is left of a bolus is told as its whole volume until it ends",
        "The nurse sees nothing of a slow bolus given, takes it for failed, and orders another.",
        "IT-21",
        effect="bolus left: the volume ordered instead of what is still to come",
        says=("left",),
        plans=(_LOOKS,),
        source="class of a status that is not what is done",
    )
)
class TellsTheWholeBolus(BolusEngine):
    """Tells what was ordered."""

    @property
    def left_nl(self) -> int:
        """Return the volume of the single bolus, whatever was given of it."""
        return super().left_nl if self._bolus is None else self._bolus.volume_nl


@seeded(
    Defect(
        "X7",
        "the patient is told that she may ask again while she is locked out",
        "Her controller says that a bolus may be had; she asks and is refused, again and again, and trusts neither.",
        "IT-21",
        effect="lockout left: 0 as soon as the bolus is over",
        says=("left", "lockout"),
        plans=(_LOOKS,),
        source="class of a status that is not what is done",
    )
)
class TellsNoLockout(PatientControl):
    """Tells nothing of the lockout behind a minute."""

    def told(self, t_ns: int) -> PatientTerms:
        """Return the terms without what is left of the lockout."""
        return replace(super().told(t_ns), lockout_left_s=0)


@seeded(
    Defect(
        "X8",
        "the dose in the limit's window is told for the last hour, whatever its length",
        "The doctor sees that little of the day's dose is used, and orders a bolus that the limit will not allow.",
        "IT-21",
        effect="in the window: what the last hour held; the limit itself is kept",
        says=("window",),
        plans=(_LOOKS,),
        source="class of a status that is not what is done",
    )
)
class TellsTheLastHour(DoseLimit):
    """Tells one window for the other."""

    def in_window_nl(self, t_ns: int) -> int:
        """Return what was given in the last hour."""
        return self.in_last_hour_nl(t_ns)


@seeded(
    Defect(
        "X9",
        "a trial that is set while something is delivered does not bound that",
        "The patient is kept on her infusion for a trial of 150 µL; it goes on through the night.",
        "IT-12",
        effect="all that goes on without a pause from before the trial's begin, beyond its dose and its time",
        says=("trial",),
        plans=("test_plans/test_bounds_in_mid_delivery.py::test_a_trial_that_begins_in_mid_delivery_bounds",),
        source="class of a bound that is looked at when something is ordered",
    )
)
class BoundsWhatBeginsLater(TrialSession):
    """Looks at the trial from the next pause on."""

    delivered_ns = 0
    asleep = False

    def begin(self, t_ns: int, total_nl: int, seconds: int) -> None:
        """Begin a session, which sleeps while what is delivered goes on."""
        super().begin(t_ns, total_nl, seconds)
        self.asleep = self.delivered_ns == t_ns and total_nl > 0

    def run(self, spell: Spell) -> None:
        """Count a spell, but not what has gone on from before."""
        self.asleep = self.asleep and spell.from_ns == self.delivered_ns
        self.delivered_ns = spell.to_ns
        if not self.asleep:
            super().run(spell)

    def over(self, t_ns: int) -> bool:
        """Tell whether nothing may be delivered any more."""
        return not self.asleep and super().over(t_ns)
