"""The outputs of a simulated supply: what each is set to, and which of them a message is about."""

import re
from dataclasses import dataclass

from instruments.scpi.simulated.status_model import (
    ILLEGAL_PARAMETER,
    OUT_OF_RANGE,
    Command,
    CommandError,
    none,
    one,
)

_LIST = re.compile(r"\(@(\d{1,3})\)", re.ASCII)
_NAME = re.compile(r"OUT(?:P(?:UT)?)?(\d)", re.IGNORECASE)


@dataclass(slots=True)
class OutputState:
    """What one output is set to, and whether its protections have tripped."""

    limit_a: float
    over_voltage_v: float
    voltage_v: float = 0.0
    on: bool = False
    current_protected: bool = False
    current_tripped: bool = False
    voltage_protected: bool = True
    voltage_tripped: bool = False
    sensed_remotely: bool = False

    @property
    def tripped(self) -> bool:
        """Tell whether a protection keeps it off."""
        return self.current_tripped or self.voltage_tripped


class Outputs:
    """All outputs, counted from 1. `selected` is what commands without a channel list are about.

    Somebody at the front panel selects another by `select`. Supplies with one output know neither selection nor lists.
    """

    def __init__(self, count: int, limit_a: float, over_voltage_v: float) -> None:
        self._fresh = (limit_a, over_voltage_v)
        self.states = [OutputState(*self._fresh) for _ in range(count)]
        self.selected = 1
        self._meant = 1

    @property
    def meant(self) -> OutputState:
        """Return the output that the message under way is about."""
        return self.states[self._meant - 1]

    def reset(self) -> None:
        """Set all of them to what they are when the supply is switched on."""
        self.states = [OutputState(*self._fresh) for _ in self.states]
        self.selected = self._meant = 1

    def select(self, output: int) -> None:
        """Select an output, as a command does or somebody at the front panel."""
        if not 1 <= output <= len(self.states):
            raise CommandError(OUT_OF_RANGE)
        self.selected = output

    def addressed(self, command: Command) -> Command:
        """Return a command that takes a channel list, too."""

        def about(parameters: list[str]) -> str:
            self._meant = self.selected
            if len(self.states) > 1 and parameters and (listed := _LIST.fullmatch(parameters[-1])):
                if not 1 <= int(listed[1]) <= len(self.states):
                    raise CommandError(OUT_OF_RANGE)
                self._meant = int(listed[1])
                parameters = parameters[:-1]
            return command(parameters)

        return about

    def commands(self) -> dict[str, Command]:
        """Return the commands that select one; none where there is but one."""
        if len(self.states) == 1:
            return {}
        return {
            "INSTrument:NSELect": self._select_number,
            "INSTrument:NSELect?": self._selected_number,
            "INSTrument[:SELect]": self._select_name,
            "INSTrument[:SELect]?": self._selected_name,
        }

    def _select_number(self, parameters: list[str]) -> str:
        text = one(parameters)
        if not text.isdigit():
            raise CommandError(ILLEGAL_PARAMETER)
        self.select(int(text))
        return ""

    def _selected_number(self, parameters: list[str]) -> str:
        none(parameters)
        return str(self.selected)

    def _selected_name(self, parameters: list[str]) -> str:
        none(parameters)
        return f"OUTP{self.selected}"

    def _select_name(self, parameters: list[str]) -> str:
        name = _NAME.fullmatch(one(parameters))
        if name is None:
            raise CommandError(ILLEGAL_PARAMETER)
        self.select(int(name[1]))
        return ""
