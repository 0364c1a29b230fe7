"""What is done to a pump and its line, as events: each challenge and its end, with the time and its uncertainty."""

from dataclasses import dataclass, field
from enum import StrEnum

from rig.record.bodies.codec import Json
from rig.record.bodies.event import Event


class ChallengeKind(StrEnum):
    """What can be done to a pump."""

    OCCLUSION = "occlusion"
    LEAK = "leak"
    DISCONNECTION = "disconnection"
    KINK = "kink"
    BACK_PRESSURE = "back pressure"
    TEMPERATURE = "temperature"
    AMBIENT_PRESSURE = "ambient pressure"
    BUBBLE = "bubble"
    MAGNET = "magnet"
    SUPPLY_VOLTAGE = "supply voltage"
    POWER_CUT = "power cut"
    LINK_BELATED = "link belated"
    LINK_GARBLED = "link garbled"
    LINK_LOST = "link lost"
    LINK_NOISY = "link noisy"
    LINK_REPLAYED = "link replayed"
    LINK_STALLED = "link stalled"
    BUTTON = "patient's button"
    REFILL = "refill"
    FILLED_ANEW = "filled anew"
    BALANCE_BUMPED = "balance bumped"
    BATTERY_DRAINED = "battery drained"
    EVAPORATION = "evaporation"


# Whatever of these is under way, what the balance weighs is not what the pump delivers.
PARTS_LINE_FROM_BALANCE = frozenset(
    {
        ChallengeKind.OCCLUSION,
        ChallengeKind.LEAK,
        ChallengeKind.DISCONNECTION,
        ChallengeKind.KINK,
        ChallengeKind.BUBBLE,
    }
)


@dataclass(frozen=True)
class ChallengeBegins(Event):
    """Something is done to the pump or its line; `at_ns` is when, UTC ns, `u_s` the standard uncertainty of that in s.

    `by` is what did it: "twin", "daq", "supply", "operator". `said` are its figures, with their units in their names.
    """

    NAME = "challenge begins"
    challenge: ChallengeKind
    by: str
    at_ns: int
    u_s: float = 0.0
    said: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class ChallengeEnds(Event):
    """A challenge is taken away again; of what is over at once it is left out."""

    NAME = "challenge ends"
    challenge: ChallengeKind
    by: str
    at_ns: int
    u_s: float = 0.0


@dataclass(frozen=True)
class DoseSaid(Event):
    """A dose was said in a drug's own units, and this is the volume (µL) or rate (µL/h) that it was turned into."""

    NAME = "dose said"
    ORDINARY = True
    said: str
    concentration: str
    volume_ul: float


@dataclass(frozen=True)
class CheckWeighed(Event):
    """A balance was held against a weight of `mass_mg`: it found `found_mg`, and may be off by `within_mg`."""

    NAME = "check weighed"
    stream: str
    mass_mg: float
    found_mg: float
    within_mg: float


@dataclass(frozen=True)
class OperatorAnswered(Event):
    """Somebody at the bench was asked, and this is what was answered, by whom and after how long."""

    NAME = "operator answered"
    question: str
    answer: str
    who: str
    after_s: float
