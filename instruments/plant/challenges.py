"""What is done to the laboratory while it lives: by a plan, by a relay, or by a script of the bench file.

Several of a kind may be on at once, as two kinks may be in one line: what they come to together is worked out anew each
time one begins or ends.
"""

import heapq
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, Self, runtime_checkable

from pydantic import Field, model_validator

from instruments.plant.moments import NS_PER_H
from rig.bench_file.challenges import CHALLENGES, wrong_figures
from rig.bench_file.tables import TomlTable, TwinParameters
from rig.errors import ChallengeRefusedError

if TYPE_CHECKING:
    from instruments.plant.laboratory import Laboratory


@runtime_checkable
class FeelsMagnet(Protocol):
    """Firmware of a pump that a magnet does something to."""

    def magnet(self, *, on: bool) -> None:
        """Feel a magnet come or go, now."""


@runtime_checkable
class HasButton(Protocol):
    """Firmware of a pump whose patient has a button."""

    def press_button(self) -> None:
        """Feel the button, now."""


@runtime_checkable
class IsFilled(Protocol):
    """Firmware of a pump with a reservoir that can be filled."""

    def refill(self, volume_ul: float) -> None:
        """Take so much more into the reservoir, now; raises ChallengeRefusedError for more than it holds."""


@runtime_checkable
class HasBattery(Protocol):
    """Firmware of a pump whose battery can be drained."""

    def drain_battery(self, mah: float) -> None:
        """Lose so much of the battery's charge, now, in mAh."""


@runtime_checkable
class IsFilledAnew(Protocol):
    """Firmware of a pump with a reservoir that can be emptied and filled."""

    def fill_anew(self, volume_ul: float) -> None:
        """Hold so much in the reservoir, now; raises ChallengeRefusedError for more than goes into it."""


# What a pump's firmware needs for a challenge, and how that is told.
_ASKED_OF_FIRMWARE: dict[str, tuple[type, str]] = {
    "magnet": (FeelsMagnet, "magnet(on=…)"),
    "press_button": (HasButton, "press_button()"),
    "refill": (IsFilled, "refill(volume_ul)"),
    "drain_battery": (HasBattery, "drain_battery(mah)"),
    "fill_anew": (IsFilledAnew, "fill_anew(volume_ul)"),
}


def firmware_lacks(verb: str, firmware: type | object) -> str:
    """Return which method a pump's firmware, or its class, has not got for a challenge; "" for none."""
    skill, method = _ASKED_OF_FIRMWARE.get(verb, (object, ""))
    # A class has the methods that its instances will have.
    return "" if isinstance(firmware, skill) else method


class ChallengeFigures(TomlTable):
    """The figures of a challenge; each kind has its own."""

    share_percent: float | None = None
    times_resistance: float | None = None
    kpa: float | None = None
    beat_kpa: float | None = None
    breath_kpa: float | None = None
    liquid_c: float | None = None
    hpa: float | None = None
    v: float | None = None
    times: float | None = None
    volume_ul: float | None = None
    mg: float | None = None
    mah: float | None = None

    def given(self) -> dict[str, float]:
        """Return the figures that are given; of a back pressure what is left out is nothing."""
        return {name: value for name in ChallengeFigures.model_fields if (value := getattr(self, name)) is not None}


def checked(verb: str, figures: dict[str, float]) -> dict[str, float]:
    """Return the figures of a challenge, complete; raise ValueError with what is wrong with them."""
    if verb == "back_pressure":
        figures = {"beat_kpa": 0.0, "breath_kpa": 0.0} | figures
    if problems := "; ".join(wrong_figures(verb, figures)):
        raise ValueError(problems)
    return figures


class ScriptedChallenge(ChallengeFigures):
    """One challenge that a bench file puts into its laboratory: when, after time began, and for how long."""

    kind: Literal[
        "occlusion",
        "leak",
        "disconnection",
        "kink",
        "back_pressure",
        "temperature",
        "ambient_pressure",
        "magnet",
        "supply_voltage",
        "power_cut",
        "evaporation",
        "bubble",
        "press_button",
        "refill",
        "fill_anew",
        "bump_balance",
        "drain_battery",
    ]
    at_h: float = Field(ge=0)
    for_h: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _figures_fit(self) -> Self:
        checked(self.kind, self.given())
        if self.for_h is not None and not CHALLENGES[self.kind].lasts:
            raise ValueError(f"found for_h = {self.for_h:g}; {self.kind} is over at once")
        return self


class ChallengeKeys(TwinParameters):
    """What is done to the laboratory by itself."""

    challenges: tuple[ScriptedChallenge, ...] = ()


@dataclass(frozen=True, slots=True)
class _On:
    verb: str
    figures: Mapping[str, float]


class PlantChallenges:
    """What is on in one laboratory, and what is scripted to come."""

    def __init__(self, laboratory: "Laboratory", scripted: tuple[ScriptedChallenge, ...], t0_ns: int) -> None:
        self._laboratory = laboratory
        self._on: dict[int, _On] = {}
        self._numbers = 0
        self._due: list[tuple[int, int, Callable[[int], object]]] = []
        for one in scripted:
            self._script(one, t0_ns + round(one.at_h * NS_PER_H))
        self._apply: dict[str, Callable[[int], None]] = {
            "occlusion": self._line,
            "kink": self._line,
            "leak": self._joint,
            "disconnection": self._joint,
            "back_pressure": self._tip,
            "temperature": self._liquid,
            "ambient_pressure": self._air,
            "evaporation": self._vessel,
            "supply_voltage": self._power,
            "power_cut": self._power,
            "magnet": self._magnet,
        }

    def unable(self, verb: str) -> str:
        """Return why a challenge cannot be done to this laboratory, "" when it can."""
        if method := firmware_lacks(verb, self._laboratory.firmware):
            return f"the firmware of the simulated pump has no {method}"
        of_the_plant = verb in CHALLENGES and CHALLENGES[verb].theme != "link"
        return "" if of_the_plant else f"no plant does {verb}"

    def begin(self, verb: str, figures: Mapping[str, float], t_ns: int) -> int:
        """Do a challenge at `t_ns`, up to which all has lived; return its number, to end it by.

        Raises ChallengeRefusedError for one that cannot be done.
        """
        if why := self.unable(verb):
            raise ChallengeRefusedError(f"{verb}: {why}; nothing was done")
        self._numbers += 1
        if CHALLENGES[verb].lasts:
            self._on[self._numbers] = _On(verb, figures)
            self._apply[verb](t_ns)
        else:
            self._do_at_once(verb, figures, t_ns)
        return self._numbers

    def end(self, number: int, t_ns: int) -> None:
        """Take a challenge away at `t_ns`; one that has ended already is left alone."""
        ended = self._on.pop(number, None)
        if ended is not None:
            self._apply[ended.verb](t_ns)

    def next_due_ns(self, now_ns: int) -> int | None:
        """Return when the next of the script falls due, if that is by now."""
        return self._due[0][0] if self._due and self._due[0][0] <= now_ns else None

    def do_next(self) -> None:
        """Do the next of the script at its time, up to which all has lived."""
        t_ns, _, act = heapq.heappop(self._due)
        act(t_ns)

    def _script(self, one: ScriptedChallenge, from_ns: int) -> None:
        def begin(t_ns: int) -> None:
            number = self.begin(one.kind, checked(one.kind, one.given()), t_ns)
            if one.for_h is not None:
                self._push(t_ns + round(one.for_h * NS_PER_H), lambda end_ns: self.end(number, end_ns))

        self._push(from_ns, begin)

    def _push(self, t_ns: int, act: Callable[[int], object]) -> None:
        self._numbers += 1
        heapq.heappush(self._due, (t_ns, self._numbers, act))

    def _figures(self, verb: str) -> list[Mapping[str, float]]:
        """Return the figures of each challenge of a kind that is on, in the order in which they began."""
        return [one.figures for one in self._on.values() if one.verb == verb]

    def _newest(self, verb: str, figure: str) -> float | None:
        found = self._figures(verb)
        return found[-1][figure] if found else None

    def _line(self, t_ns: int) -> None:
        times = math.prod(one["times_resistance"] for one in self._figures("kink"))
        if self._figures("occlusion"):
            times = math.inf
        p = self._laboratory.parameters
        self._laboratory.line.resist(t_ns, p.line_resistance_kpa_h_ul * times)

    def _joint(self, t_ns: int) -> None:
        kept = math.prod(1.0 - one["share_percent"] / 100.0 for one in self._figures("leak"))
        self._laboratory.beaker.lost_share.change(t_ns, 1.0 if self._figures("disconnection") else 1.0 - kept)
        self._tip(t_ns)

    def _tip(self, t_ns: int) -> None:
        on = self._figures("back_pressure")
        waves = {name: sum(one[name] for one in on) for name in ("beat_kpa", "breath_kpa")}
        kpa = self._laboratory.parameters.back_pressure_kpa + sum(one["kpa"] for one in on)
        self._laboratory.tip_pressure.change(t_ns, kpa=kpa, **waves)
        if self._figures("disconnection"):  # an open end: nothing but the air presses on it
            self._laboratory.line.press_back(t_ns, kpa=0.0)
        else:
            self._laboratory.line.press_back(t_ns, kpa=kpa, **waves)

    def _liquid(self, t_ns: int) -> None:
        liquid_c = self._newest("temperature", "liquid_c")
        self._laboratory.environment.bath_c.change(t_ns, math.nan if liquid_c is None else liquid_c)

    def _air(self, t_ns: int) -> None:
        hpa = self._newest("ambient_pressure", "hpa")
        self._laboratory.environment.chamber_hpa.change(t_ns, math.nan if hpa is None else hpa)

    def _vessel(self, t_ns: int) -> None:
        times = math.prod(one["times"] for one in self._figures("evaporation"))
        self._laboratory.evaporation.times.change(t_ns, times)

    def _power(self, t_ns: int) -> None:
        volts = 0.0 if self._figures("power_cut") else self._newest("supply_voltage", "v")
        self._laboratory.power_from(t_ns, imposed_v=volts)

    def _magnet(self, _: int) -> None:
        firmware = self._laboratory.firmware
        if isinstance(firmware, FeelsMagnet):
            firmware.magnet(on=bool(self._figures("magnet")))

    def _do_at_once(self, verb: str, figures: Mapping[str, float], t_ns: int) -> None:
        firmware = self._laboratory.firmware
        if verb == "bubble":
            self._laboratory.line.take_bubble(t_ns, figures["volume_ul"])
        elif verb == "bump_balance":
            self._laboratory.pan.bump(t_ns, figures["mg"])
        elif verb == "press_button" and isinstance(firmware, HasButton):
            firmware.press_button()
        elif verb == "refill" and isinstance(firmware, IsFilled):
            firmware.refill(figures["volume_ul"])
        elif verb == "drain_battery" and isinstance(firmware, HasBattery):
            firmware.drain_battery(figures["mah"])
        elif verb == "fill_anew" and isinstance(firmware, IsFilledAnew):
            firmware.fill_anew(figures["volume_ul"])
