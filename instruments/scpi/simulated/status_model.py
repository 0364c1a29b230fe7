"""The SCPI side of a simulated instrument: parses messages, keeps the error queue, and dispatches to commands.

A command is declared by its pattern as manuals write it: `MEASure:CURRent[:DC]?` is reached by MEAS:CURR?, by
measure:current:dc? and so on; what stands in brackets may be left out. Sources: SCPI-1999 6.2 (headers), 21.8 (error
queue); IEEE 488.2 chapters 6, 7 and 10.
"""

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from instruments.scpi.dialect import NO_ERROR, QueuedError, format_error

MAX_LINE_BYTES = 1024
MAX_QUEUE = 20
# One mnemonic of a pattern: bracket, colon before it, the word, colon behind it.
_MNEMONIC = re.compile(r"(\[?)(:?)([*A-Za-z]+)((?::(?=\]))?)\]?")
_VALUE = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[Ee][+-]?\d{1,3})?)\s*([A-Za-z]*)", re.ASCII)
_SUFFIXES = {"": 0, "V": 0, "A": 0, "MV": -3, "MA": -3, "UV": -6, "UA": -6}

UNDEFINED_HEADER = QueuedError(-113, "Undefined header")
INVALID_CHARACTER = QueuedError(-101, "Invalid character")
DATA_TYPE = QueuedError(-104, "Data type error")
PARAMETER_NOT_ALLOWED = QueuedError(-108, "Parameter not allowed")
MISSING_PARAMETER = QueuedError(-109, "Missing parameter")
INVALID_SUFFIX = QueuedError(-131, "Invalid suffix")
OUT_OF_RANGE = QueuedError(-222, "Data out of range")
ILLEGAL_PARAMETER = QueuedError(-224, "Illegal parameter value")
STALE = QueuedError(-230, "Data corrupt or stale")
QUEUE_OVERFLOW = QueuedError(-350, "Queue overflow")
INPUT_OVERRUN = QueuedError(-363, "Input buffer overrun")

# What a command is given: its parameters; what it returns: the response of a query, "" of a command.
Command = Callable[[list[str]], str]


class CommandError(Exception):
    """Ends a command with an entry in the error queue; never leaves the device."""

    def __init__(self, error: QueuedError) -> None:
        self.error = error
        super().__init__(str(error))


@dataclass(frozen=True, slots=True)
class ScpiMalfunction:
    """What is wrong with the instrument itself at the moment; nothing by default.

    `number`: the text that every measurement answers instead of its number. `endless_errors`: the error queue never
    runs empty.
    """

    number: str = ""
    endless_errors: bool = False


class ScpiDevice:
    """A message parser with an error queue and the common commands of IEEE 488.2."""

    def __init__(self, identity: str, commands: Mapping[str, Command]) -> None:
        self.malfunction = ScpiMalfunction()
        common: dict[str, Command] = {
            "*IDN?": lambda _: identity,
            "*CLS": self._clear,
            "*OPC": lambda _: "",
            "*OPC?": lambda _: "1",
            "*WAI": lambda _: "",
            "*ESR?": self._event_status,
            "*STB?": lambda _: str(4 * bool(self._errors)),
            "*TST?": lambda _: "0",
            "SYSTem:ERRor[:NEXT]?": lambda _: format_error(self._next_error()),
            "SYSTem:ERRor:COUNt?": lambda _: str(len(self._errors)),
            "SYSTem:VERSion?": lambda _: "1999.0",
        }
        self._commands = [(_compiled(pattern), command) for pattern, command in {**common, **commands}.items()]
        self._found: dict[str, Command | None] = {}
        self._errors: deque[QueuedError] = deque()
        self._events = 0
        self._input = b""

    def receive(self, data: bytes) -> bytes:
        """Take bytes as they come; return the response lines of the whole messages among them."""
        *lines, self._input = (self._input + data).split(b"\n")
        answer = b"".join(self._message(line) for line in lines)
        if len(self._input) > MAX_LINE_BYTES:
            self._input = b""
            self.queue(INPUT_OVERRUN)
        return answer

    def hang_up(self) -> None:
        """Forget half a message."""
        self._input = b""

    def queue(self, error: QueuedError) -> None:
        """Put an entry into the error queue, which says so when it overflows."""
        self._events |= 0x20 if -200 < error.code <= -100 else 0x10
        if len(self._errors) < MAX_QUEUE:
            self._errors.append(error)
        else:
            self._errors[-1] = QUEUE_OVERFLOW

    def _message(self, line: bytes) -> bytes:
        line = line.rstrip(b"\r")
        if len(line) > MAX_LINE_BYTES:
            self.queue(INPUT_OVERRUN)
            return b""
        if any(byte > 126 or (byte < 32 and byte != 9) for byte in line):
            self.queue(INVALID_CHARACTER)
            return b""
        responses = []
        path = ""
        for unit in line.decode("ascii").split(";"):
            if not unit.strip():
                continue
            header, _, rest = unit.strip().partition(" ")
            full, path = _absolute(header, path)
            try:
                response = self._execute(full, [word.strip() for word in rest.split(",")] if rest.strip() else [])
            except CommandError as refusal:
                self.queue(refusal.error)
                break  # the rest of a message with an error in it is not executed
            if response:
                responses.append(response)
        return (";".join(responses) + "\n").encode("ascii") if responses else b""

    def _execute(self, header: str, parameters: list[str]) -> str:
        if header not in self._found:
            self._found[header] = next((c for pattern, c in self._commands if pattern.fullmatch(header)), None)
            if self._found[header] is None:
                del self._found[header]
                raise CommandError(UNDEFINED_HEADER)
        command = self._found[header]
        return command(parameters) if command is not None else ""

    def _next_error(self) -> QueuedError:
        if self.malfunction.endless_errors:
            return QueuedError(-300, "Device-specific error")
        return self._errors.popleft() if self._errors else NO_ERROR

    def _clear(self, _: list[str]) -> str:
        self._errors.clear()
        self._events = 0
        return ""

    def _event_status(self, _: list[str]) -> str:
        events, self._events = self._events, 0
        return str(events)


def number(parameters: list[str], *, low: float, high: float, default: float) -> float:
    """Return the one numeric parameter of a command, within its range; MIN, MAX and DEF are words for numbers."""
    text = one(parameters).upper()
    words = {"MIN": low, "MINIMUM": low, "MAX": high, "MAXIMUM": high, "DEF": default, "DEFAULT": default}
    if text in words:
        return words[text]
    match = _VALUE.fullmatch(text)
    if match is None:
        raise CommandError(DATA_TYPE)
    if match[2] not in _SUFFIXES:
        raise CommandError(INVALID_SUFFIX)
    value = float(Decimal(match[1]).scaleb(_SUFFIXES[match[2]]))
    if not low <= value <= high:
        raise CommandError(OUT_OF_RANGE)
    return value


def boolean(parameters: list[str]) -> bool:
    """Return the one boolean parameter of a command: ON, OFF, 1 or 0."""
    text = one(parameters).upper()
    if text not in ("ON", "OFF", "1", "0"):
        raise CommandError(ILLEGAL_PARAMETER)
    return text in ("ON", "1")


def one(parameters: list[str]) -> str:
    """Return the only parameter of a command."""
    if not parameters:
        raise CommandError(MISSING_PARAMETER)
    if len(parameters) > 1:
        raise CommandError(PARAMETER_NOT_ALLOWED)
    return parameters[0]


def none(parameters: list[str]) -> None:
    """Refuse parameters where there are none."""
    if parameters:
        raise CommandError(PARAMETER_NOT_ALLOWED)


def _absolute(header: str, path: str) -> tuple[str, str]:
    """Return a header with the path of the message so far before it, and the path after it."""
    if header.startswith("*"):
        return header, path
    full = header[1:] if header.startswith(":") else path + header
    return full, full[: full.rfind(":") + 1]


def _compiled(pattern: str) -> re.Pattern[str]:
    """Return the expression that a manual's pattern stands for."""
    body = pattern.removesuffix("?")
    parts = []
    for opening, before, word, behind in _MNEMONIC.findall(body):
        short = "".join(letter for letter in word if not letter.islower())
        part = f"{before}(?:{re.escape(short)}|{re.escape(word)}){behind}"
        parts.append(f"(?:{part})?" if opening else part)
    return re.compile("".join(parts) + (r"\?" if body != pattern else ""), re.IGNORECASE | re.ASCII)
