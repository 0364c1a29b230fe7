"""Log and counters: what the pump tells of what it did."""

from dataclasses import replace
from itertools import chain

from instruments.intrathecal_pump.messages import DeliveryState, LogEvent, LogPage, Reply, StatusReply
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.event_log import CAPACITY, PAGE_RECORDS, EventLog
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import Turns
from instruments.plant.line import Stroke
from qualification.defect import Defect, seeded
from qualification.library.memory import FullFromTheStart


class _Forgets(EventLog):
    """Never writes one kind of entry."""

    forgotten: LogEvent

    def write(self, t_ns: int, event: LogEvent, detail: int) -> None:
        """Append an entry of any other kind."""
        if event is not self.forgotten:
            super().write(t_ns, event, detail)


@seeded(
    Defect(
        "M1",
        "the end of a bolus is missing from the log",
        "Nobody can find out whether a bolus was given whole.",
        "4.1.1",
        effect="no dose; the evidence",
        says=("bolus_ended",),
        plans=("test_plans/test_patient_bolus.py::test_a_patient_who_keeps_pressing_gets_one_bolus",),
        source="GIP 4.1.1",
    )
)
class ForgetsEndsOfBoluses(_Forgets):
    """No BOLUS_ENDED."""

    forgotten = LogEvent.BOLUS_ENDED


@seeded(
    Defect(
        "M1b",
        "a stop is missing from the log",
        "Nobody can find out when the pump was stopped.",
        "IT-05",
        effect="no dose; the evidence",
        says=("stopped",),
        source="GIP 4.1.1",
        plans=("test_plans/test_bolus.py::test_a_bolus_that_is_stopped_gives_and_tells_no_more",),
    )
)
class ForgetsStops(_Forgets):
    """No STOPPED."""

    forgotten = LogEvent.STOPPED


@seeded(
    Defect(
        "M2",
        "entries of the log are out of order",
        "Cause and effect are mistaken for each other, and the wrong one is treated.",
        "4.1.3",
        effect="no dose; the evidence",
        says=("order", "before", "backwards", "log"),
        source="GIP 4.1.3",
        plans=("test_plans/test_meanwhile.py::test_what_is_under_way_goes_on_whatever_comes_between",),
    )
)
class OutOfOrder(EventLog):
    """Writes a bolus's begin behind its end."""

    late: tuple[int, int] | None = None

    def write(self, t_ns: int, event: LogEvent, detail: int) -> None:
        """Append an entry; the begin of a bolus waits for the next."""
        if event is LogEvent.BOLUS_STARTED and self.late is None:
            self.late = t_ns, detail
            return
        super().write(t_ns, event, detail)
        if self.late is not None:
            begun, self.late = self.late, None
            super().write(begun[0], LogEvent.BOLUS_STARTED, begun[1])


@seeded(
    Defect(
        "M3",
        "the entry of a setting of the clock bears the old time, and so do those behind it",
        "Everything behind a change of the clock is dated wrongly.",
        "IT-20",
        effect="no dose; the dates",
        says=("clock", " is .* s off", "time"),
        plans=("test_plans/test_clock.py::test_setting",),
        source="Loop #667",
    )
)
class OldTime(EventLog):
    """Stamps by the clock as it was before."""

    behind_ms = 0

    def write(self, t_ns: int, event: LogEvent, detail: int) -> None:
        """Append an entry."""
        super().write(t_ns, event, detail)
        if event is LogEvent.CLOCK_SET:
            self.behind_ms += detail * 1000
        newest = self._records[-1]
        self._records[-1] = replace(newest, clock_ms=newest.clock_ms - self.behind_ms)


@seeded(
    Defect(
        "M4",
        "delivered is what was programmed, whatever is given ({size} %)",
        "The patient gets {size} % of what was prescribed beyond or below it, and the books are clean.",
        "ACC-001",
        says=("books", "edges", "flow error"),
        plans=("test_plans/test_surroundings.py::test_a_tip_that_is_moved_changes_no_dose",),
        source="MAUDE; DEKA rule",
    ),
    sizes=(-5.0, -8.0),
)
class DeliveredIsProgrammed(Mechanism):
    """Moves less with each stroke than the books count."""

    size = 0.0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move less."""
        return [replace(one, volume_ul=(1.0 + self.size / 100.0) * one.volume_ul) for one in super().strokes(turns)]


@seeded(
    Defect(
        "M5a",
        "each bolus is counted twice",
        "The next bolus is held back, because the last is taken for two.",
        "IT-17",
        effect="no dose; the counter of boluses",
        says=("bolus",),
        plans=("test_plans/test_bolus.py::test_what_is_asked_for_in_a_bolus_is_refused_and_changes_nothing",),
        source="AAPS #1768",
    )
)
class CountsBolusesTwice(Books):
    """Counts two for one."""

    def book_bolus(self) -> None:
        """Enter it twice."""
        super().book_bolus()
        super().book_bolus()


@seeded(
    Defect(
        "M5b",
        "boluses are not counted",
        "The next bolus is given, because nobody sees that there was one.",
        "IT-17",
        effect="no dose; the counter of boluses",
        says=("bolus",),
        plans=("test_plans/test_bolus.py::test_what_is_asked_for_in_a_bolus_is_refused_and_changes_nothing",),
        source="Loop #1886",
    )
)
class CountsNoBolus(Books):
    """Counts none."""

    def book_bolus(self) -> None:
        """Enter nothing."""


@seeded(
    Defect(
        "M6",
        "the end of a bolus tells what was asked for, not what was given",
        "A bolus that was stopped half-way stands in the books as given whole.",
        "IT-17",
        effect="no dose; the books, by what was not given",
        says=("bolus",),
        plans=("test_plans/test_bolus.py::test_a_bolus_that_is_stopped",),
        source="AAPS #1361",
    )
)
class TellsTheRequest(BolusEngine):
    """Tells the whole volume, however it ended."""

    def _end(self) -> int:
        asked_nl = 0 if self._bolus is None else self._bolus.volume_nl
        super()._end()
        return asked_nl


@seeded(
    Defect(
        "M7",
        "a page of the log skips the entry at its edge",
        "Of fourteen things that happened one is missing.",
        "4.1.1",
        effect="no dose; the evidence",
        says=("log", "gap", "line"),
        plans=("test_plans/test_patient_bolus.py::test_a_patient_who_keeps_pressing",),
        source="paging",
    )
)
class PageSkipsAtItsEdge(EventLog):
    """Leaves out the last entry of a full page."""

    def page(self, first: int) -> LogPage:
        """Return a page, without its 13th entry where another follows."""
        told = super().page(first)
        beyond = super().page(first + PAGE_RECORDS)
        if len(told.records) < PAGE_RECORDS or not beyond.records:
            return told
        kept = tuple(chain(told.records[:-1], beyond.records[:1]))
        return replace(told, records=kept)


@seeded(
    Defect(
        "M8",
        "the status stays INFUSING after STOP",
        "The display says that the pump infuses, and it does not.",
        "1.6.1",
        effect="no dose; the display",
        says=("said 'infusing'", "stopped"),
        plans=("test_plans/test_bolus.py::test_a_bolus_that_is_stopped_gives_and_tells_no_more",),
        source="GIP 5.x",
    )
)
class StaysInfusing(CommandDesk):
    """Says that it infuses once it did."""

    infused = False

    def stop(self, now_ns: int) -> Reply:
        """Stop."""
        self.infused = self.infused or self.parts.schedule.running
        return super().stop(now_ns)

    def status(self, now_ns: int) -> StatusReply:
        """Return the status; STOPPED is INFUSING."""
        said = super().status(now_ns)
        if self.infused and said.state is DeliveryState.STOPPED:
            return replace(said, state=DeliveryState.INFUSING)
        return said


@seeded(
    Defect(
        "M9",
        "a log of 4096 entries keeps the oldest and loses the newest",
        "Of a pump that has served for years nobody learns what happened today.",
        "4.1.1",
        effect="no dose; the evidence",
        says=("log", "line"),
        plans=("test_plans/test_patient_bolus.py::test_a_patient_who_keeps_pressing_gets_one_bolus",),
        source="GIP 4.1.4",
    )
)
class LosesTheNewest(FullFromTheStart):
    """Counts what it no longer writes."""

    def write(self, t_ns: int, event: LogEvent, detail: int) -> None:
        """Append an entry as long as there is room."""
        if self._total < CAPACITY:
            super().write(t_ns, event, detail)
        else:
            self._total += 1


@seeded(
    Defect(
        "M10",
        "a line of the log that was read once is gone",
        "The nurse has looked; who must find out afterwards what happened finds nothing.",
        "4.1.1",
        effect="no dose; the evidence",
        says=("is gone", "keep what it told"),
        source="class of a buffer that a reading empties",
    )
)
class ReadOnce(EventLog):
    """A queue, where a ring was wanted."""

    def page(self, first: int) -> LogPage:
        """Tell some entries, and drop those before the last of them."""
        told = super().page(first)
        while told.records and self._records and self._records[0].number < told.records[-1].number:
            self._records.popleft()
        return told
