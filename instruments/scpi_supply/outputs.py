"""Which output of a supply is meant, whatever its front panel has selected."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from instruments.scpi.queries import ScpiLink
from instruments.scpi_supply import dialect
from rig.errors import ConnectionFailedError

# What a supply answers that counts its outputs; some answer 0 to whatever they do not know.
_NUMBER = re.compile(r"\+?[1-9]\d?(?:\.0*)?", re.ASCII)
Form = Literal["auto", "number", "name", "list"]
_ADVICE = (
    "write output_form in the bench file as the supply's manual has it: number (INST:NSEL 2), name (INST:SEL OUT2), "
    "list (channel lists, as in VOLT 3,(@2))"
)


class Output(Protocol):
    """How one output of a supply is told and asked."""

    def look(self) -> None:
        """Ask whether an output is on, without selecting any: only a power supply can answer that."""

    def command(self, verb: str, arguments: dict[str, float | bool], *commands: str) -> None:
        """Tell this output; raises what `ScpiLink.command` raises, RefusedError where it could be another's."""

    def number(self, query: str, *, unit: str, limit: float, within: float) -> float:
        """Ask this output for a number, as `ScpiLink.read_twice` does."""

    def boolean(self, query: str) -> bool:
        """Ask this output for 0 or 1."""

    def answer(self, query: str) -> str | None:
        """Ask this output for a text; None where the supply does not know the query."""


class OnlyOutput:
    """The output of a supply that has but one."""

    def __init__(self, link: ScpiLink) -> None:
        self._link = link

    def look(self) -> None:
        """Ask whether it is on."""
        self.boolean(dialect.OUTPUT)

    def command(self, verb: str, arguments: dict[str, float | bool], *commands: str) -> None:
        """Tell it."""
        self._link.command(verb, arguments, *commands)

    def number(self, query: str, *, unit: str, limit: float, within: float) -> float:
        """Ask it for a number."""
        return self._link.read_twice(query, unit=unit, limit=limit, within=within)

    def boolean(self, query: str) -> bool:
        """Ask it for 0 or 1."""
        return self._link.read_boolean(query)

    def answer(self, query: str) -> str | None:
        """Ask it for a text."""
        return self._link.answer(query)


class ListedOutput(OnlyOutput):
    """An output that each message names in a channel list: what the front panel has selected does not matter."""

    def __init__(self, link: ScpiLink, output: int) -> None:
        super().__init__(link)
        self._output = output

    def command(self, verb: str, arguments: dict[str, float | bool], *commands: str) -> None:
        """Tell it."""
        listed = (dialect.to_outputs(command, self._output) for command in commands)
        super().command(verb, {**arguments, "output": self._output}, *listed)

    def number(self, query: str, *, unit: str, limit: float, within: float) -> float:
        """Ask it for a number."""
        return super().number(dialect.to_outputs(query, self._output), unit=unit, limit=limit, within=within)

    def boolean(self, query: str) -> bool:
        """Ask it for 0 or 1."""
        return super().boolean(dialect.to_outputs(query, self._output))

    def answer(self, query: str) -> str | None:
        """Ask it for a text."""
        return super().answer(dialect.to_outputs(query, self._output))


class SelectedOutput(OnlyOutput):
    """An output that has to be selected first: read back before and after all that it is told and asked."""

    def __init__(self, link: ScpiLink, output: int | str) -> None:
        super().__init__(link)
        self._output = output
        numbered = isinstance(output, int)
        self._query = dialect.SELECTED_NUMBER if numbered else dialect.SELECTED_NAME
        self._select = dialect.select_number(int(output)) if numbered else dialect.select_name(str(output))

    def look(self) -> None:
        """Ask it of the output that happens to be selected: meeting a supply changes nothing on it."""
        super().boolean(dialect.OUTPUT)

    def command(self, verb: str, arguments: dict[str, float | bool], *commands: str) -> None:
        """Tell it."""
        with self._selected(verb):
            super().command(verb, arguments, *commands)

    def number(self, query: str, *, unit: str, limit: float, within: float) -> float:
        """Ask it for a number."""
        with self._selected(query):
            return super().number(query, unit=unit, limit=limit, within=within)

    def boolean(self, query: str) -> bool:
        """Ask it for 0 or 1."""
        with self._selected(query):
            return super().boolean(query)

    def answer(self, query: str) -> str | None:
        """Ask it for a text."""
        with self._selected(query):
            return super().answer(query)

    @contextmanager
    def _selected(self, what: str) -> Iterator[None]:
        if not self._is_selected()[0]:
            self._link.command(f"select output {self._output}", {}, self._select)
        self._demand(f"before {what}: nothing was sent")
        yield
        self._demand(f"after {what}, which may have gone to that one")

    def _demand(self, when: str) -> None:
        is_it, said = self._is_selected()
        if not is_it:
            raise self._link.reporter.refused(
                f"output {self._output} is meant, and {said} is selected {when}",
                "output",
                "somebody works at the supply's front panel, or another program talks to it: leave it alone, look at "
                "what its outputs are set to, and connect again",
                self._query.encode("ascii"),
                said.encode("ascii"),
            )

    def _is_selected(self) -> tuple[bool, str]:
        for _ in range(2):  # one bit divides 2 from 3: an answer against it is asked for again
            said = self._link.answer(self._query) or "nothing"
            if is_meant(self._output, said):
                return True, said
        return False, said


def is_meant(output: int | str, said: str) -> bool:
    """Tell whether a supply's answer about what is selected names this output."""
    if isinstance(output, str):
        return dialect.is_same_output(output, said)
    try:
        return float(said) == output
    except ValueError:
        return False


def choose(link: ScpiLink, output: int | str | None, form: Form) -> Output:
    """Return the way to the output that the bench file names.

    Raises ConnectionFailedError where it names none and the supply has several, and where it cannot be reached.
    """
    if output is None:
        selected = link.answer(dialect.SELECTED_NUMBER)
        if selected is not None and _NUMBER.fullmatch(selected):
            raise link.reporter.error(
                ConnectionFailedError,
                f"this supply has outputs to choose from (selected is {selected}), and the bench file names none",
                "write output = 1 in the supply's table, or whichever feeds the pump",
                dialect.SELECTED_NUMBER.encode("ascii"),
                selected.encode("ascii"),
            )
        return OnlyOutput(link)
    if isinstance(output, str):
        if form in ("auto", "name") and link.answer(dialect.SELECTED_NAME) is not None:
            return SelectedOutput(link, output)
        raise _unnamed(link, output, form)
    if form in ("auto", "list") and _heeds_lists(link, output):
        return ListedOutput(link, output)
    if form in ("auto", "number") and link.answer(dialect.SELECTED_NUMBER) is not None:
        return SelectedOutput(link, output)
    raise _unnamed(link, output, form)


def _heeds_lists(link: ScpiLink, output: int) -> bool:
    """Tell whether a supply knows channel lists: it answers for this output, and refuses one that it cannot have."""
    known, unknown = (dialect.to_outputs(dialect.VOLTAGE, one) for one in (output, dialect.NO_SUCH_OUTPUT))
    return link.answer(known) is not None and link.answer(unknown) is None


def _unnamed(link: ScpiLink, output: int | str, form: Form) -> ConnectionFailedError:
    return link.reporter.error(
        ConnectionFailedError, f"output {output} cannot be named to this supply with output_form = {form!r}", _ADVICE
    )
