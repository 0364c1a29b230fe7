"""Asks somebody at the bench: `bench.ask`. On a mocked bench its twin answers; without a terminal it is an error."""

import getpass
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, overload

from rig.bench.asked import above_zero, is_number
from rig.bench_file.reading import BenchFile
from rig.clock import NS_PER_S, Clock, Deadline
from rig.errors import NotAnsweredError, NoTerminalError, PlanError, did_you_mean
from rig.record.bodies.challenges import OperatorAnswered
from rig.record.writer import RunRecord

DEFAULT_TIME_LIMIT_S = 600.0
TWIN = "twin"
NOT_NAMED = "not named"
# What the twin answers to a question that wants no more than to be seen.
_SEEN = "done"


class Terminal(Protocol):
    """Where somebody is asked."""

    def unable(self) -> str:
        """Return why nobody can be asked here, "" when somebody can."""

    def ask(self, text: str, deadline: Deadline, meanwhile: Callable[[], object]) -> str | None:
        """Show a text and return the line that was answered; None once the deadline has passed.

        `meanwhile` is called at least once a second. Raises NoTerminalError when the terminal goes away.
        """


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked and what may be answered: one of `choices`, a number with its unit and range, or any text."""

    text: str
    choices: tuple[str, ...]
    unit: str
    least: float
    most: float
    picture: Path | None

    def shown(self) -> str:
        """Return the question as it stands on the terminal."""
        lines = [self.text]
        if self.picture is not None:
            lines.append(f"  picture: {self.picture.resolve()}")
        lines += [f"  {number}  {choice}" for number, choice in enumerate(self.choices, 1)]
        return "\n".join([*lines, f"{self._wanted()}: "])

    def understood(self, answer: str) -> str | float:
        """Return what an answer means; raise PlanError, with what is wanted, for one that means nothing."""
        said = answer.strip()
        if self.unit:
            try:
                number = float(said.removesuffix(self.unit).strip().replace(",", "."))
            except ValueError:
                number = float("nan")
            if self.least <= number <= self.most:
                return number
        elif self.choices:
            if said in self.choices:
                return said
            if said.isdigit() and 1 <= int(said) <= len(self.choices):
                return self.choices[int(said) - 1]
        else:
            return said
        raise PlanError(f"found {said!r}{did_you_mean(said, self.choices)}; {self._wanted()} is wanted")

    def _wanted(self) -> str:
        if self.unit:
            return f"a number from {self.least:g} to {self.most:g} {self.unit}"
        return f"a choice or its number, 1 to {len(self.choices)}" if self.choices else "text, or Enter alone"


class Prompts:
    """Asks, one question after the other, and records each answer with who gave it.

    Call it as a plan does, `bench.ask(…)`. The twin of a mocked bench says what stands in the file's [operator];
    `terminal` is set by whoever has one, and each of `meanwhile` looks after the bench while somebody thinks.
    """

    def __init__(
        self, record: RunRecord, clock: Clock, bench_file: BenchFile, meanwhile: Sequence[Callable[[], object]]
    ) -> None:
        self.terminal: Terminal | None = None
        self._record = record
        self._clock = clock
        self._mocked = bench_file.mocked
        self._answers = bench_file.operator.answers
        self._meanwhile = meanwhile

    @overload
    def __call__(
        self,
        question: str,
        *,
        unit: str,
        least: float,
        most: float,
        picture: str | Path | None = ...,
        time_limit_s: float = ...,
        answers: Mapping[str, str | float] | None = ...,
    ) -> float: ...

    @overload
    def __call__(
        self,
        question: str,
        *,
        choices: Sequence[str] = ...,
        picture: str | Path | None = ...,
        time_limit_s: float = ...,
        answers: Mapping[str, str | float] | None = ...,
    ) -> str: ...

    def __call__(
        self,
        question: str,
        *,
        choices: Sequence[str] = (),
        unit: str = "",
        least: float | None = None,
        most: float | None = None,
        picture: str | Path | None = None,
        time_limit_s: float = DEFAULT_TIME_LIMIT_S,
        answers: Mapping[str, str | float] | None = None,
    ) -> str | float:
        """Ask and return the answer: one of `choices`, a number within its range in `unit`, or text.

        `answers` are what the twin says on a mocked bench, by question, where the bench file's [operator] does not say
        it. Raises NoTerminalError when nobody can be asked, NotAnsweredError once `time_limit_s` (real s) has passed,
        and PlanError for a question that cannot be answered.
        """
        asked = _question(question, choices, unit, least, most, picture)
        above_zero("time_limit_s", time_limit_s)
        from_ns = self._clock.now_ns()
        if self._mocked:
            answer, who = asked.understood(str(self._by_twin(asked, answers or {}))), TWIN
        else:
            answer, who = self._by_person(asked, time_limit_s), self._name()
        after_s = (self._clock.now_ns() - from_ns) / NS_PER_S
        said = f"{answer:g} {unit}" if isinstance(answer, float) else answer
        self._record.event(OperatorAnswered(question, said, who, after_s))
        return answer

    def unable(self) -> str:
        """Return why nobody can be asked, "" when somebody, or the twin, can."""
        if self._mocked:
            return ""
        return "there is no terminal to ask the operator on" if self.terminal is None else self.terminal.unable()

    def _by_twin(self, asked: Question, answers: Mapping[str, str | float]) -> str | float:
        said = {**answers, **self._answers}.get(asked.text)
        if said is not None:
            return said
        if asked.unit:
            raise PlanError(
                f"the twin of a mocked bench has no answer to {asked.text!r}: give bench.ask(…, answers={{"
                f"{asked.text!r}: …}}), or write it into [operator] answers of the bench file"
            )
        return asked.choices[0] if asked.choices else _SEEN

    def _by_person(self, asked: Question, time_limit_s: float) -> str | float:
        why = self.unable()
        if why or self.terminal is None:
            raise NoTerminalError(
                f"{asked.text!r} was to be asked, and {why}: run the plan in a terminal, without -n and without input "
                "from a file"
            )
        text, deadline = asked.shown(), Deadline(time_limit_s)
        while True:
            line = self.terminal.ask(text, deadline, self._look_after_the_bench)
            if line is None:
                raise NotAnsweredError(f"nobody answered {asked.text!r} within {time_limit_s:g} s")
            try:
                return asked.understood(line)
            except PlanError as error:
                text = f"{error}: "

    def _look_after_the_bench(self) -> None:
        for look in self._meanwhile:
            look()

    def _name(self) -> str:
        with self._record.reader() as reader:
            operator = reader.start().operator
        return operator if operator not in ("", NOT_NAMED) else getpass.getuser()


def _question(
    text: str,
    choices: Sequence[str],
    unit: str,
    least: float | None,
    most: float | None,
    picture: str | Path | None,
) -> Question:
    """Return a question; raise PlanError for one that cannot be answered."""
    if not text.strip():
        raise PlanError("a question was asked without words: write bench.ask(“what is to be done or answered”)")
    if isinstance(choices, str) or not all(isinstance(one, str) and one.strip() for one in choices):
        raise PlanError(f"found choices={choices!r}; a list of texts is wanted, such as choices=('yes', 'no')")
    if choices and unit:
        raise PlanError("a question has choices or a unit, not both")
    if not unit and (least is not None or most is not None):
        raise PlanError("a number was asked for without its unit: write bench.ask(…, unit='g', least=0, most=100)")
    if unit and (not is_number(least) or not is_number(most) or (least or 0.0) > (most or 0.0)):
        raise PlanError(f"found least={least!r}, most={most!r}; a number in {unit} has a range: least=…, most=…")
    if picture is not None and not Path(picture).is_file():
        raise PlanError(f"found picture={str(picture)!r}; there is no such file")
    return Question(text, tuple(choices), unit, least or 0.0, most or 0.0, None if picture is None else Path(picture))
