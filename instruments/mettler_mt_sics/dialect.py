"""MT-SICS, levels 0 and 1, and how a balance is set: bytes ⇄ meaning, for the balance's side and for the computer's.

A command is upper case, its parameters follow after spaces, CR LF ends it. A reply repeats the command's name (SI and
SIR answer as S), then a status, then what was asked:

    S S     100.00 g        stable weight, the number right-aligned in ten characters
    S D     100.00 g        dynamic (not stable) weight
    Z A                     done
    I4 A "B123456789"       texts
    M03 A 0                 figures
    C3 B, later C3 A        begun, done
    S I  S +  S -  TA L     not now, overload, underload, wrong parameter
    ES  ET  EL              unknown command, transmission error, logical error

Source: Mettler-Toledo, MT-SICS Reference Manual.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from rig.errors import QuantityError

END = b"\r\n"
# Digits left of the mg's decimal point per unit. A unit that is not here is refused: the balance can also show
# carats, ounces and custom units, and a guessed factor would be a plausible wrong dose.
_MG_EXPONENT = {"mg": 0, "g": 3, "kg": 6}
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{0,7})?", re.ASCII)
_TEXTS = re.compile(r'"[^"]*"(?: "[^"]*")*')
_FIGURES = re.compile(r'\d{1,3}(?: \d{1,3})*(?: "[^"]*")?', re.ASCII)
# Weighing mode, environment, zero tracking, adjustment, doors: asked without parameters they tell how they are set.
SETTINGS = frozenset({"M01", "M02", "M03", "C0", "WS"})
_ANSWERS_AS = {"SI": "S", "SIR": "S", "@": "I4"}

REFUSALS = {
    "ES": "the balance does not know the command",
    "ET": "the balance received a broken byte",
    "EL": "the balance cannot execute the command",
    "I": "the balance is busy: it adjusts itself, tares, or did not become stable in time",
    "L": "the balance refuses the parameter",
    "+": "overload: there is too much on the pan",
    "-": "underload: the pan is lifted or not in place",
}


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight in mg, whether the balance calls it stable, how many characters its number was set in, and its digit.

    MT-SICS has no checksum, but a balance right-aligns all its weights in one width: a line of another width has lost
    or gained a character, and with it perhaps a digit. `digit_mg` is what one step of the number's last place is worth.
    """

    mass_mg: float
    stable: bool
    width: int
    digit_mg: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Executed:
    """The command was executed; `stable` is None where the command does not say."""

    stable: bool | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """What was asked, as the balance's texts; `more` says that further lines follow."""

    texts: tuple[str, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """How something is set on the balance, as its whole numbers; a text behind them is left out."""

    figures: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """What was asked for has begun; a second line follows when it is done."""


@dataclass(frozen=True, slots=True)
class NotExecuted:
    """The balance understood and said no, by one of the codes of `REFUSALS`."""

    code: str


Reply = Weight | Executed | Texts | Figures | Begun | NotExecuted


def encode_command(command: str, *parameters: str) -> bytes:
    """Return the bytes of a command."""
    return " ".join((command, *parameters)).encode("ascii") + END


def answers_as(command: str) -> str:
    """Return the name under which the replies to `command` come."""
    return _ANSWERS_AS.get(command, command)


def decode_reply(line: bytes, command: str) -> Reply:
    """Return what one line says in reply to `command`; raise QuantityError when it is not such a reply.

    Nothing is repaired: a line with a missing byte, a foreign unit or an unknown status is no reply.
    """
    body = _printable(line)
    if body in ("ES", "ET", "EL"):
        return NotExecuted(body)
    name = answers_as(command)
    if not body.startswith(f"{name} "):
        raise QuantityError(f"{body!r} does not answer {command}")
    status, _, rest = body[len(name) + 1 :].partition(" ")
    if status in ("I", "L", "+", "-") and not rest:
        return NotExecuted(status)
    if status in ("S", "D") and not rest and name == "ZI":
        return Executed(status == "S")
    if status in ("S", "D") and name in ("S", "T", "TI"):
        return _weight(rest, stable=status == "S")
    if status == "A" and name == "TA" and rest:
        return _weight(rest, stable=True)
    if status == "A" and not rest:
        return Executed()
    told = _told(name, status, rest)
    if told is not None:
        return told
    raise QuantityError(f"{body!r} is not a reply that {command} can have")


def encode_weight(name: str, status: str, mass_mg: float, *, decimals: int, width: int = 10) -> bytes:
    """Return a line with a weight in g, `decimals` digits behind the point, right-aligned in `width` characters.

    A mass that rounds to zero carries no sign.
    """
    steps = round(Decimal(repr(mass_mg)).scaleb(decimals - 3))
    text = f"{Decimal(steps).scaleb(-decimals):.{decimals}f}"
    return f"{name} {status} {text:>{width}} g".encode("ascii") + END


def encode_reply(name: str, status: str, *texts: str) -> bytes:
    """Return a line with a status and quoted texts."""
    return " ".join((name, status, *(f'"{text}"' for text in texts))).encode("ascii") + END


def mass_from_parameters(words: list[str]) -> float:
    """Return the mass in mg of a command's parameters, as in `TA 12.5 g`; raise QuantityError for anything else."""
    return _mass_mg(" ".join(words))


def model_of(balance_data: str) -> str:
    """Return the model in what I2 answers: `XSR225DU 220.00000 g` holds the capacity and its unit behind it."""
    words = balance_data.split()
    return " ".join(words[:-2] if _tells_capacity(words) else words)


def capacity_mg_of(balance_data: str) -> float | None:
    """Return the capacity (mg) in what I2 answers, None where it tells none."""
    words = balance_data.split()
    return _mass_mg(" ".join(words[-2:])) if _tells_capacity(words) else None


def _tells_capacity(words: list[str]) -> bool:
    return len(words) > 2 and words[-1] in _MG_EXPONENT and _NUMBER.fullmatch(words[-2]) is not None


def _told(name: str, status: str, rest: str) -> Reply | None:
    """Return what the balance tells of itself or of something that it has begun, None for anything else."""
    if status == "B" and name == "C3" and not rest:
        return Begun()
    if status == "A" and name in SETTINGS and _FIGURES.fullmatch(rest) is not None:
        return Figures(tuple(int(word) for word in rest.partition('"')[0].split()))
    return _texts(rest, more=status == "B") if status in ("A", "B") and name.startswith("I") else None


def _printable(line: bytes) -> str:
    """Return the text of one whole line; raise QuantityError when it has no end or holds foreign bytes."""
    if not line.endswith(END) or line.count(b"\n") != 1:
        raise QuantityError("the line has no CR LF at its end, or more than one")
    if any(byte < 32 or byte > 126 for byte in line[:-2]):
        raise QuantityError("the line holds bytes that MT-SICS does not use")
    return line[:-2].decode("ascii")


def _weight(text: str, *, stable: bool) -> Weight:
    """Return `   17.5043 g` as a weight; raise QuantityError for any other form or unit."""
    mass_mg = _mass_mg(text)
    number, _, unit = text.lstrip(" ").partition(" ")
    digit_mg = float(Decimal(1).scaleb(_MG_EXPONENT[unit] - len(number.partition(".")[2])))
    return Weight(mass_mg, stable, text.rfind(" "), digit_mg)


def _mass_mg(text: str) -> float:
    """Return `   17.5043 g` in mg, correctly rounded; raise QuantityError for any other form or unit."""
    number, _, unit = text.lstrip(" ").partition(" ")
    if _NUMBER.fullmatch(number) is None:
        raise QuantityError(f"{number!r} is not a weight")
    if unit not in _MG_EXPONENT:
        raise QuantityError(f"the balance weighs in {unit!r}; set it to one of {', '.join(_MG_EXPONENT)}")
    return float(Decimal(number).scaleb(_MG_EXPONENT[unit]))


def _texts(rest: str, *, more: bool) -> Texts:
    """Return the quoted texts of an I-reply; I0 puts a level number before them."""
    level, _, quoted = rest.partition(" ")
    numbered = level.isdecimal()
    if numbered:
        rest = quoted
    if _TEXTS.fullmatch(rest) is None:
        raise QuantityError(f"{rest!r} is not a list of quoted texts")
    texts = tuple(part for part in rest.split('"')[1::2])
    return Texts((level, *texts) if numbered else texts, more)
