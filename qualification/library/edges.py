"""What shows only at an edge: of a lockout or window, behind a refill, at night, in a bolus, against high pressure."""

from collections.abc import Sequence
from dataclasses import replace

from instruments.intrathecal_pump.messages import LogEvent, Reply
from instruments.intrathecal_pump.programme import Continuous, Infusion, Programme, Ramp
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.event_log import EventLog
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.infusion_steps import Steps
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.patient import PatientControl
from instruments.intrathecal_pump.simulated.spell import Spell, Turns
from instruments.plant.line import NS_PER_H, Stroke
from qualification.defect import Defect, seeded

_SIX_MIN_NS = NS_PER_H // 10
_NS_PER_DAY = 24 * NS_PER_H
_NIGHT_H = (22, 6)
_HIGH_KPA = 10.0


def _scaled(strokes: Sequence[Stroke], shares: Sequence[float]) -> list[Stroke]:
    return [replace(one, volume_ul=one.volume_ul * share) for one, share in zip(strokes, shares, strict=True)]


@seeded(
    Defect(
        "S1",
        "the lockout is six minutes short",
        "A patient who presses on time gets each dose a tenth sooner than the doctor allowed.",
        "IT-13",
        effect="up to a tenth more of the patient's boluses",
        says=("lockout", "too early"),
        plans=("test_plans/test_patient_bolus.py::test_a_lockout_is_over_in_its_minute",),
        source="class of E1",
    )
)
class LockoutIsShort(PatientControl):
    """Counts six minutes less."""

    def lockout_left_ns(self, t_ns: int) -> int:
        """Be over sooner."""
        return max(0, super().lockout_left_ns(t_ns) - _SIX_MIN_NS)


@seeded(
    Defect(
        "S2",
        "STOP empties the window of the largest dose",
        "Whoever stops the pump and starts it again may have the whole of the largest dose anew.",
        "IT-12",
        effect="the largest dose once more behind each stop",
        says=("most in", "105"),
        source="class of E3",
        plans=("test_plans/test_dose_bounds.py::test_a_dose_limit_that_was_acknowledged_still_holds",),
    )
)
class StopEmptiesTheWindow(CommandDesk):
    """Forgets at STOP what was given."""

    def stop(self, now_ns: int) -> Reply:
        """Stop, and begin the window anew."""
        reply = super().stop(now_ns)
        limit = self.parts.dose_limit
        kept = limit.kept()
        limit.restore({**kept, "spells": []}, 0)
        return reply


@seeded(
    Defect(
        "S3",
        "a ramp waits while a bolus is given",
        "Each bolus moves the rest of the ramp: the higher dose comes later than prescribed.",
        "1.4.4",
        effect="the ramp is late by the time of each bolus",
        says=("programme asks for",),
        source="class of D5",
        plans=("test_plans/test_programme_change.py::test_a_bolus_on_a_ramp_moves_nothing_of_it",),
    )
)
class RampWaitsForTheBolus(InfusionSchedule):
    """Counts a ramp's time without that of boluses."""

    waited_ns = 0

    def run(self, spell: Spell) -> int:
        """Live through a spell; a bolus's does not count."""
        if spell.bolus_nl_h:
            self.waited_ns += spell.to_ns - spell.from_ns
        return super().run(spell)

    def rate_nl_h(self, t_ns: int) -> int:
        """Ask for what was due before the boluses."""
        return super().rate_nl_h(t_ns - self.waited_ns if isinstance(self.programme, Ramp) else t_ns)


@seeded(
    Defect(
        "S8",
        "a ramp falls twice as fast as it rises",
        "Whoever is weaned from a drug is weaned in half the time, and gets less meanwhile than prescribed.",
        "IT-01",
        effect="a quarter of the dose under the ramp is missing",
        says=("programme asks for",),
        plans=("test_plans/test_programme_change.py::test_a_ramp_falls",),
        source="class of D5",
    )
)
class RampFallsFast(InfusionSchedule):
    """Halves the time of a ramp that goes down."""

    def steps_of(self, programme: Infusion, t_ns: int) -> Steps:
        """Return the steps, those of a ramp that goes down in half of its time."""
        if isinstance(programme, Ramp) and programme.to_nl_h < programme.from_nl_h:
            programme = replace(programme, minutes=max(1, programme.minutes // 2))
        return super().steps_of(programme, t_ns)


@seeded(
    Defect(
        "S9",
        "the log tells the start of an infusion with the rate of the one before",
        "Whoever reads the log after an accident finds another dose than was given.",
        "4.1.1",
        effect="the log's rates",
        says=("were ordered",),
        plans=("test_plans/test_programme_change.py::test_a_new_rate",),
        source="class of M3",
    )
)
class LogIsOneRateLate(EventLog):
    """Writes what the former start told."""

    before = 0

    def write(self, t_ns: int, event: LogEvent, detail: int) -> None:
        """Write a line; that of a start with the former one's detail."""
        if event is LogEvent.INFUSION_STARTED:
            detail, self.before = self.before or detail, detail
        super().write(t_ns, event, detail)


@seeded(
    Defect(
        "S4",
        "a rate that is set during a bolus is lost",
        "The doctor lowers the rate while a bolus is given, and the patient goes on with the old one.",
        "1.4.4",
        effect="the old rate for ever",
        says=("programme asks for", "does not show an infusion"),
        source="class of D9",
        plans=("test_plans/test_programme_change.py::test_a_rate_that_is_set_in_a_bolus_is_kept",),
    )
)
class RateIsLostInABolus(CommandDesk):
    """Answers, and does nothing."""

    def begin(self, programme: Programme, now_ns: int) -> None:
        """Begin a programme, but no rate for an infusion beside a bolus."""
        in_a_bolus = self.parts.bolus.single_under_way and self.parts.schedule.running
        if not (in_a_bolus and isinstance(programme, Continuous)):
            super().begin(programme, now_ns)


@seeded(
    Defect(
        "S5",
        "for three hours behind a refill strokes are 6 % small",
        "Behind each refill the patient gets less than prescribed, until the mechanism has settled.",
        "IT-02",
        effect="−6 % for three hours",
        says=("programme asks for",),
        source="class of L4",
        plans=("test_plans/test_reservoir.py::test_a_refill_that_is_told_in_any_delivery_is_kept",),
    )
)
class SettlesAfterARefill(Mechanism):
    """Moves less when much was filled in."""

    filled, since_ns = False, 0

    def fill(self, volume_ul: float) -> None:
        """Take more, and settle anew."""
        self.filled = True
        super().fill(volume_ul)

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move less for a while."""
        made = super().strokes(turns)
        if made and self.filled:
            self.filled, self.since_ns = False, made[0].t_ns
        return _scaled(made, [0.94 if 0 < one.t_ns - self.since_ns < 3 * NS_PER_H else 1.0 for one in made])


@seeded(
    Defect(
        "S6",
        "from 22 to 6 o'clock 10 % less",
        "Every night the patient gets less than prescribed; over the day it is within what is allowed.",
        "IT-20",
        effect_percent=-3.3,
        effect="−10 % at night",
        says=("programme asks for",),
        source="class of C2",
        plans=("test_plans/test_flex.py::test_each_step_of_a_day_is_delivered_at_its_time",),
    )
)
class LessAtNight(Mechanism):
    """Moves less in the dark."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move less from evening to morning."""
        evening, morning = _NIGHT_H
        made = super().strokes(turns)
        hours = [one.t_ns % _NS_PER_DAY // NS_PER_H for one in made]
        return _scaled(made, [0.9 if hour >= evening or hour < morning else 1.0 for hour in hours])


@seeded(
    Defect(
        "S7",
        "against more than 10 kPa strokes are half",
        "When the patient coughs or strains, half of the dose stays behind.",
        "7.1.3",
        effect="−50 % against high pressure",
        says=("flow error", "programme asks for"),
        plans=("test_plans/test_surroundings.py::test_straining",),
        source="class of N9",
    )
)
class YieldsToPressure(Mechanism):
    """Moves half against a high pressure."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move what the pressure lets through."""
        made = super().strokes(turns)
        return _scaled(made, [0.5 if turns.line_kpa > _HIGH_KPA else 1.0] * len(made))
