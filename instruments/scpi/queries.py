"""The readings of one SCPI instrument, each as sure as it has to be: a digit flipped on the wire is another number."""

from instruments.scpi import dialect
from instruments.scpi.conversation import ScpiConversation
from instruments.scpi.dialect import Special


class ScpiLink(ScpiConversation):
    """A conversation that asks for numbers and booleans.

    Every method raises an InstrumentError: RefusedError for a reading that the instrument could not take, and what the
    conversation raises.
    """

    def read_number(self, query: str, *, unit: str, limit: float) -> float:
        """Return the number that answers `query`; refuse one beyond ±`limit`, which this instrument cannot measure."""
        line, value = self._ask(query, dialect.parse_number)
        self._check_queue(query, line)
        return self._believed(query, line, value, unit, limit)

    def read_repeated(self, query: str, again: str, *, unit: str, limit: float) -> float:
        """Return the number that answers `query` once `again`, which has the instrument repeat it, has confirmed it.

        A digit that was flipped on the wire is another number: one answer that stands alone against two is dropped and
        told to the record, and where no two agree there is no reading.
        """
        line, value = self._ask(query, dialect.parse_number)
        answers = [(line, value), self._ask(again, dialect.parse_number)]
        if answers[0][1] != answers[1][1]:
            answers.append(self._ask(again, dialect.parse_number))
        self._check_queue(query, b"".join(line for line, _ in answers))
        if len(answers) > 2:
            line, value = self._agreed(query, answers)
        return self._believed(query, line, value, unit, limit)

    def read_twice(self, query: str, *, unit: str, limit: float, within: float) -> float:
        """Return the number that answers `query`, which a second reading confirms to `within` (in `unit`).

        Where it does not, a third is taken, and the middle one of the three is the reading: whatever came of the other
        two, a digit flipped on the wire is not it. The record is told of all three.
        """
        readings = [self.read_number(query, unit=unit, limit=limit) for _ in range(2)]
        if abs(readings[0] - readings[1]) <= within:
            return readings[0]
        with self.reporter.verb("read again") as told:
            readings.append(self.read_number(query, unit=unit, limit=limit))
            told.note(query.encode("ascii"), self.last_line)
            told.result = f"{', '.join(f'{one:g}' for one in readings)} {unit}: {sorted(readings)[1]:g} {unit} is taken"
        return sorted(readings)[1]

    def read_boolean(self, query: str) -> bool:
        """Return the 0 or 1 that answers `query`, asked twice: one bit divides them. A third answer decides."""
        answers: list[bool] = []
        while len(answers) < 2 or (len(answers) == 2 and answers[0] is not answers[1]):
            line, value = self._ask(query, dialect.parse_boolean)
            self._check_queue(query, line)
            answers.append(value)
        return answers.count(True) * 2 > len(answers)

    def _agreed(self, query: str, answers: list[tuple[bytes, float | Special]]) -> tuple[bytes, float | Special]:
        """Return the answer that two of three agree in, and tell the record of the third."""
        received = b"".join(line for line, _ in answers)
        values = [value for _, value in answers]
        twice = next((answer for answer in answers if values.count(answer[1]) > 1), None)
        if twice is None:
            raise self._garbled("the instrument was to repeat a reading, and no two answers agree", query, received)
        with self.reporter.verb("read again") as told:
            told.note(query.encode("ascii"), received)
            told.result = "one answer differs from its repetitions, and was dropped"
        return twice

    def _believed(self, query: str, line: bytes, value: float | Special, unit: str, limit: float) -> float:
        if isinstance(value, Special):
            what = f"the instrument has no reading: {value}"
            advice = "check the wiring and the instrument's range"
            raise self.reporter.refused(what, str(value), advice, query.encode("ascii"), line)
        if abs(value) > limit:
            raise self._garbled(f"{value:g} {unit} is beyond the ±{limit:g} {unit} of this instrument", query, line)
        return value
