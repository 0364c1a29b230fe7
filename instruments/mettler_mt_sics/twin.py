"""A simulated MT-SICS balance that weighs the laboratory's beaker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from instruments.hosting.fault_keys import HostedParameters
from instruments.mettler_mt_sics.dialect import END, encode_reply, encode_weight, mass_from_parameters
from instruments.mettler_mt_sics.simulated.load_cell import Load, LoadCell
from instruments.mettler_mt_sics.simulated.menu import Menu, MenuParameters
from instruments.plant.laboratory import Laboratory
from rig.errors import QuantityError

# SIR on a 0.1 mg balance: about 23 readings a second, handed to the line in bursts of 2–3.
READING_NS = 43_478_261
BURST_NS = 110_000_000
# What a client does not fetch overwrites itself: the balance keeps about a second.
MAX_READINGS_DUE = 25
# How long S, T and Z wait for a stable pan before they give up.
STABLE_WITHIN_NS = 40_000_000_000
ENDS_REPETITION = frozenset({"@", "S", "SI", "SIR", "T", "TI", "Z", "ZI"})
MAX_LINE_BYTES = 128
UNIT_MG = 1000.0


class BalanceParameters(MenuParameters, HostedParameters):
    """The `twin` table of a mocked balance."""

    model: str = Field(default="XSR225DU", pattern=r"^[!#-~]+$")
    serial: str = Field(default="B000000001", pattern=r"^[!#-~]+$")
    software: str = Field(default="1.0", pattern=r"^[!#-~]+$")
    weight_width: int = Field(default=10, ge=10, le=14)
    zero_range_percent: float = Field(default=100.0, gt=0, le=100)


@dataclass(frozen=True, slots=True)
class BalanceMalfunction:
    """What is wrong with the balance itself at the moment; nothing by default.

    `busy`: it never comes to rest. `unit`: the unit that is printed instead of g. `value`: the text that is printed
    instead of the number.
    """

    busy: bool = False
    overloaded: bool = False
    underloaded: bool = False
    unit: str = ""
    value: str = ""


class Twin:
    """A balance that has been switched on with its pan empty, before the beaker was put on it."""

    hosting: ClassVar[str] = "serial"
    port_format: ClassVar[str] = "socket://{host}:{port}"
    baud: ClassVar[int] = 9600
    Parameters: ClassVar[type[BalanceParameters]] = BalanceParameters

    def __init__(self, name: str, parameters: BalanceParameters, laboratory: Laboratory) -> None:
        self.malfunction = BalanceMalfunction()
        self._parameters = parameters
        self._clock = laboratory.clock
        self._cell = LoadCell(name, parameters, laboratory)
        self._menu = Menu(parameters, laboratory.clock)
        self._zero_mg = 0.0
        self._tare_mg = 0.0
        self._id = ""
        self._input = b""
        self._repeating_since_ns: int | None = None
        self._readings_sent = 0
        self._waiting: tuple[str, int] | None = None
        self._commands: dict[str, Callable[[list[str]], bytes]] = {
            "@": self._cancel,
            "I0": self._list_commands,
            "I1": lambda _: encode_reply("I1", "A", "01", "2.30", "2.20", "", ""),
            "I2": lambda _: encode_reply("I2", "A", self._model_and_capacity()),
            "I3": lambda _: encode_reply("I3", "A", f"{parameters.software} 1.0.0"),
            "I4": lambda _: encode_reply("I4", "A", parameters.serial),
            "S": lambda _: self._when_stable("S"),
            "SI": lambda _: self._weight(),
            "SIR": self._repeat,
            "Z": lambda _: self._when_stable("Z"),
            "ZI": lambda _: self._zero("ZI"),
            "I10": self._balance_id,
            "I11": lambda _: encode_reply("I11", "A", parameters.model),
            "T": lambda _: self._when_stable("T"),
            "TA": self._tare_value,
            "TAC": self._clear_tare,
            "TI": lambda _: self._tare("TI"),
            "M01": lambda words: self._menu.setting("M01", words),
            "M02": lambda words: self._menu.setting("M02", words),
            "M03": lambda words: self._menu.setting("M03", words),
            "C0": self._menu.adjustment,
            "C3": self._menu.adjust,
            "WS": self._menu.doors,
        }

    def receive(self, data: bytes) -> bytes:
        """Take bytes as they come, answer each whole line."""
        *lines, self._input = (self._input + data).split(b"\n")
        answer = b"".join(self._answer(line.removesuffix(b"\r")) for line in lines)
        if len(self._input) > MAX_LINE_BYTES:
            self._input = b""
            answer += b"ET" + END
        return answer

    def unsolicited(self) -> bytes:
        """Return the readings of SIR that are due, the answer of S, T or Z once the pan is stable, and that of C3."""
        if done := self._menu.unsolicited():
            return done
        if self._waiting is not None:
            name, until_ns = self._waiting
            return self._when_stable(name, until_ns)
        if self._repeating_since_ns is None:
            return b""
        since_ns = self._clock.now_ns() - self._repeating_since_ns
        due = since_ns // BURST_NS * BURST_NS // READING_NS + 1 if since_ns >= BURST_NS else 0
        count = min(due - self._readings_sent, MAX_READINGS_DUE)
        self._readings_sent = max(due, self._readings_sent)
        return b"".join(self._weight() for _ in range(count))

    def hung_up(self) -> None:
        """Forget half a command; the balance itself notices nothing."""
        self._input = b""

    def _answer(self, line: bytes) -> bytes:
        if not line:
            return b""
        if any(byte < 32 or byte > 126 for byte in line) or len(line) > MAX_LINE_BYTES:
            return b"ET" + END
        name, *parameters = line.decode("ascii").split(" ")
        command = self._commands.get(name)
        if command is None:
            return b"ES" + END
        if name in ENDS_REPETITION:
            self._repeating_since_ns = None
            self._waiting = None
        return command(parameters)

    def _cancel(self, _: list[str]) -> bytes:
        self._menu.cancel()
        self._tare_mg = 0.0
        return encode_reply("I4", "A", self._parameters.serial)

    def _list_commands(self, _: list[str]) -> bytes:
        levels = [(_level(name), name) for name in self._commands]
        last = len(levels) - 1
        return b"".join(
            f'I0 {"A" if number == last else "B"} {level} "{name}"'.encode("ascii") + END
            for number, (level, name) in enumerate(levels)
        )

    def _balance_id(self, parameters: list[str]) -> bytes:
        if not parameters:
            return encode_reply("I10", "A", self._id)
        text = " ".join(parameters)
        if len(text) < 2 or text[0] + text[-1] != '""' or '"' in text[1:-1] or len(text) > 22:
            return b"I10 L" + END
        self._id = text[1:-1]
        return b"I10 A" + END

    def _model_and_capacity(self) -> str:
        p = self._parameters
        return f"{p.model} {p.capacity_mg / UNIT_MG:.{p.decimals}f} g"

    def _repeat(self, _: list[str]) -> bytes:
        self._repeating_since_ns = self._clock.now_ns()
        self._readings_sent = 0
        return b""

    def _when_stable(self, name: str, until_ns: int | None = None) -> bytes:
        """Execute S, T or Z now when the pan is stable, else leave it waiting until it is or the time is over."""
        now_ns = self._clock.now_ns()
        load = self._cell.weigh()
        if load.stable and not self._busy:
            self._waiting = None
            return {"S": self._show, "T": self._tare, "Z": self._zero}[name](name, load)
        deadline_ns = now_ns + STABLE_WITHIN_NS if until_ns is None else until_ns
        if now_ns >= deadline_ns:
            self._waiting = None
            return f"{name} I".encode("ascii") + END
        self._waiting = (name, deadline_ns)
        return b""

    def _weight(self) -> bytes:
        return self._show("S", self._cell.weigh())

    def _show(self, name: str, load: Load) -> bytes:
        if refusal := self._refusal(name, load):
            return refusal
        self._zero_mg += self._menu.swallowed_mg(load.mass_mg - self._zero_mg - self._tare_mg)
        return self._line(name, "S" if load.stable else "D", load.mass_mg - self._zero_mg - self._tare_mg)

    def _zero(self, name: str, load: Load | None = None) -> bytes:
        load = load or self._cell.weigh()
        span_mg = self._parameters.capacity_mg * self._parameters.zero_range_percent / 100.0
        if refusal := self._refusal(name, load):
            return refusal
        if abs(load.mass_mg) > span_mg:
            return f"{name} {'+' if load.mass_mg > 0 else '-'}".encode("ascii") + END
        self._zero_mg = self._rounded(load.mass_mg)
        self._tare_mg = 0.0
        status = "A" if name == "Z" else "S" if load.stable else "D"
        return f"{name} {status}".encode("ascii") + END

    def _tare(self, name: str, load: Load | None = None) -> bytes:
        load = load or self._cell.weigh()
        if refusal := self._refusal(name, load):
            return refusal
        gross_mg = load.mass_mg - self._zero_mg
        if self._rounded(gross_mg) < 0:
            return f"{name} -".encode("ascii") + END
        self._tare_mg = self._rounded(gross_mg)
        return self._line(name, "S" if load.stable else "D", self._tare_mg)

    def _tare_value(self, parameters: list[str]) -> bytes:
        if parameters:
            try:
                tare_mg = mass_from_parameters(parameters)
            except QuantityError:
                return b"TA L" + END
            if not 0 <= tare_mg <= self._parameters.capacity_mg:
                return b"TA L" + END
            self._tare_mg = self._rounded(tare_mg)
        return self._line("TA", "A", self._tare_mg)

    def _clear_tare(self, _: list[str]) -> bytes:
        self._tare_mg = 0.0
        return b"TAC A" + END

    @property
    def _busy(self) -> bool:
        return self.malfunction.busy or self._menu.adjusting

    def _refusal(self, name: str, load: Load) -> bytes:
        """Return why there is no weight now, b"" when there is one."""
        code = ""
        if self._busy:
            code = "I"
        elif self.malfunction.overloaded or load.mass_mg > self._parameters.capacity_mg:
            code = "+"
        elif self.malfunction.underloaded or load.mass_mg < -0.01 * self._parameters.capacity_mg:
            code = "-"
        return f"{name} {code}".encode("ascii") + END if code else b""

    def _line(self, name: str, status: str, mass_mg: float) -> bytes:
        p = self._parameters
        line = encode_weight(name, status, mass_mg, decimals=p.decimals, width=p.weight_width)
        if self.malfunction.unit:
            line = line.removesuffix(b" g" + END) + b" " + self.malfunction.unit.encode() + END
        if self.malfunction.value:
            head, unit = line[:4], line.rsplit(b" ", 1)[1]
            line = head + self.malfunction.value.encode().rjust(p.weight_width) + b" " + unit
        return line

    def _rounded(self, mass_mg: float) -> float:
        return round(mass_mg / self._parameters.readability_mg) * self._parameters.readability_mg


def _level(name: str) -> int:
    """Return the MT-SICS level that a command belongs to."""
    if name[0] in "MCW":
        return 2
    return 1 if name.startswith("T") or name in ("I10", "I11") else 0
