"""Readings that the balance sends by itself (SIR), some twenty a second, instead of one for each question.

None can be asked for again: what does not go on where the readings before it led waits for the next ones, and is
dropped, with its bytes in the record, when it stands alone between readings that agree.
"""

from collections.abc import Callable

from instruments.mettler_mt_sics import dialect
from instruments.mettler_mt_sics.course import Answer, Course, believed, near_mg
from instruments.mettler_mt_sics.dialect import Weight
from instruments.mettler_mt_sics.talk import MOST_ANSWERS, Talk
from rig.clock import Clock, ns_from_s
from rig.driving import Reporter
from rig.errors import GarbledReplyError, InstrumentError, NoReplyError, RefusedError
from rig.transports import ByteStream

SIR = dialect.encode_command("SIR")
# What was not fetched for longer has run over in some buffer on the way: it is dropped, and the next reading taken.
FRESH_S = 5.0
# How many a second a balance sends at most: those of the makers' fast interfaces.
STREAMED_HZ = 25.0
_MOST_LINES = 1000


class Streamed:
    """Takes readings as they come; `bearable` raises GarbledReplyError for a weight that the balance cannot bear."""

    def __init__(
        self,
        talk: Talk,
        stream: ByteStream,
        reporter: Reporter,
        clock: Clock,
        bearable: Callable[[Weight, bytes], object],
    ) -> None:
        self._talk = talk
        self._stream = stream
        self._reporter = reporter
        self._clock = clock
        self._bearable = bearable
        self._course: Course | None = None
        self._doubted: list[Answer] = []
        self._partial = b""
        self._taken_ns = 0

    def start(self) -> None:
        """Let the balance send; readings from before are no part of it."""
        self._course = None
        self._doubted, self._partial = [], b""
        self._stream.discard_input()
        self._stream.write(SIR)
        self._taken_ns = self._clock.now_ns()

    def stop(self) -> None:
        """Let it send no more (SI ends SIR), and pass over what is under way."""
        self._stream.write(dialect.encode_command("SI"))
        self._talk.serial()

    def take(self, timeout_s: float) -> list[Answer]:
        """Return the readings that have come, stamped evenly since the last; one at least is waited for.

        Raises NoReplyError when nothing comes in time, and what the lines say when none of them is a weight to believe.
        """
        if self._clock.now_ns() - self._taken_ns > ns_from_s(FRESH_S):
            self._drop_what_is_old(timeout_s)
        found: list[Answer] = []
        for _ in range(MOST_ANSWERS):
            found = self._taken(timeout_s)
            if found:
                break
        return found

    def _taken(self, timeout_s: float) -> list[Answer]:
        since_ns = self._taken_ns
        lines = self._lines(timeout_s)
        lasted_ns = self._clock.now_ns() - since_ns
        self._taken_ns = since_ns + lasted_ns
        trouble: InstrumentError | None = None
        found: list[Answer] = []
        for number, line in enumerate(lines, 1):
            try:
                weight = self._talk.decode("SIR", line, Weight)
                self._bearable(weight, line)
            except (GarbledReplyError, RefusedError) as error:
                trouble = error
                self._report(line, error.what)
                continue
            found += self._sieved(Answer(since_ns + lasted_ns * number // len(lines), weight, line))
        if trouble is not None and not found and not self._doubted:
            raise trouble
        return found

    def _sieved(self, answer: Answer) -> list[Answer]:
        """Return the readings that are believed now that one more has come."""
        if self._course is not None and self._course.goes_on_with(answer):
            self._drop(self._doubted, f"the next reading was {answer.weight.mass_mg:g} mg")
            self._doubted = []
            return self._believe([answer])
        self._doubted.append(answer)
        if len(self._doubted) == 1:
            return []
        chosen = believed(self._doubted, near_mg(self._course, answer), self._course)
        if chosen is None:
            if len(self._doubted) >= MOST_ANSWERS:
                self._drop(self._doubted[:1], "no reading behind it agrees with it")
                self._doubted = self._doubted[1:]
            return []
        # They are in order of time: those that agree with the one that was chosen are readings too.
        near = near_mg(self._course, chosen)
        good = [one for one in self._doubted if one.has_form_of(chosen) and one.off_mg(chosen) <= near]
        odd = [one for one in self._doubted if one not in good]
        self._drop(odd, f"its neighbours were {chosen.weight.mass_mg:g} mg")
        self._doubted = []
        return self._believe(good)

    def _believe(self, answers: list[Answer]) -> list[Answer]:
        for answer in answers:
            self._course = Course(answer) if self._course is None else self._course.then(answer)
        return answers

    def _drop(self, answers: list[Answer], why: str) -> None:
        for one in answers:
            self._report(one.line, why)

    def _report(self, line: bytes, why: str) -> None:
        with self._reporter.verb("drop_reading") as told:
            told.note(None, line)
            told.result = f"dropped: {why}"

    def _lines(self, timeout_s: float) -> list[bytes]:
        """Return the whole lines that have come, waiting for the first."""
        lines: list[bytes] = []
        while len(lines) < _MOST_LINES:
            try:
                more = self._stream.read_until(dialect.END, sent=SIR, timeout_s=0.0 if lines else timeout_s)
            except NoReplyError as error:
                self._partial += error.received or b""
                if lines:
                    break
                raise
            lines.append(self._partial + more)
            self._partial = b""
        return lines

    def _drop_what_is_old(self, timeout_s: float) -> None:
        """Drop what lies unread, and the rest of the line that was under way."""
        self._stream.discard_input()
        self._partial = b""
        self._doubted = []
        self._stream.read_until(dialect.END, sent=SIR, timeout_s=timeout_s)
        self._taken_ns = self._clock.now_ns()
