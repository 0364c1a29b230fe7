"""What a daily proof asks of channels that no input is known of: two thermometers in one room, and a sensor's line."""

import math

import numpy as np

from rig.errors import SeriesError
from rig.evaluation.claims.proof_of_agreement import CURRENT, SAME, told_of
from rig.evaluation.definition import ClaimKind, GraphKind
from rig.evaluation.delivered import streams_of
from rig.evaluation.outcome import Evaluation, FactFound
from rig.metrology.uncertainty.budget import Component, combine
from rig.quantities import convert
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_AIR, _LIQUID = "air_temperature", "liquid_temperature"
# What a flow sensor tells beside the flow, where its driver has such a channel, and its bit for air in the line.
_FLAGS, _AIR_IN_LINE = "flags", 1


def air_and_liquid(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what the liquid is warmer than the air beside it, in multiples of what is allowed (`within_k`).

    Raises SeriesError where the DAQ gave fewer than two samples of either.
    """
    daq, within_k = reader.start().in_role("daq"), float(recipe.parameters["within_k"])
    series = reader.series(daq, recipe.from_ns, recipe.to_ns, [_AIR, _LIQUID])
    if len(series.t_ns) < 2:
        raise SeriesError(f"{daq} gave {len(series.t_ns)} samples of {_AIR} and {_LIQUID}, 2 are wanted")
    means, lines = {}, []
    for name, sign in ((_LIQUID, 1.0), (_AIR, -1.0)):
        values = np.array([convert(float(value), series.units[name], "°C") for value in series.columns[name]])
        means[name] = float(values.mean())
        u_k = float(values.std(ddof=1)) / math.sqrt(len(values))
        lines.append(Component(f"scatter of {name}", "A", means[name], u_k, "°C", sign / within_k))
    words = (
        f"{daq} reads {means[_AIR]:.2f} °C of the air and {means[_LIQUID]:.2f} °C of the liquid{_by(recipe, reader)}"
    )
    return Evaluation(combine((means[_LIQUID] - means[_AIR]) / within_k, "1", lines, [words]))


def _by(recipe: Recipe, reader: RecordReader) -> str:
    """Return what the flow sensor's own thermometer says: whom it agrees with is right."""
    for stream in streams_of(reader, "flow"):
        if any(one.name == "temperature" for one in reader.channels(stream)):
            series = reader.series(stream, recipe.from_ns, recipe.to_ns, ["temperature"])
            if len(series.t_ns):
                mean = float(series.columns["temperature"].mean())
                return f"; the liquid in {stream} has {mean:.2f} {series.units['temperature']} by its own word"
    return ""


def no_air(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether the flow sensor told of air in its line; one whose driver does not tell leaves that open."""
    streams = streams_of(reader, "flow")
    if not streams:
        raise SeriesError("the run recorded no flow sensor")
    stream = streams[0]
    if not any(one.name == _FLAGS for one in reader.channels(stream)):
        return FactFound(holds=True, text=f"{stream} has no word for air in its line: not looked at")
    flags = reader.series(stream, recipe.from_ns, recipe.to_ns, [_FLAGS]).columns[_FLAGS]
    with_air = int(np.sum(flags.astype(np.int64) & _AIR_IN_LINE != 0))
    text = f"{with_air} of {len(flags)} samples of {stream} tell of air in its line"
    against = (f"{text}: flush it until there is none",) if with_air else ()
    return FactFound(not against, text, against, details={"samples": len(flags), "with_air": with_air})


def quiet(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether channels of air, liquid, voltage and pressure scatter by less than they may be wrong.

    What a pump draws at rest comes in pulses, and is not looked at.
    """
    told = [one for quantity in SAME if quantity != CURRENT for one in told_of(quantity, recipe, reader)]
    said = [f"{one.channel} of {one.stream} scatters by {one.scatter:.2g} {one.unit}" for one in told]
    against = tuple(
        f"{words}, where it may be wrong by {one.limit:.2g} {one.unit}: look for a loose plug or shield, for mains and "
        "for a sensor without power"
        for one, words in zip(told, said, strict=True)
        if one.scatter > one.limit
    )
    return FactFound(not against, "; ".join(said) or "nothing measures there: not looked at", against)


KINDS = (
    ClaimKind(
        name="channels are quiet",
        unit="",
        question="whether channels scatter by less than they may be wrong while nothing flows; a fact, of proofs",
        parameters={"within_k": "how far two thermometers may be apart, in K"},
        compute=quiet,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="air and liquid apart",
        unit="1",
        question="by what liquid is warmer than the air beside it, in multiples of what is allowed; of proofs",
        parameters={"within_k": "how far they may be apart, in K"},
        compute=air_and_liquid,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="no air in the flow sensor",
        unit="",
        question="whether a flow sensor told of air in its line; a fact, of proofs",
        compute=no_air,
        graph=GraphKind.EVENTS,
    ),
)
