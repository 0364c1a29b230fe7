"""Patient boluses and bounds, continued: limits that stay off, and requests that come at the wrong moment."""

from instruments.intrathecal_pump.messages import Command, Reply, RequestBolus
from instruments.intrathecal_pump.programme import Bolus
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.patient import PatientControl
from qualification.defect import Defect, seeded

_REMEMBERED = 32


@seeded(
    Defect(
        "E8",
        "a largest dose that was changed once stays off",
        "The doctor loosens the limit for a night and sets it back; it bounds nothing any more.",
        "IT-12",
        effect="later errors pass",
        says=("most in", "105"),
        plans=("test_plans/test_dose_bounds.py::test_a_limit_that_is_set_counts_what_was_given_before",),
        source="GIP 6.1.x, of a soft limit that was overridden",
    )
)
class StaysOff(DoseLimit):
    """Reads the first window that is set, and tells the others."""

    times_set = 0

    def limit(self, dose_nl: int, window_s: int) -> None:
        """Take a limit; from the second on it does not count."""
        self.times_set += window_s > 0
        super().limit(*((dose_nl, window_s) if self.times_set < 2 else (0, 0)))
        self.set_nl, self.window_s = dose_nl, window_s


@seeded(
    Defect(
        "E9",
        "a request during a bolus is refused, and extends it all the same",
        "A patient in pain presses again and again, is told no, and gets as many boluses.",
        "IT-12",
        effect="+1 bolus for each request",
        says=("granted", "most in", "under way", "programme asks for", "after the order"),
        plans=("test_plans/test_bolus.py::test_what_is_asked_for_in_a_bolus_is_refused_and_changes_nothing",),
        source="PCA models",
    )
)
class RequestExtends(CommandDesk):
    """Adds what is asked for to the bolus under way."""

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry a command out; a request makes a bolus longer."""
        asked, bolus = self.parts.patient.bolus, self.parts.bolus
        if isinstance(command, RequestBolus) and asked is not None and bolus.single_under_way:
            longer = Bolus(bolus.left_nl + asked.volume_nl, bolus.rate_nl_h)
            bolus.begin(longer)
        return super().handle(command, now_ns)


@seeded(
    Defect(
        "E10",
        "of a patient's boluses the latest 32 alone are remembered",
        "A patient who is allowed many small doses a day gets as many more as she asks for.",
        "IT-12",
        effect="no bound of an allotment of more than 32 in 24 h",
        says=("refused when all were given", "allot"),
        plans=("test_plans/test_patient_bolus.py::test_a_large_allotment_is_counted_to_its_end",),
        source="class of a ring that is shorter than what it has to hold",
    )
)
class RemembersTheLatest(PatientControl):
    """Has a short memory."""

    def give(self, t_ns: int) -> None:
        """Count a bolus, and forget the first of too many."""
        super().give(t_ns)
        while len(self._starts_ns) > _REMEMBERED:
            self._starts_ns.popleft()


@seeded(
    Defect(
        "E11",
        "a request that is refused while another bolus or a prime runs begins the lockout all the same",
        "A patient in pain presses a minute too early, is told no, and gets nothing for as long as a bolus would hold.",
        "IT-13",
        effect="one bolus less for each such request",
        says=("granted", "locked_out", "permission", "request that was refused"),
        plans=("test_plans/test_patient_bolus.py::test_a_request_that_was_refused_costs_the_patient_nothing[prime",),
        source="class of a time that is noted before it is known what for",
    )
)
class RefusalLocksOut(CommandDesk):
    """Notes when it was asked, and then looks whether it may."""

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry out a command."""
        patient = self.parts.patient
        given, refused = patient.told(now_ns).given_in_24_h, patient.objection(now_ns) is not None
        reply = super().handle(command, now_ns)
        if isinstance(command, RequestBolus) and not refused and patient.told(now_ns).given_in_24_h == given:
            patient.give(now_ns)
        return reply
