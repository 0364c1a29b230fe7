"""What a daily proof sees beside a known flow and a blank: what feeds the pump, pressures, the room."""

from collections.abc import Iterator

from rig.clock import NS_PER_S
from rig.evaluation.claims.proof_of_agreement import CURRENT, limit_of_error
from rig.evaluation.claims.supply_current import place_of_current
from rig.evaluation.columns import read_column
from rig.evaluation.definition import ClaimKind, GraphKind
from rig.evaluation.delivered import streams_of
from rig.evaluation.directions import moved
from rig.evaluation.outcome import FactFound
from rig.quantities import S_PER_H
from rig.record.bodies.proofs import ReferenceRuns
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_FEWEST = 2
_LINE, _TIP = "line_pressure", "back_pressure"
# A catheter lets a flow through at less than this; by so much a sensor at the tip may stray meanwhile: no flow shows
# there, and one that is swapped shows a part of the line's by its own scale.
_KINKED_KPA = 20.0
_STRAYS_KPA = 0.3
# What a room may do while a balance of 0.01 mg weighs: in an hour, and in all before it counts, as air that is
# conditioned swings. Minutes tell little of that: what came before them is looked at, too.
_ROOM = {"air_temperature": (1.0, 0.2, "K"), "air_pressure": (4.0, 1.0, "hPa")}
_ROOM_BEFORE_NS = 3600 * NS_PER_S
_PART = 10


def feeds(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether what the pump draws while it delivers comes from the supply. Raises MisfitError for no ammeter."""
    stream, channel = place_of_current(reader)
    current_ma, _ = read_column(reader, stream, channel, recipe.from_ns, recipe.to_ns)
    if len(current_ma) < _FEWEST:
        return FactFound(holds=True, text=f"{stream} gave {len(current_ma)} readings: not looked at")
    mean_ma = float(current_ma.mean())
    limit_ma = limit_of_error(CURRENT, stream, mean_ma, reader.start())
    text = f"{stream} saw {mean_ma:.3g} mA into the pump as it delivered"
    if abs(mean_ma) > limit_ma:
        return FactFound(holds=True, text=text)
    against = (
        f"{text}, where {limit_ma:.2g} mA are nothing: something else than the supply feeds it, and neither the supply "
        "nor the interlock relay can stop it"
    )
    return FactFound(holds=False, text=text, against=(against,))


def pressures(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether the pressure that a flow makes shows in the line, and not behind it at the tip."""
    rose = rises_kpa(recipe, reader)
    text = "; ".join(f"{channel} {moved(kpa, 'kPa', '.2f')} as it flowed" for channel, kpa in rose.items())
    if len(rose) < len((_LINE, _TIP)):
        return FactFound(holds=True, text=text or "nothing measures pressure: not looked at")
    swapped = rose[_TIP] - max(rose[_LINE], 0.0) > _STRAYS_KPA
    against = (
        (f"{text}, where no flow shows: the two sensors, or their channels in the bench file, are swapped",)
        if swapped
        else ()
    )
    return FactFound(not swapped, text, against)


def rises_kpa(recipe: Recipe, reader: RecordReader) -> dict[str, float]:
    """Return by how much the pressure in the line and at its tip rose with the reference's flow, by channel."""
    # The slow flow comes first: what stood in the line before both is the pressure at rest.
    begun = [entry.t_ns for entry in reader.events(ReferenceRuns) if entry.t_ns < recipe.to_ns][-2:]
    found: dict[str, float] = {}
    for stream in streams_of(reader, "daq") if begun else ():
        known = {one.name for one in reader.channels(stream)}
        for channel in (_LINE, _TIP):
            if channel not in known or channel in found:
                continue
            at_rest, _ = read_column(reader, stream, channel, begun[0] - 60 * NS_PER_S, begun[0])
            flowing, _ = read_column(reader, stream, channel, recipe.from_ns, recipe.to_ns)
            if len(at_rest) and len(flowing):
                found[channel] = float(flowing.mean() - at_rest.mean())
    return found


def kinked(recipe: Recipe, reader: RecordReader) -> str:
    """Return that the line lets little through, by the pressure in it; "" where it does not, or nobody knows."""
    rose_kpa = rises_kpa(recipe, reader).get(_LINE, 0.0)
    return f"{_LINE} rose by {rose_kpa:.3g} kPa as it flowed: is the line kinked?" if rose_kpa > _KINKED_KPA else ""


def room(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether the room stays as it is while nothing flows, and for up to an hour before: a balance follows it."""
    moved = list(_moved(recipe, reader))
    text = "; ".join(words for words, _ in moved) or "nothing measures the air: not looked at"
    against = tuple(f"{words}: a balance and a vessel follow that" for words, far in moved if far)
    return FactFound(not against, text, against)


def _moved(recipe: Recipe, reader: RecordReader) -> Iterator[tuple[str, bool]]:
    """Yield in words what the air did from the first tenth of that time to its last, and whether it is too much."""
    for stream in streams_of(reader, "daq"):
        known = {one.name for one in reader.channels(stream)}
        for channel in _ROOM.keys() & known:
            each_h, least, unit = _ROOM[channel]
            values, series = read_column(reader, stream, channel, recipe.from_ns - _ROOM_BEFORE_NS, recipe.to_ns)
            if len(values) < 2 * _PART:
                continue
            # The pace of a stream may change within it: tenths are those of time.
            hours = (series.t_ns - series.t_ns[0]) / NS_PER_S / S_PER_H
            first, last = hours <= hours[-1] / _PART, hours >= hours[-1] * (1.0 - 1.0 / _PART)
            moved = float(values[last].mean() - values[first].mean())
            passed_h = float(hours[last].mean() - hours[first].mean())
            far = abs(moved) > max(least, each_h * passed_h)
            yield f"{channel} of {stream} moved by {moved:+.2g} {unit} within {passed_h:.2g} h", far


KINDS = (
    ClaimKind(
        name="supply feeds the pump",
        unit="",
        question="whether what a pump draws as it delivers comes from the supply; a fact, of proofs",
        compute=feeds,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="pressures of a flow",
        unit="",
        question="whether a flow's pressure shows in the line and not at its tip; a fact, of proofs",
        compute=pressures,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="room is steady",
        unit="",
        question="whether the room stayed as it was while nothing flowed; a fact, of proofs",
        compute=room,
        graph=GraphKind.EVENTS,
    ),
)
