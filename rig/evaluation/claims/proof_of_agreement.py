"""What a daily proof asks of instruments that tell of one quantity: that they agree, and that it can be so."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from rig.evaluation.columns import read_column
from rig.evaluation.definition import ClaimKind, GraphKind
from rig.evaluation.delivered import streams_of
from rig.evaluation.outcome import Evaluation, FactFound
from rig.metrology.uncertainty.budget import Component, combine
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.start import Start, WeighingFacts
from rig.record.reader import RecordReader

_FEWEST = 2
_MA_PER_A = 1000.0
CURRENT, AIR_PRESSURE, AIR_HUMIDITY = "the current into the pump", "the pressure of the air", "the humidity of the air"
LIQUID_TEMPERATURE, AIR_TEMPERATURE = "the temperature of the liquid", "the temperature of the air"
VOLTAGE = "the voltage at the pump"
# What tells of one quantity while nothing flows: by capability and channel, in the unit of `rig.evaluation.columns`.
SAME: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    CURRENT: ("mA", (("meter", "current"), ("daq", "supply_current"), ("supply", "current"))),
    VOLTAGE: ("V", (("supply", "voltage"), ("daq", "pump_voltage"))),
    AIR_TEMPERATURE: ("°C", (("daq", "air_temperature"),)),
    LIQUID_TEMPERATURE: ("°C", (("daq", "liquid_temperature"), ("flow", "temperature"))),
    AIR_PRESSURE: ("hPa", (("daq", "air_pressure"),)),
    AIR_HUMIDITY: ("%RH", (("daq", "air_humidity"),)),
    "the pressure in the line at rest": ("kPa", (("daq", "line_pressure"), ("daq", "back_pressure"))),
}
# Limits of error where the bench file states none: percent of the value, and what comes on top in the quantity's unit.
_USUAL = {
    "meter": (0.1, 0.005),
    "supply": (1.0, 1.0),
    "daq": (2.0, 0.05),
}
_USUAL_V = 1.0
_LINE_KPA = 1.0
# In which range a quantity of a room can lie: the highest towns, the warmest rooms, no air without water.
POSSIBLE = {
    AIR_TEMPERATURE: (5.0, 40.0),
    LIQUID_TEMPERATURE: (2.0, 60.0),
    AIR_PRESSURE: (600.0, 1085.0),
    AIR_HUMIDITY: (2.0, 98.0),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What one channel of a stream said of a quantity on the mean, in its unit, and by how much it may be wrong.

    `scatter` is the standard deviation of its values.
    """

    quantity: str
    unit: str
    stream: str
    channel: str
    mean: float
    u: float
    limit: float
    scatter: float

    @property
    def words(self) -> str:
        """Return what it read, as a sentence has it."""
        return f"{self.channel} of {self.stream} reads {self.mean:.5g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that tell of one quantity, and what the others that do so say of the one that is alone with its word."""

    one: Told
    other: Told
    odd: str

    @property
    def allowed(self) -> float:
        """Return how far apart they may be."""
        return self.one.limit + self.other.limit

    @property
    def off(self) -> float:
        """Return by how much they are apart, in multiples of what is allowed."""
        return (self.one.mean - self.other.mean) / self.allowed

    @property
    def words(self) -> str:
        """Return what both read, how far apart that is, and whom to doubt."""
        apart = abs(self.one.mean - self.other.mean)
        return (
            f"of {self.one.quantity} {self.one.words} and {self.other.words}: {apart:.3g} {self.one.unit} apart, where "
            f"{self.allowed:.3g} {self.one.unit} are allowed{self.odd}"
        )


def apart(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by how much two instruments that tell of one quantity are apart, in multiples of what is allowed.

    It is that of the two that differ most. What is allowed is the sum of their limits of error, as the bench file
    states them or else as is usual for the kind; of temperatures it is at least `within_k`.
    """
    pairs = sorted(_pairs(recipe, reader), key=lambda pair: -abs(pair.off))
    if not pairs:
        none = Component("nothing to compare", "B", 0.0, 0.0, "1", 1.0)
        return Evaluation(combine(0.0, "1", [none], ["no two instruments of this bench tell of one quantity"]))
    worst = pairs[0]
    u = math.hypot(worst.one.u, worst.other.u) / worst.allowed
    scatter = Component("scatter of the readings", "A", worst.off, u, "1", 1.0)
    words = [pair.words for pair in pairs if abs(pair.off) > 1.0] or [worst.words]
    details = {f"{p.one.stream} {p.one.channel}, {p.other.stream} {p.other.channel}": p.off for p in pairs}
    return Evaluation(combine(worst.off, "1", [scatter], words), details=details)


def possible(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether what is read of air and liquid can be: a sensor that is not plugged in reads none of a room."""
    against, said = [], []
    for quantity, (low, high) in POSSIBLE.items():
        for one in told_of(quantity, recipe, reader):
            said.append(one.words)
            if not low <= one.mean <= high:
                against.append(
                    f"{one.words}: no room is so ({low:g} to {high:g} {one.unit}); see that its sensor is plugged in "
                    "and has power, and that scale, offset and unit of that channel in the bench file are its own"
                )
    return FactFound(not against, "; ".join(said) or "nothing measures air or liquid: not looked at", tuple(against))


def _pairs(recipe: Recipe, reader: RecordReader) -> Iterator[Pair]:
    for quantity in SAME:
        told = told_of(quantity, recipe, reader)
        odd = _odd_one(told)
        for one, other in combinations(told, 2):
            alone = odd if odd in (one, other) else None
            yield Pair(one, other, f"; the others agree: doubt {alone.channel} of {alone.stream}" if alone else "")


def _odd_one(told: list[Told]) -> Told | None:
    """Return the one of three or more that differs from all others while they agree among themselves."""
    if len(told) < 3:
        return None
    for one in told:
        others = [each for each in told if each is not one]
        agree = all(abs(a.mean - b.mean) <= a.limit + b.limit for a, b in combinations(others, 2))
        if agree and all(abs(one.mean - b.mean) > one.limit + b.limit for b in others):
            return one
    return None


def told_of(quantity: str, recipe: Recipe, reader: RecordReader) -> list[Told]:
    """Return what each channel that tells of a quantity of `SAME` said of it in a window."""
    unit, places = SAME[quantity]
    found = []
    for capability, channel in places:
        for stream in streams_of(reader, capability):
            if not any(one.name == channel for one in reader.channels(stream)):
                continue
            # A second supply feeds something else, a second sensor stands in another line; a DAQ's channels have names.
            if capability != "daq" and reader.start().instruments[stream].serves_as != capability:
                continue
            values, _ = read_column(reader, stream, channel, recipe.from_ns, recipe.to_ns)
            values = values[np.isfinite(values)]
            if len(values) < _FEWEST:
                continue  # "lost answers" of the same part says that it gave nothing
            mean, scatter = float(values.mean()), float(values.std(ddof=1))
            within_k = float(recipe.parameters.get("within_k", 0.0))
            limit = limit_of_error(quantity, stream, mean, reader.start(), within_k)
            u = scatter / math.sqrt(len(values))
            found.append(Told(quantity, unit, stream, channel, mean, u, limit, scatter))
    return found


def limit_of_error(quantity: str, stream: str, mean: float, start: Start, within_k: float = 0.0) -> float:
    """Return the limit of error of an instrument in the quantity's unit: as the bench file states it, else as usual."""
    declared = start.instruments[stream]
    if quantity == CURRENT:
        # The absolute part is in the instrument's own unit: a meter's is A, a DAQ has many.
        if declared.accuracy is not None and declared.capability != "daq":
            return declared.accuracy.percent / 100.0 * abs(mean) + declared.accuracy.absolute * _MA_PER_A
        percent, absolute = _USUAL[declared.capability]
        return percent / 100.0 * abs(mean) + absolute
    facts = start.weighing or WeighingFacts(0.0, 0.0, 0.0, 0.0)
    return {
        AIR_TEMPERATURE: within_k / 2.0,
        LIQUID_TEMPERATURE: within_k / 2.0,
        AIR_PRESSURE: 2.0 * facts.u_pressure_hpa,
        AIR_HUMIDITY: 2.0 * facts.u_humidity_percent,
        VOLTAGE: _USUAL_V / 100.0 * abs(mean),
    }.get(quantity, _LINE_KPA)


KINDS = (
    ClaimKind(
        name="instruments apart",
        unit="1",
        question="by how much two that tell of one quantity are apart, in multiples of what is allowed; of proofs",
        parameters={"within_k": "how far two thermometers may be apart, in K"},
        compute=apart,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="readings are possible",
        unit="",
        question="whether what is read of air and liquid can be so in a room; a fact, of proofs",
        compute=possible,
        graph=GraphKind.EVENTS,
    ),
)
