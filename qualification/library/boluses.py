"""The bolus engine: given twice, cut, too fast, or at the cost of the infusion."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import Commit, Reply
from instruments.intrathecal_pump.programme import Bolus, Programme, SquareBolus
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.square_bolus import SquareCourse
from qualification.defect import Defect, seeded
from qualification.library.repeats import HearsRepeats

_HIGHEST_NL_H = 1_400_000
_STROKE_NL = 500


@seeded(
    Defect(
        "D1",
        "a bolus is given twice when its COMMIT is repeated after a lost reply",
        "The programmer's signal is poor for a moment, and the patient gets the bolus twice.",
        "IT-17",
        effect="+100 µL: 10 % of the day, 100 % of the bolus",
        says=("bolus once", "after the order", "programme asks for"),
        plans=("test_plans/test_link.py::test_a_bolus_whose_answers_are_spoilt",),
        source="Loop #1434",
    )
)
class TakesARepeatForNew(HearsRepeats):
    """A COMMIT that is sent again adds its bolus to the one under way."""

    def repeated(self, now_ns: int) -> None:
        """Add the bolus once more."""
        super().repeated(now_ns)
        if isinstance(self.last, Commit) and isinstance(self.staged, Bolus):
            more_nl = self.parts.bolus.left_nl + self.staged.volume_nl
            self.parts.bolus.begin(replace(self.staged, volume_nl=more_nl))


@seeded(
    Defect(
        "D2",
        "the rest of a stopped bolus is given at the next start",
        "A bolus is stopped since the patient is drowsy; when the pump is started again, its rest comes all the same.",
        "IT-05",
        effect="+ the rest of the bolus",
        says=("stopped", "programme asks for"),
        plans=("test_plans/test_bolus.py::test_a_bolus_that_is_stopped_gives_and_tells_no_more",),
        source="GIP 3.1.3",
    )
)
class GivesTheRestLater(CommandDesk):
    """Puts a stopped bolus by, and takes it up with the next infusion."""

    rest: Bolus | None = None

    def stop(self, now_ns: int) -> Reply:
        """Put by what is left."""
        bolus = self.parts.bolus
        if bolus.single_under_way:
            self.rest = Bolus(bolus.left_nl, bolus.rate_nl_h)
        return super().stop(now_ns)

    def begin(self, programme: Programme, now_ns: int) -> None:
        """Begin a programme, and what was put by."""
        super().begin(programme, now_ns)
        if self.rest is not None and self.parts.schedule.running and not self.parts.bolus.under_way:
            self.parts.bolus.begin(self.rest)
            self.rest = None


@seeded(
    Defect(
        "D3",
        "a bolus is cut to whole strokes",
        "Small boluses are up to 8 % too small, each of them, and the log says that all was given.",
        "ACC-002",
        effect="5.4 µL become 5.0: −7.4 % of the bolus",
        says=("bolus", "programme asks for"),
        source="GIP 1.4.x",
        plans=("test_plans/test_bolus.py::test_a_volume_of_no_whole_strokes_is_given",),
    )
)
class CutsToWholeStrokes(BolusEngine):
    """What does not fill a stroke is left out."""

    def begin(self, bolus: Bolus) -> None:
        """Begin what is whole of it."""
        super().begin(replace(bolus, volume_nl=bolus.volume_nl // _STROKE_NL * _STROKE_NL))


@seeded(
    Defect(
        "D4",
        "a bolus always comes at the highest rate",
        "The right volume within seconds: the drug rises in the spinal fluid before it can spread.",
        "ACC-002",
        effect="volume right; time divided by the ratio of the rates",
        says=("after the order", "took"),
        plans=("test_plans/test_bolus.py::test_what_is_asked_for_in_a_bolus_is_refused_and_changes_nothing",),
        source="GIP 1.4.7",
    )
)
class BolusAtTheHighestRate(BolusEngine):
    """Knows one rate for boluses."""

    def begin(self, bolus: Bolus) -> None:
        """Begin a bolus at the highest rate."""
        super().begin(replace(bolus, rate_nl_h=_HIGHEST_NL_H))


@seeded(
    Defect(
        "D5",
        "the infusion pauses during a bolus, and what it would have given is lost",
        "Each bolus costs the patient some of the dose of the day.",
        "1.4.4",
        effect="−13.9 µL for 100 µL at 300 µL/h",
        says=("bolus", "after the order", "programme asks for"),
        source="GIP 1.4.4",
        plans=("test_plans/test_programme_change.py::test_a_bolus_on_a_ramp_moves_nothing_of_it",),
    )
)
class BasalPauses(BolusEngine):
    """One rate at a time."""

    def total_nl_h(self, basal_nl_h: int) -> int:
        """Deliver the bolus alone while there is one."""
        return self.rate_nl_h or basal_nl_h


@seeded(
    Defect(
        "D6",
        "the infusion stays at the bolus rate afterwards",
        "The bolus is over, and the patient gets drug at many times the dose until somebody notices.",
        "1.4.4",
        effect="×7 and more until noticed",
        says=("basal", "programme asks for"),
        plans=("test_plans/test_bolus.py::test_what_is_asked_for_in_a_bolus_is_refused_and_changes_nothing",),
        source="GIP 1.4.4; 5.10",
    )
)
class StaysAtTheBolusRate(BolusEngine):
    """The motor's rate is not set back behind a bolus."""

    stays_nl_h = 0

    def complete(self) -> int:
        """End the bolus, and keep its rate."""
        self.stays_nl_h = self.rate_nl_h
        return super().complete()

    def total_nl_h(self, basal_nl_h: int) -> int:
        """Deliver at the bolus's rate where an infusion runs behind one."""
        return super().total_nl_h(max(basal_nl_h, self.stays_nl_h) if basal_nl_h else 0)

    def halt(self) -> int:
        """End the bolus by the pump's own decision: its rate is over too."""
        self.stays_nl_h = 0
        return super().halt()


@seeded(
    Defect(
        "D7",
        "the infusion does not come back after a bolus",
        "After a bolus the patient gets nothing more, and the pump says that it infuses.",
        "1.4.4",
        effect="nothing behind a bolus",
        says=("basal", "books", "programme asks for"),
        plans=("test_plans/test_bolus.py::test_what_is_asked_for_in_a_bolus_is_refused_and_changes_nothing",),
        source="GIP 1.4.5/6",
    )
)
class BasalDoesNotComeBack(BolusEngine):
    """Behind a bolus the rate is 0 until another one is programmed."""

    over, lost_nl_h = False, 0

    def complete(self) -> int:
        """End the bolus, and the infusion with it."""
        self.over = True
        return super().complete()

    def total_nl_h(self, basal_nl_h: int) -> int:
        """Deliver nothing of the infusion that was interrupted."""
        if not self.over:
            self.lost_nl_h = basal_nl_h
        if basal_nl_h != self.lost_nl_h:
            self.over, self.lost_nl_h = False, basal_nl_h
        return super().total_nl_h(0 if self.over else basal_nl_h)


class HalfInTheFirstTenth(SquareCourse):
    """Goes with an engine that front-loads: half of the volume in a tenth of the time, the rest evenly."""

    def __init__(self, square: SquareBolus) -> None:
        super().__init__(square)
        self._rest_ns = self._left_ns * 9 // 10
        self._fast_nl_h = 5 * self._floor_nl_h

    @property
    def rate_nl_h(self) -> int:
        """Return five times the even rate at first."""
        return self._fast_nl_h if self._left_ns > self._rest_ns else self._left // max(1, self._left_ns)

    @property
    def constant_ns(self) -> int:
        """Return for how long the rate stays."""
        return self._left_ns - self._rest_ns if self._left_ns > self._rest_ns else self._left_ns


@seeded(
    Defect(
        "D8",
        "a square bolus gives half of its volume in the first tenth of its time",
        "What was to be spread over two hours comes mostly in the first minutes.",
        "1.4.7",
        effect="shape only",
        says=("evenness", "programme asks for"),
        plans=("test_plans/test_battery.py::test_boluses_are_whole_while_the_battery_is_low",),
        source="GIP 1.4.7",
    )
)
class FrontLoads(BolusEngine):
    """Square boluses begin at five times their rate."""

    def begin_square(self, square: SquareBolus) -> None:
        """Start a square bolus that is none."""
        self._square = HalfInTheFirstTenth(square)
