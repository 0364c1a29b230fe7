"""What goes wrong while something else happens: power goes, the pump stands still, is filled, is primed."""

from instruments.intrathecal_pump.messages import Alarm, LogEvent
from instruments.intrathecal_pump.programme import Infusion, Ramp
from instruments.intrathecal_pump.simulated.alarms import Alarms
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.event_log import EventLog
from instruments.intrathecal_pump.simulated.forecast import Forecast
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell, Turns
from instruments.intrathecal_pump.simulated.trial import TrialSession
from qualification.defect import Defect, seeded

_NS_PER_S = 1_000_000_000


@seeded(
    Defect(
        "V6",
        "a power cut begins the time of a trial anew",
        "A trial that was to end in the evening goes on into the night.",
        "IT-12",
        effect="+ the time of the trial up to the cut",
        says=("trial",),
        plans=("test_plans/test_dose_bounds.py::test_a_trial_ends_in_its_time",),
        source="class of notices on resets",
    )
)
class TrialBeginsAnew(TrialSession):
    """Keeps for how long, and not until when."""

    lasts_ns = 0

    def begin(self, t_ns: int, total_nl: int, seconds: int) -> None:
        """Begin a session, and note how long it is to be."""
        super().begin(t_ns, total_nl, seconds)
        self.lasts_ns = seconds * _NS_PER_S

    def booted(self, t_ns: int) -> None:
        """Begin to count from the boot."""
        super().booted(t_ns)
        self._ends_ns = t_ns + self.lasts_ns if self.on else NEVER_NS


@seeded(
    Defect(
        "V7",
        "a pump that a trial has ended does not tell of 48 h of standstill",
        "The trial is over, nobody comes, and for days the patient is without drug and without a word.",
        "IT-06",
        effect="no dose; the alarm of 48 h never",
        says=("stopped_too_long",),
        plans=("test_plans/test_stall.py::test_two_days_behind_any_end_of_delivery_are_signalled[the end of a trial",),
        source="class of notices on silent standstill",
    )
)
class TrialSilencesTheRest(Alarms):
    """Looks for one reason only why nothing is delivered."""

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what is wrong, without the standstill behind a trial."""
        found = super().causes(t_ns, delivering=delivering)
        return found & ~Alarm.STOPPED_TOO_LONG if Alarm.TRIAL_OVER in self.latched else found


@seeded(
    Defect(
        "V8",
        "the refill date of a ramp is reckoned from the rate of the moment",
        "Read on the day that a slow titration begins, the date promises weeks more than there are.",
        "IT-18",
        effect="no dose; the refill date, by the share of the present rate to the last",
        says=("refill date",),
        plans=("test_plans/test_outlook.py::test_the_date_of_an_infusion_that_changes_is_that_of_its_mean",),
        source="class of GIP 1.5.3",
    )
)
class RefillByTheRateOfTheMoment(Forecast):
    """Takes a ramp for where it stands."""

    present_nl_h = 0

    def infused_nl_day(self) -> float:
        """Return what the present rate takes in a day."""
        ramp = isinstance(self._schedule.programme, Ramp)
        return 24.0 * self.present_nl_h if ramp else super().infused_nl_day()

    def refill_ms(self, t_ns: int) -> int:
        """Return the date at the rate of the moment."""
        self.present_nl_h = self._schedule.programmed_nl_h(t_ns)
        return super().refill_ms(t_ns)


@seeded(
    Defect(
        "V9",
        "a refill that is told during a prime is forgotten at its end",
        "The pump is filled while its line is primed, and cries for a refill weeks too early.",
        "1.5.4",
        effect="no dose; − the refill, in the pump's own count",
        says=("reservoir",),
        plans=("test_plans/test_reservoir.py::test_a_refill_that_is_told_in_any_delivery_is_kept",),
        source="class of two writers of one number",
    )
)
class PrimeForgetsTheRefill(Books):
    """Keeps a copy of the content for as long as a prime lasts, and writes that back."""

    copy_nl: int | None = None

    def book(self, turns: Turns) -> None:
        """Enter strokes, those of a prime in the copy too."""
        priming = turns.spell.prime_nl_h > 0
        if priming and self.copy_nl is None:
            self.copy_nl = self._reservoir_nl
        elif not priming and self.copy_nl is not None:
            self._reservoir_nl, self.copy_nl = self.copy_nl, None
        if self.copy_nl is not None:
            self.copy_nl = max(0, self.copy_nl - len(turns.due_ns) * self._stroke_nl)
        super().book(turns)


@seeded(
    Defect(
        "V10",
        "what waited for a prime is made up behind it, at one and a half times the rate",
        "Behind the filling of the line the patient gets half as much again for as long as that took, twice over.",
        "IT-05",
        effect="+ the infusion of the prime's time",
        says=("prime", "programme asks for"),
        plans=("test_plans/test_priming.py::test_what_was_broken_off_comes_with_no_later_order",),
        source="class of C5",
    )
)
class MakesUpForAPrime(InfusionSchedule):
    """Owes what a prime took the time of: half of a rate that stands, in half as much time again."""

    owed = 0  # in nL·ns/h

    def begin(self, programme: Infusion, t_ns: int) -> None:
        """Owe nothing of another programme."""
        self.owed = 0
        super().begin(programme, t_ns)

    def rate_nl_h(self, t_ns: int) -> int:
        """Return the rate, and half of it besides while something is owed."""
        rate_nl_h = super().rate_nl_h(t_ns)
        return rate_nl_h + rate_nl_h // 2 if self.owed > 0 else rate_nl_h

    def changes_ns(self, t_ns: int) -> int:
        """Return also when all will have been made up."""
        half_nl_h = super().rate_nl_h(t_ns) // 2
        paid_ns = t_ns - -self.owed // half_nl_h if self.owed > 0 and half_nl_h else NEVER_NS
        return min(paid_ns, super().changes_ns(t_ns))

    def run(self, spell: Spell) -> int:
        """Owe a prime's time, and pay."""
        own_nl_h = super().rate_nl_h(spell.from_ns)
        span_ns = spell.to_ns - spell.from_ns
        if spell.prime_nl_h:
            self.owed += own_nl_h * span_ns
        else:
            self.owed = max(0, self.owed - (own_nl_h // 2) * span_ns)
        return super().run(spell)


@seeded(
    Defect(
        "V11",
        "the end of a square bolus bears the time of its beginning in the log",
        "Who looks into an over-dose finds a bolus of hours that was given at once.",
        "4.1.3",
        effect="no dose; the time of an entry",
        says=("square_ended", "log"),
        plans=("test_plans/test_shaped_boluses.py::test_a_combination_gives_one_part_now_and_one_spread",),
        source="GIP 4.1.2",
    )
)
class EndsWhenItBegan(EventLog):
    """Stamps both from one record."""

    begun_ns = 0

    def write(self, t_ns: int, event: LogEvent, detail: int) -> None:
        """Append an entry, an end with the time of the begin."""
        if event is LogEvent.SQUARE_STARTED:
            self.begun_ns = t_ns
        super().write(self.begun_ns if event is LogEvent.SQUARE_ENDED else t_ns, event, detail)
