"""The words of a therapy: day patterns of a flex infusion, and doses of a drug as volumes. Knows no pump.

A pump is programmed in volumes; clinicians think in doses. What is said is turned into µL/h here and nowhere else.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from rig.errors import PlanError, did_you_mean

MOST_STEPS_A_DAY = 13
EVERY_DAY = "every"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 1440
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_HOURS_A_DAY = 24.0
# What a dose is counted in, as parts of a mg; and what a volume is counted in, as µL.
_MG = {"mg": 1.0, "µg": 1e-3, "ug": 1e-3}
_UL = {"mL": 1000.0, "µL": 1.0, "uL": 1.0}
_PER_H = {"h": 1.0, "day": 1.0 / _HOURS_A_DAY}
_CONCENTRATIONS = {"mg/mL": 1.0, "µg/mL": 1e-3, "ug/mL": 1e-3, "µg/µL": 1.0, "mg/µL": 1000.0}
_SAID = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(\S+)\s*")

DayPattern = Mapping[str, float]


class TherapyError(PlanError):
    """A therapy that makes no sense, whatever the pump: nothing was sent."""


@dataclass(frozen=True, slots=True)
class FlexStep:
    """From `minute` of the pump's day on, 0 to 1439, the infusion runs at `rate_ul_h`."""

    minute: int
    rate_ul_h: float


@dataclass(frozen=True, slots=True)
class Flex:
    """An infusion by the pump's own time of day: the steps of each day, seven days from Monday on."""

    days: tuple[tuple[FlexStep, ...], ...]

    @property
    def same_every_day(self) -> bool:
        """Tell whether all days have one pattern."""
        return len(set(self.days)) == 1

    def rate_ul_h(self, weekday: int, minute: int) -> float:
        """Return the rate at a minute of a day (0 is Monday)."""
        return next(step.rate_ul_h for step in reversed(self.days[weekday]) if step.minute <= minute)


_EXAMPLE = '{"every": {"00:00": 20.0, "08:00": 40.0}}'


def flex_of(days: Mapping[str, DayPattern]) -> Flex:
    """Read day patterns: `{"every": {"00:00": 20.0, "08:00": 40.0}}`, or one under each of mon … sun.

    A pattern has 1 to 13 steps, each from a time of day (24 h, HH:MM) on until the next, the first at 00:00. Raises
    TherapyError for days that are missing or not known, times that are none or out of order, and rates that are none.
    """
    if not isinstance(days, Mapping):
        raise TherapyError(f"days={days!r} is no patterns by day: write {_EXAMPLE}")
    if set(days) == {EVERY_DAY}:
        return Flex((_pattern(EVERY_DAY, days[EVERY_DAY]),) * len(WEEK))
    for name in days:
        if name not in WEEK:
            hint = did_you_mean(name, (*WEEK, EVERY_DAY))
            raise TherapyError(
                f"a flex infusion has {EVERY_DAY!r} alone, or all of {', '.join(WEEK)}, not {name!r}{hint}"
            )
    if missing := [name for name in WEEK if name not in days]:
        raise TherapyError(f"a flex infusion says what runs on each day; missing: {', '.join(missing)}")
    return Flex(tuple(_pattern(name, days[name]) for name in WEEK))


def _pattern(day: str, pattern: DayPattern) -> tuple[FlexStep, ...]:
    if not isinstance(pattern, Mapping):
        raise TherapyError(f"{day}: {pattern!r} is no pattern of a day: write {_EXAMPLE}")
    steps = []
    for at, rate_ul_h in pattern.items():
        time = _TIME.fullmatch(at) if isinstance(at, str) else None
        if time is None:
            raise TherapyError(f"{day}: {at!r} is no time of day: 00:00 to 23:59, as HH:MM")
        if isinstance(rate_ul_h, bool) or not isinstance(rate_ul_h, int | float) or not 0.0 <= rate_ul_h < math.inf:
            raise TherapyError(f"{day}, {at}: {rate_ul_h!r} is no rate in µL/h")
        steps.append(FlexStep(int(time[1]) * 60 + int(time[2]), float(rate_ul_h)))
    minutes = [step.minute for step in steps]
    if not 1 <= len(steps) <= MOST_STEPS_A_DAY:
        raise TherapyError(f"{day}: {len(steps)} steps; a day has 1 to {MOST_STEPS_A_DAY}")
    if minutes[0] != 0:
        raise TherapyError(f"{day}: the first step begins at 00:00, so that no gap is left")
    if sorted(set(minutes)) != minutes:
        raise TherapyError(f"{day}: its steps are not in the order of their times")
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose as it was said, and the volume in µL, or the rate in µL/h, that it is at a concentration."""

    said: str
    concentration: str
    volume_ul: float


def rate_of(dose: str, concentration: str = "") -> Dose:
    """Turn a dose rate into µL/h: `rate_of("5 mg/day", "25 mg/mL")`, `rate_of("0.4 mL/day")`.

    Units are mg, µg or mL (of a mass the concentration is asked for) per day or per h. Raises TherapyError for another
    unit, none, and a concentration of 0.
    """
    number, unit = _number(dose, "a dose rate", "5 mg/day")
    amount, _, time = unit.partition("/")
    if time not in _PER_H:
        raise TherapyError(f"{dose!r} is no dose rate: a unit of time is asked for, as in '5 mg/day' or '0.4 mL/day'")
    return Dose(dose, concentration, _volume_ul(number, amount, dose, concentration) * _PER_H[time])


def volume_of(dose: str, concentration: str = "") -> Dose:
    """Turn a dose into µL: `volume_of("0.5 mg", "25 mg/mL")`; units and errors as `rate_of`, without a time."""
    number, unit = _number(dose, "a dose", "0.5 mg")
    return Dose(dose, concentration, _volume_ul(number, unit, dose, concentration))


def _volume_ul(number: float, unit: str, dose: str, concentration: str) -> float:
    if unit in _UL:
        return number * _UL[unit]
    if unit not in _MG:
        raise TherapyError(f"{dose!r} is in {unit!r}; a dose is in {', '.join((*_MG, *_UL))}")
    if not concentration:
        raise TherapyError(f"{dose!r} is a mass: say the concentration too, as in '25 mg/mL'")
    per_ml, of = _number(concentration, "a concentration", "25 mg/mL")
    if of not in _CONCENTRATIONS:
        raise TherapyError(f"{concentration!r} is in {of!r}; a concentration is in {', '.join(_CONCENTRATIONS)}")
    if per_ml <= 0.0:
        raise TherapyError(f"a concentration of {concentration!r} holds no drug: no volume is a dose of it")
    # mg / (mg/mL) is mL.
    return number * _MG[unit] / (per_ml * _CONCENTRATIONS[of]) * _UL["mL"]


def _number(said: str, what: str, example: str) -> tuple[float, str]:
    found = _SAID.fullmatch(said) if isinstance(said, str) else None
    if found is None:
        raise TherapyError(f"{said!r} is not {what}: a number, not below zero, and its unit, as in {example!r}")
    return float(found[1]), found[2]
