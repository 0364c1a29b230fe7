"""Patient boluses and what bounds the dose: lockouts that open early, sums that leave something out."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import Command, Reply, RequestBolus
from instruments.intrathecal_pump.programme import Bolus, PatientBoluses, Programme
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.patient import PatientControl
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.intrathecal_pump.simulated.trial import TrialSession
from instruments.plant.line import NS_PER_H
from qualification.defect import Defect, seeded

_NS_PER_MS = 1_000_000


@seeded(
    Defect(
        "E1",
        "the lockout counts from the end of the bolus, not from its start",
        "The patient is refused although the hour has passed, and gets fewer doses than were meant.",
        "IT-13",
        effect="one dose a day fewer",
        says=("lockout",),
        plans=("test_plans/test_patient_bolus.py::test_a_lockout_is_over_in_its_minute",),
        source="CADD-MS 3 manual",
    )
)
class LockoutFromTheEnd(PatientControl):
    """Adds the bolus's own time to the lockout."""

    def lockout_left_ns(self, t_ns: int) -> int:
        """Return what is left of a lockout that began when the bolus ended."""
        bolus = self.bolus
        took_ns = bolus.volume_nl * NS_PER_H // bolus.rate_nl_h if bolus is not None and self._starts_ns else 0
        return super().lockout_left_ns(t_ns - took_ns)


class TellsOfTheClock(CommandDesk):
    """Goes with a lockout by the calendar: tells it when the clock is set, and by how much."""

    def set_clock(self, clock_ms: int, now_ns: int) -> Reply:
        """Set the clock."""
        change_ns = (clock_ms - self.parts.clock.read_ms(now_ns)) * _NS_PER_MS
        if isinstance(self.parts.patient, LockoutByTheCalendar):
            self.parts.patient.clock_moved(change_ns)
        return super().set_clock(clock_ms, now_ns)


@seeded(
    Defect(
        "E2",
        "the lockout goes by the wall clock: setting the clock unlocks",
        "Summer time begins, or somebody corrects the clock, and the patient can have the next bolus at once.",
        "IT-13",
        effect="+1 bolus for each time that the clock is set",
        says=("lockout", "granted", "refused", "log tells"),
        plans=("test_plans/test_patient_bolus.py::test_setting_the_calendar_does_not_shorten_the_lockout",),
        source="AAPS #449 class",
    ),
    also=(TellsOfTheClock,),
)
class LockoutByTheCalendar(PatientControl):
    """The starts of boluses are remembered by the clock's time."""

    def clock_moved(self, change_ns: int) -> None:
        """Have begun each bolus so much earlier."""
        for place in range(len(self._starts_ns)):
            self._starts_ns[place] -= change_ns


@seeded(
    Defect(
        "E3a",
        "the count of patient boluses is lost with the power",
        "After a reset the patient can have a whole day's boluses once more.",
        "IT-12",
        effect="+ the allotted number",
        says=("allot", "lockout", "granted", "most in"),
        plans=("test_plans/test_patient_bolus.py::test_what_a_patient_had_outlives_stop_power_and_a_new_permission",),
        source="GIP 1.7.1",
    )
)
class CountIsLostWithThePower(PatientControl):
    """Remembers what it gave while it is fed."""

    def power_lost(self) -> None:
        """Forget what was given."""
        self._starts_ns.clear()


@seeded(
    Defect(
        "E3b",
        "a new permission forgets what was given under the former one",
        "Whenever the clinic touches the settings, lockout and allotment begin anew.",
        "IT-12",
        effect="+ the allotted number",
        says=("allot", "lockout", "granted", "most in"),
        plans=("test_plans/test_patient_bolus.py::test_what_a_patient_had_outlives_stop_power_and_a_new_permission",),
        source="class of E3",
    )
)
class PermissionForgets(PatientControl):
    """Counts from the permission on."""

    def allow(self, terms: PatientBoluses) -> None:
        """Begin counting anew."""
        self._starts_ns.clear()
        super().allow(terms)


@seeded(
    Defect(
        "E4a",
        "the largest dose counts boluses only, not the infusion",
        "Infusion and boluses together are more than the doctor allowed.",
        "IT-12",
        effect="the infusion is not counted",
        says=("most in", "105"),
        plans=("test_plans/test_dose_bounds.py::test_a_dose_limit_that_was_acknowledged_still_holds",),
        source="ICLP 2024",
    )
)
class CountsBolusesOnly(DoseLimit):
    """Adds up boluses."""

    def run(self, spell: Spell) -> None:
        """Count what a spell gives of a bolus."""
        super().run(replace(spell, rate_nl_h=spell.bolus_nl_h))

    def reaches_ns(self, t_ns: int, rate_nl_h: int) -> int:
        """Foresee nothing: what it counts is not what is delivered."""
        del t_ns, rate_nl_h
        return NEVER_NS


class TellsWhoOrdered(CommandDesk):
    """Goes with a limit that leaves the clinician's boluses out: tells it whose bolus is given."""

    def begin(self, programme: Programme, now_ns: int) -> None:
        """Begin a programme that the clinician ordered."""
        self._told(counts=not isinstance(programme, Bolus))
        super().begin(programme, now_ns)

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry a command out; a request is the patient's."""
        if isinstance(command, RequestBolus) and not self.parts.bolus.under_way:
            self._told(counts=True)
        return super().handle(command, now_ns)

    def _told(self, *, counts: bool) -> None:
        if isinstance(self.parts.dose_limit, CountsNoCliniciansBolus):
            self.parts.dose_limit.counts = counts


@seeded(
    Defect(
        "E4b",
        "the largest dose counts infusion and patient boluses, not those of the clinician",
        "What the clinic gives comes on top of what was meant to be the most.",
        "IT-12",
        effect="the clinician's boluses are not counted",
        says=("most in", "105", "refused"),
        plans=("test_plans/test_dose_bounds.py::test_a_dose_limit_that_was_acknowledged_still_holds",),
        source="ICLP 2024",
    ),
    also=(TellsWhoOrdered,),
)
class CountsNoCliniciansBolus(DoseLimit):
    """Adds up what the patient has by himself."""

    counts = True

    def run(self, spell: Spell) -> None:
        """Count a spell, without the bolus that the clinician ordered."""
        left_out = 0 if self.counts else spell.bolus_nl_h
        super().run(replace(spell, rate_nl_h=spell.rate_nl_h - left_out))


@seeded(
    Defect(
        "E5",
        "the largest dose is looked at before a bolus, not during it",
        "The last bolus goes over the limit: as in the published requirements that allowed an overdose.",
        "IT-12",
        effect="+ one bolus over the limit",
        says=("most in", "105"),
        plans=("test_plans/test_dose_bounds.py::test_a_limit_that_is_set_counts_what_was_given_before",),
        source="ICLP 2024, the published flaw",
    )
)
class LooksBeforeABolusOnly(DoseLimit):
    """A bolus may begin while the window is not full."""

    in_bolus = False

    def run(self, spell: Spell) -> None:
        """Count a spell."""
        self.in_bolus = spell.bolus_nl_h > 0
        super().run(spell)

    def reached(self, t_ns: int) -> bool:
        """Tell whether the window is full, unless a bolus is given."""
        return not self.in_bolus and super().reached(t_ns)

    def forbids(self, t_ns: int, volume_nl: int, rate_nl_h: int, beside_nl_h: int) -> bool:
        """Tell whether the window is full now."""
        if not volume_nl:
            return super().forbids(t_ns, volume_nl, rate_nl_h, beside_nl_h)
        return super().reached(t_ns)


@seeded(
    Defect(
        "E6",
        "the lockout is taken in minutes where hours were meant",
        "Sixty times as many doses: seven patients were injured and two died of such a pump.",
        "IT-13",
        effect="×60 of what may be asked for",
        says=("lockout", "granted"),
        plans=("test_plans/test_patient_bolus.py::test_a_lockout_is_over_in_its_minute",),
        source="8870 AAA02, recall of 2004",
    )
)
class LockoutInMinutes(PatientControl):
    """Divides the lockout by 60."""

    def lockout_left_ns(self, t_ns: int) -> int:
        """Return what is left of a 60th of the lockout."""
        terms, self._terms = self._terms, self._terms and replace(self._terms, lockout_s=self._terms.lockout_s // 60)
        left_ns = super().lockout_left_ns(t_ns)
        self._terms = terms
        return left_ns


@seeded(
    Defect(
        "E7a",
        "the largest dose can be set and is told, and nothing ever reads it",
        "The doctor's limit stands on the display and bounds nothing.",
        "IT-12",
        effect="unlimited",
        says=("most in", "105"),
        plans=("test_plans/test_dose_bounds.py::test_a_limit_that_is_set_counts_what_was_given_before",),
        source="Loop #33; iAPS #779",
    )
)
class LimitIsNotRead(DoseLimit):
    """Holds the pump's own hour, and no other window."""

    def limit(self, dose_nl: int, window_s: int) -> None:
        """Take a limit, and let none of it count."""
        super().limit(0, 0)
        self.set_nl, self.window_s = dose_nl, window_s


@seeded(
    Defect(
        "E7b",
        "a trial's total dose can be set and is told, and nothing ever reads it",
        "A trial that was to end after a small dose goes on.",
        "IT-12",
        effect="unlimited",
        says=("trial",),
        plans=("test_plans/test_dose_bounds.py::test_nothing_under_way_outlasts_a_trial",),
        source="Loop #33; iAPS #779",
    )
)
class TrialIsNotRead(TrialSession):
    """Counts, and never ends."""

    def over(self, t_ns: int) -> bool:
        """Tell that it is not."""
        del t_ns
        return False
