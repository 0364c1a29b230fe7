"""Reservoir and refill: what the pump believes that it holds, and when it says so."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import (
    Command,
    Commit,
    PatientReply,
    RefusalReply,
    Reply,
    ReplyResult,
    RequestBolus,
    StatusReply,
)
from instruments.intrathecal_pump.programme import Bolus
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import Turns
from instruments.plant.line import NS_PER_H, Stroke
from qualification.bench_tables import BenchTables
from qualification.defect import Defect, seeded

_SHOWN_AT_MOST_NL = 50_000_000
_OVERFILLED_UL = 2_000.0
_OVER_PRESSURE = 0.15


@seeded(
    Defect(
        "J1",
        "empties 20 % faster than it believes",
        "The patient gets a fifth too much, the pump is dry early, and its low-reservoir alarm stays silent.",
        "IT-02",
        effect_percent=20.0,
        says=("books", "flow error", "reservoir"),
        plans=(
            "test_plans/test_catheter.py::test_a_leak_is_found_although_the_pump_is_silent",
            "test_plans/test_reservoir.py::test_a_refill_is_counted_down_from",
        ),
        source="over-infusion notice",
    )
)
def empties_faster(bench: BenchTables) -> None:
    """Strokes are a fifth too large; the alarm is computed from their number."""
    bench.twin("pump")["rate_error_percent"] = 20.0


@seeded(
    Defect(
        "J2",
        "the estimate of the reservoir forgets boluses",
        "The refill is planned too late by all boluses that were given: the pump runs dry.",
        "IT-02",
        effect="the low-reservoir alarm is late by the volume of the boluses",
        says=("reservoir",),
        plans=("test_plans/test_bolus.py::test_boluses_are_accurate[smallest",),
        source="GIP 1.5.1-4",
    )
)
class EstimateForgetsBoluses(Books):
    """Takes off the reservoir what the infusion asked for alone."""

    def book(self, turns: Turns) -> None:
        """Enter strokes; of those in a bolus only the infusion's share leaves the reservoir."""
        before_nl = self._reservoir_nl
        super().book(turns)
        if turns.spell.bolus_nl_h:
            fallen_nl = before_nl - self._reservoir_nl
            self._reservoir_nl = before_nl - fallen_nl * turns.spell.basal_nl_h // turns.spell.rate_nl_h


class TakesOff(Books):
    """Lets others take something off the estimate."""

    def take_off(self, volume_nl: int) -> None:
        """Believe in so much less."""
        self._reservoir_nl = max(0, self._reservoir_nl - volume_nl)


@seeded(
    Defect(
        "J3",
        "the estimate of the reservoir counts refused boluses",
        "The pump cries for a refill that it does not need, and each time somebody pricks the patient.",
        "IT-02",
        effect="the low-reservoir alarm is early by the volume of what was refused",
        says=("reservoir",),
        plans=("test_plans/test_patient_bolus.py::test_a_lockout_is_over_in_its_minute",),
        source="GIP 1.5.4",
    ),
    also=(TakesOff,),
)
class EstimateCountsRefusedBoluses(CommandDesk):
    """Takes a bolus off the reservoir when it is asked for."""

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry out a command."""
        bolus = self.parts.patient.bolus if isinstance(command, RequestBolus) else None
        staged = self.parts.staging.staged if isinstance(command, Commit) else None
        wanted = staged if isinstance(staged, Bolus) else bolus
        reply = super().handle(command, now_ns)
        refused = isinstance(reply, RefusalReply) or (
            isinstance(reply, PatientReply) and reply.answer is not ReplyResult.OK
        )
        books = self.parts.books
        if wanted is not None and refused and isinstance(books, TakesOff):
            books.take_off(wanted.volume_nl)
        return reply


@seeded(
    Defect(
        "J4",
        "the estimate of the reservoir drifts by 1 % a day",
        "After two weeks nobody knows what the pump holds.",
        "IT-02",
        effect="the low-reservoir alarm is early by 1 % of the content for each day",
        says=("reservoir",),
        plans=("test_plans/test_catheter.py::test_a_leak_is_found_although_the_pump_is_silent",),
        source="GIP 1.5.2",
    )
)
class EstimateDrifts(Books):
    """Takes the content for 1 % less with each day."""

    drifted = 0.0

    def book(self, turns: Turns) -> None:
        """Enter strokes, and drift."""
        super().book(turns)
        hours = (turns.spell.to_ns - turns.spell.from_ns) / NS_PER_H
        self.drifted += 0.01 / 24.0 * hours * self._reservoir_nl
        whole = int(self.drifted)
        self.drifted -= whole
        self._reservoir_nl = max(0, self._reservoir_nl - whole)


@seeded(
    Defect(
        "J5",
        "a fill above the capacity was accepted: over-pressure until it is gone",
        "After the refill the patient gets a seventh too much until the surplus is used up.",
        "ACC-001",
        effect_percent=15.0,
        effect="+15 % at first, falling to nothing over 2 mL",
        says=("asks for", "flow error", "books"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="overfill factor",
    )
)
class Overfilled(Mechanism):
    """Holds 2 mL more than it should: as long as there is surplus its pressure enlarges each stroke."""

    surplus_ul = _OVERFILLED_UL

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move more, by the surplus that is left."""
        made = []
        for one in super().strokes(turns):
            share = 1.0 + _OVER_PRESSURE * self.surplus_ul / _OVERFILLED_UL
            self.surplus_ul = max(0.0, self.surplus_ul - one.volume_ul * share)
            made.append(replace(one, volume_ul=one.volume_ul * share))
        return made


@seeded(
    Defect(
        "J6",
        "the low mark is a tenth of what was set",
        "The warning of a low reservoir comes two days late, when the next appointment is too late.",
        "1.5.5",
        effect="the low-reservoir alarm 43 h late at 1 mL/day",
        says=("reservoir_low",),
        plans=("test_plans/test_reservoir.py::test_a_mark_above_the_content_warns_at_once",),
        source="MedStream ±3 mL",
    )
)
class LowMarkATenth(Books):
    """Warns at a tenth of the mark."""

    @property
    def low(self) -> bool:
        """Tell whether the content is at a tenth of the mark or below."""
        return self.reservoir_nl <= self._low_nl // 10

    def strokes_to_mark(self) -> int:
        """Return after how many strokes something is to be told."""
        return self.reservoir_nl // self._stroke_nl


@seeded(
    Defect(
        "J7",
        "the reading of the reservoir saturates at 50 mL",
        "The programmer shows a full reservoir until it is nearly empty.",
        "IT-02",
        effect="no dose; the estimate",
        says=("reservoir",),
        plans=("test_plans/test_catheter.py::test_a_leak_is_found_although_the_pump_is_silent",),
        source="AAPS-Omnipod-OLD #16",
    )
)
class ReadingSaturates(CommandDesk):
    """Shows no more than a placeholder."""

    def status(self, now_ns: int) -> StatusReply:
        """Return the status with the content cut."""
        said = super().status(now_ns)
        return replace(said, reservoir_nl=min(said.reservoir_nl, _SHOWN_AT_MOST_NL))


@seeded(
    Defect(
        "J8",
        "a restart sets the estimate of the reservoir to full",
        "After a reset the pump believes itself full, and never warns before it is dry.",
        "IT-08",
        effect="the low-reservoir alarm never comes",
        says=("reservoir",),
        plans=("test_plans/test_power.py::test_a_cut_of_any_length_is_told",),
        source="GIP 1.7.1",
    )
)
class RestartFillsTheEstimate(Books):
    """Believes itself filled whenever it starts."""

    def booted(self, t_ns: int) -> None:
        """Be full."""
        super().booted(t_ns)
        self._reservoir_nl = self.capacity_nl


@seeded(
    Defect(
        "J9",
        "a fold of the bellows holds strokes back while a third to a half of the reservoir is left",
        "In the middle between two refills the patient gets an eighth less; full and nearly empty all is well.",
        "ACC-001",
        effect_percent=-12.0,
        effect="−12 % while the reservoir holds 35 to 60 % of what goes into it, 0 outside",
        says=("volume", "rate"),
        plans=("test_plans/test_reservoir.py::test_the_dose_is_the_same_at_any_content",),
        source="class of a bellows that does not fold evenly",
    )
)
class FoldedBellows(Mechanism):
    """Sucks against a fold."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Turn the motor: within the fold's range each stroke is short."""
        share = self._content_ul / self._parameters.capacity_ul
        made = super().strokes(turns)
        if not 0.35 <= share <= 0.6:
            return made
        self._content_ul += sum(stroke.volume_ul for stroke in made) * 0.12
        return [replace(stroke, volume_ul=stroke.volume_ul * 0.88) for stroke in made]
