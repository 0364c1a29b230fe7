"""What else shows in a span in which another volume was weighed than programmed, in words: where to look for why."""

import contextlib

import numpy as np
from numpy.typing import NDArray

from rig.errors import SeriesError
from rig.evaluation.case import Case
from rig.evaluation.columns import read_column
from rig.evaluation.delivered import streams_of
from rig.evaluation.programme import NS_PER_H

_CHANNEL = "line_pressure"
# More than any rate drives through an open catheter, and well below what bursts a connector (138 kPa, 1.10.3).
_CLOSED_KPA = 50.0
# So many strokes have to be due before a count that stands is worth a word.
_STROKES = 4.0


def meanwhile(case: Case, from_ns: int, to_ns: int) -> str:
    """Return what pump and line show in a span (UTC ns), each behind a semicolon; "" for nothing of note.

    It is no evidence of its own: it is told where a contradiction was found. What a challenge does to the line is left
    out. A pressure in a unit of another kind tells nothing: the contradiction stands as it is.
    """
    return _stood_still(case, from_ns, to_ns) + _was_closed(case, from_ns, to_ns)


def _stood_still(case: Case, from_ns: int, to_ns: int) -> str:
    t_ns, told = case.counted
    counted_ul = told.get("delivered")
    if counted_ul is None:
        return ""
    inside = (t_ns >= from_ns) & (t_ns <= to_ns)
    if np.count_nonzero(inside) < 2:
        return ""
    span_ns = t_ns[inside][[0, -1]]
    due_ul = float(np.diff(case.programme.volume_ul(span_ns))[0])
    stood = float(np.ptp(counted_ul[inside])) < case.start.dut.stroke_ul / 2.0
    return "; by its own count the pump stood still" if stood and due_ul > _STROKES * case.start.dut.stroke_ul else ""


def _was_closed(case: Case, from_ns: int, to_ns: int) -> str:
    """Return what the line's pressure reached, if that is much; in the hour before too: what was held comes later."""
    highest_kpa = max((_highest_kpa(case, *span) for span in case.clear(from_ns - NS_PER_H, to_ns)), default=0.0)
    if highest_kpa <= _CLOSED_KPA:
        return ""
    return f"; the pressure in the line had reached {highest_kpa:.3g} kPa, as in front of an occlusion"


def _highest_kpa(case: Case, from_ns: int, to_ns: int) -> float:
    found: list[NDArray[np.float64]] = []
    for stream in streams_of(case.reader, "daq"):
        if _CHANNEL in {channel.name for channel in case.reader.channels(stream)}:
            with contextlib.suppress(SeriesError):
                found.append(read_column(case.reader, stream, _CHANNEL, from_ns, to_ns)[0])
    return max((float(np.max(kpa)) for kpa in found if len(kpa)), default=0.0)
