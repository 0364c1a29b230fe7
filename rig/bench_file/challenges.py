"""What can be done to a pump, in which figures, and by what a bench does it: the `[challenges]` table."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from rig.bench_file.tables import TomlTable
from rig.record.bodies.challenges import ChallengeKind

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a figure may be: from `least` to `most`, both allowed but for a `least` that is `above`."""

    least: float
    most: float
    above: bool = False
    whole: bool = False

    def __contains__(self, value: object) -> bool:
        number = isinstance(value, int if self.whole else int | float) and not isinstance(value, bool)
        if not number or not isinstance(value, int | float) or not math.isfinite(value):
            return False
        return (value > self.least if self.above else value >= self.least) and value <= self.most

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        begins = f"above {self.least:g}, up" if self.above else f"from {self.least:g}"
        return f"{kind} {begins} to {self.most:g}"


@dataclass(frozen=True, slots=True)
class ChallengeSpec:
    """One challenge: its kind on the record, its figures, whether it lasts, and what excludes it while it is on.

    Of the challenges with one `theme` one at a time is allowed. `by` are the ways in which a bench may do it.
    """

    kind: ChallengeKind
    theme: str
    figures: Mapping[str, Allowed] = field(default_factory=dict)
    lasts: bool = True
    by: tuple[str, ...] = ("daq", "operator", "twin")


_BY_HAND = ("operator", "twin")
_VOLUME = Allowed(0.0, 1_000.0, above=True)

# By the verb that a plan says: `bench.challenge.occlusion()`.
CHALLENGES: dict[str, ChallengeSpec] = {
    "occlusion": ChallengeSpec(ChallengeKind.OCCLUSION, "line"),
    "leak": ChallengeSpec(ChallengeKind.LEAK, "line", {"share_percent": Allowed(0.0, 100.0, above=True)}),
    "disconnection": ChallengeSpec(ChallengeKind.DISCONNECTION, "line"),
    "kink": ChallengeSpec(ChallengeKind.KINK, "line", {"times_resistance": Allowed(1.0, 1e6, above=True)}),
    "back_pressure": ChallengeSpec(
        ChallengeKind.BACK_PRESSURE,
        "back pressure",
        {"kpa": Allowed(-20.0, 20.0), "beat_kpa": Allowed(0.0, 5.0), "breath_kpa": Allowed(0.0, 5.0)},
        by=_BY_HAND,
    ),
    "temperature": ChallengeSpec(
        ChallengeKind.TEMPERATURE, "temperature", {"liquid_c": Allowed(0.0, 60.0)}, by=_BY_HAND
    ),
    "ambient_pressure": ChallengeSpec(
        ChallengeKind.AMBIENT_PRESSURE, "ambient pressure", {"hpa": Allowed(500.0, 1100.0)}, by=_BY_HAND
    ),
    "magnet": ChallengeSpec(ChallengeKind.MAGNET, "magnet"),
    "supply_voltage": ChallengeSpec(
        ChallengeKind.SUPPLY_VOLTAGE, "power", {"v": Allowed(0.0, 60.0)}, by=("supply", *_BY_HAND)
    ),
    "power_cut": ChallengeSpec(ChallengeKind.POWER_CUT, "power", by=("supply", "daq", *_BY_HAND)),
    "link_belated": ChallengeSpec(
        ChallengeKind.LINK_BELATED,
        "link",
        {"after_frames": Allowed(0, 100, whole=True), "late_s": Allowed(0.0, 86_400.0)},
        by=("twin",),
    ),
    "link_garbled": ChallengeSpec(
        ChallengeKind.LINK_GARBLED,
        "link",
        {"flipped_bits": Allowed(1, 64, whole=True), "one_frame_in": Allowed(2, 1000, whole=True)},
        by=("twin",),
    ),
    "link_lost": ChallengeSpec(ChallengeKind.LINK_LOST, "link"),
    "link_noisy": ChallengeSpec(
        ChallengeKind.LINK_NOISY,
        "link",
        {"flipped_bits": Allowed(1, 64, whole=True), "one_answer_in": Allowed(1, 1000, whole=True)},
        by=("twin",),
    ),
    "link_replayed": ChallengeSpec(ChallengeKind.LINK_REPLAYED, "link", by=("twin",)),
    "link_stalled": ChallengeSpec(
        ChallengeKind.LINK_STALLED, "link", {"after_frames": Allowed(0, 100, whole=True)}, by=("twin",)
    ),
    "evaporation": ChallengeSpec(
        ChallengeKind.EVAPORATION, "evaporation", {"times": Allowed(0.0, 1_000.0)}, by=_BY_HAND
    ),
    "bubble": ChallengeSpec(ChallengeKind.BUBBLE, "line", {"volume_ul": _VOLUME}, lasts=False, by=_BY_HAND),
    "press_button": ChallengeSpec(ChallengeKind.BUTTON, "button", lasts=False),
    "refill": ChallengeSpec(
        ChallengeKind.REFILL, "refill", {"volume_ul": Allowed(0.0, 1e6, above=True)}, lasts=False, by=_BY_HAND
    ),
    "fill_anew": ChallengeSpec(
        ChallengeKind.FILLED_ANEW, "refill", {"volume_ul": Allowed(0.0, 1e6)}, lasts=False, by=_BY_HAND
    ),
    "bump_balance": ChallengeSpec(
        ChallengeKind.BALANCE_BUMPED, "balance", {"mg": Allowed(-10_000.0, 10_000.0)}, lasts=False, by=_BY_HAND
    ),
    "drain_battery": ChallengeSpec(
        ChallengeKind.BATTERY_DRAINED, "battery", {"mah": Allowed(0.0, 1e6, above=True)}, lasts=False, by=_BY_HAND
    ),
}


def wrong_figures(verb: str, figures: Figures) -> Iterator[str]:
    """Yield what is wrong with the figures of a challenge: those that it lacks, does not take, or may not have."""
    allowed = CHALLENGES[verb].figures
    for name, value in figures.items():
        if name not in allowed:
            yield f"{verb} takes no {name}; it takes {', '.join(allowed) or 'no figures'}"
        elif value not in allowed[name]:
            yield f"found {name}={value!r}; {allowed[name]} is wanted"
    for name in allowed.keys() - figures.keys():
        yield f"{name} is missing; {allowed[name]} is wanted"


class ChallengeTable(TomlTable):
    """By what a bench does one kind of challenge."""

    by: Literal["daq", "supply", "operator", "twin"]
    line: str = Field(default="", pattern=r"^((\w[\w-]*/)?port\d+/line\d+)?$")
    high: bool = True
    for_s: float = Field(default=1.0, gt=0, le=60)
    has: dict[str, float] = Field(default_factory=dict)
    say: str = ""
    say_end: str = ""
    time_limit_s: float = Field(default=600.0, gt=0, le=86_400)


class ChallengesSection(TomlTable):
    """What does each kind of challenge, by the plan's verb for it."""

    occlusion: ChallengeTable | None = None
    leak: ChallengeTable | None = None
    disconnection: ChallengeTable | None = None
    kink: ChallengeTable | None = None
    back_pressure: ChallengeTable | None = None
    temperature: ChallengeTable | None = None
    ambient_pressure: ChallengeTable | None = None
    magnet: ChallengeTable | None = None
    supply_voltage: ChallengeTable | None = None
    power_cut: ChallengeTable | None = None
    link_belated: ChallengeTable | None = None
    link_garbled: ChallengeTable | None = None
    link_lost: ChallengeTable | None = None
    link_noisy: ChallengeTable | None = None
    link_replayed: ChallengeTable | None = None
    link_stalled: ChallengeTable | None = None
    evaporation: ChallengeTable | None = None
    bubble: ChallengeTable | None = None
    press_button: ChallengeTable | None = None
    refill: ChallengeTable | None = None
    fill_anew: ChallengeTable | None = None
    bump_balance: ChallengeTable | None = None
    drain_battery: ChallengeTable | None = None

    def of(self, verb: str) -> ChallengeTable | None:
        """Return by what a bench does the challenge of this name; None when the table does not say."""
        found: ChallengeTable | None = getattr(self, verb)
        return found


def wrong_table(verb: str, table: ChallengeTable, *, mocked: bool) -> Iterator[tuple[str, str]]:
    """Yield key and words for what no bench can make sense of in the table of one challenge."""
    spec = CHALLENGES[verb]
    if table.by not in spec.by:
        yield "by", f"found {table.by!r}; {verb} is done by {', '.join(spec.by)}"
    elif table.by == "twin" and not mocked:
        yield "by", "found 'twin'; a physical bench has none: use 'operator', or a line of the DAQ"
    elif table.by == "daq":
        if not table.line:
            yield "line", 'missing; say which digital line does it, such as line = "port0/line3"'
        yield from (("has", words) for words in wrong_figures(verb, table.has))
    elif table.by == "operator" and not table.say:
        yield "say", "missing; say what the operator is to do; figures stand in braces, such as {share_percent}"


def how_to_add(verb: str) -> str:
    """Return what to write into a bench file for a bench that can do a challenge."""
    spec = CHALLENGES[verb]
    ways = {
        "daq": f'{verb} = {{ by = "daq", line = "port0/line3"{_has(spec)} }}',
        "supply": f'{verb} = {{ by = "supply" }}',
        "operator": f'{verb} = {{ by = "operator", say = "…" }}',
    }
    named = [ways[by] for by in spec.by if by in ways]
    return f"add a table [challenges] to the bench file with {' or '.join(named)}" if named else "only a twin can do it"


def _has(spec: ChallengeSpec) -> str:
    return f", has = {{ {', '.join(f'{name} = …' for name in spec.figures)} }}" if spec.figures else ""
