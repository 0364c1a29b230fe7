"""When something was done to the pump or its line, from the challenges in the record."""

from collections.abc import Mapping

from rig.record.bodies.challenges import PARTS_LINE_FROM_BALANCE, ChallengeBegins, ChallengeEnds, ChallengeKind
from rig.record.bodies.codec import Json
from rig.record.reader import RecordReader

# A line gives way by 0.3 µL/kPa, a soft one by more; thinner air lifts a vessel of 20 cm³ by 0.02 mg/hPa less.
_GIVES_WAY_UL_KPA = 0.5
_LIFTS_UL_HPA = 0.02
_USUAL_HPA = 1013.25


def begun(reader: RecordReader, kind: ChallengeKind) -> tuple[ChallengeBegins, ...]:
    """Return the challenges of one kind, in order."""
    return tuple(entry.body for entry in reader.events(ChallengeBegins) if entry.body.challenge is kind)


def with_ends(reader: RecordReader, *kinds: ChallengeKind) -> tuple[tuple[ChallengeBegins, ChallengeEnds | None], ...]:
    """Return the challenges of some kinds, in order, each with its end where that was recorded.

    An end belongs to what was recorded before it: in one moment one may end and the next of its kind begin.
    """
    ends = reader.events(ChallengeEnds)
    return tuple(
        (
            one.body,
            next((end.body for end in ends if end.body.challenge is one.body.challenge and end.seq > one.seq), None),
        )
        for one in reader.events(ChallengeBegins)
        if one.body.challenge in kinds
    )


def occlusions_in(
    reader: RecordReader, from_ns: int, to_ns: int
) -> tuple[tuple[ChallengeBegins, ChallengeEnds | None], ...]:
    """Return the occlusions that begin in [from_ns, to_ns), UTC ns, each with its end if that is in there as well."""
    return tuple(
        (one, end if end is not None and end.at_ns < to_ns else None)
        for one, end in with_ends(reader, ChallengeKind.OCCLUSION)
        if from_ns <= one.at_ns < to_ns
    )


def power_cuts(reader: RecordReader) -> tuple[int, ...]:
    """Return when (UTC ns) a challenge took the pump's power away."""
    return tuple(one.at_ns for one in begun(reader, ChallengeKind.POWER_CUT))


def parted_spans(reader: RecordReader, from_ns: int, to_ns: int, settle_ns: int) -> tuple[tuple[int, int], ...]:
    """Return the spans within [from_ns, to_ns) in which what the pump delivered did not all reach the balance, UTC ns.

    Each lasts `settle_ns` longer than its challenge: what an occlusion held back comes behind its end. One that is
    over at once, and one whose end was not recorded, last to where the next of its kind begins, or to `to_ns`.
    """
    found = []
    for one, end in with_ends(reader, *PARTS_LINE_FROM_BALANCE):
        end_ns = to_ns if end is None else end.at_ns + settle_ns
        if one.at_ns < to_ns and end_ns > from_ns:
            found.append((max(one.at_ns, from_ns), min(end_ns, to_ns)))
    return tuple(sorted(found))


def pushed_back(reader: RecordReader) -> tuple[tuple[int, float], ...]:
    """Return when (UTC ns) a pressure at the line's tip was put on or taken off, in order, and what it moves, µL.

    That is the most that a line may take up or give back, or by how much its vessel may seem lighter in other air.
    """
    found = []
    for kind, of_ul in ((ChallengeKind.BACK_PRESSURE, _of_the_tip_ul), (ChallengeKind.AMBIENT_PRESSURE, _of_air_ul)):
        for one, end in with_ends(reader, kind):
            found += [(event.at_ns, of_ul(one.said)) for event in (one, end) if event is not None]
    return tuple(sorted(found))


def _of_the_tip_ul(said: Mapping[str, Json]) -> float:
    return _GIVES_WAY_UL_KPA * sum(abs(_figure(said, key)) for key in ("kpa", "beat_kpa", "breath_kpa"))


def _of_air_ul(said: Mapping[str, Json]) -> float:
    return _LIFTS_UL_HPA * abs(_figure(said, "hpa") - _USUAL_HPA)


def _figure(said: Mapping[str, Json], key: str) -> float:
    value = said.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def dark_spans(reader: RecordReader, to_ns: int) -> tuple[tuple[int, int], ...]:
    """Return the spans (UTC ns) in which a challenge kept the pump from answering, up to `to_ns`."""
    stalling = (ChallengeKind.LINK_STALLED, ChallengeKind.LINK_BELATED)
    return _spans(reader, (ChallengeKind.POWER_CUT, ChallengeKind.LINK_LOST, *stalling), to_ns)


def replayed_spans(reader: RecordReader, to_ns: int) -> tuple[tuple[int, int], ...]:
    """Return the spans (UTC ns) in which a challenge let the pump hear old frames again, up to `to_ns`."""
    return _spans(reader, (ChallengeKind.LINK_REPLAYED,), to_ns)


def belated(reader: RecordReader, to_ns: int) -> tuple[tuple[int, int], ...]:
    """Return from when on (UTC ns) the pump may hear orders that a challenge held back, each up to `to_ns`."""
    spans = with_ends(reader, ChallengeKind.LINK_BELATED)
    return tuple((to_ns if end is None else end.at_ns, to_ns) for _, end in spans)


def _spans(reader: RecordReader, kinds: tuple[ChallengeKind, ...], to_ns: int) -> tuple[tuple[int, int], ...]:
    found = ((one.at_ns, to_ns if end is None else min(end.at_ns, to_ns)) for one, end in with_ends(reader, *kinds))
    return tuple(sorted(found))
