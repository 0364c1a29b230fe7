"""Portions: several strokes at once, as a motor makes them that is seldom started, at the rate that was asked for."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rig.evaluation.programme import NS_PER_H, Programme

# Requirements on rates speak of a quarter of an hour (Generic Infusion Pump 1.2.2): within one it must have come.
_WITHIN_NS = NS_PER_H // 4
_NEARLY_NS = NS_PER_H // 5
_FEWEST_READINGS, _FEWEST_PORTIONS = 6, 5
_STROKES, _MOST_STROKES = 2.0, 10.0
# So many tell how a pump delivers; a month has thousands.
_MOST_QUARTERS = 400
# Readings seldom fall right before a portion and right behind one: what they show is a little less.
_BEYOND_SHOWN = 1.3


def portion_ul(
    t_ns: NDArray[np.int64], volume_ul: NDArray[np.float64], programme: Programme, stroke_ul: float, reading_ul: float
) -> float:
    """Return the portion (µL) in which a pump delivers; 0 where it does so stroke by stroke.

    `volume_ul` (n,) was weighed at `t_ns` (n,), with `reading_ul` of noise (standard); `stroke_ul` is the stroke
    declared. In each quarter of an hour at one rate, what was weighed lies about a line; half of what was asked for
    came in quarters with a spread of at least the portion. Of what takes less than a quarter, a bolus, many portions
    must have come: one that is given too fast is none. What is spread by up to two strokes is no portion, and what is
    spread by more than ten is no way to deliver: 0.
    """
    found = []
    quarters = list(_quarters(t_ns, programme))
    for first, last, asked_ul in quarters[:: max(1, len(quarters) // _MOST_QUARTERS)]:
        spread_ul = _spread_ul(t_ns[first:last], volume_ul[first:last], reading_ul)
        whole = t_ns[last - 1] - t_ns[first] > _NEARLY_NS
        found.append((spread_ul if whole or spread_ul * _FEWEST_PORTIONS <= asked_ul else 0.0, asked_ul))
    if not found or stroke_ul <= 0.0:
        return 0.0
    spreads_ul, asked = np.array(sorted(found)).T
    half = int(np.searchsorted(np.cumsum(asked), asked.sum() / 2.0))
    shown_ul = float(spreads_ul[half])
    if not _STROKES * stroke_ul < shown_ul <= _MOST_STROKES * stroke_ul:
        return 0.0
    return min(_BEYOND_SHOWN * shown_ul, _MOST_STROKES * stroke_ul)


def _quarters(t_ns: NDArray[np.int64], programme: Programme) -> Iterator[tuple[int, int, float]]:
    """Yield first and last reading of each quarter of an hour at one rate, or less, and what it asks for in µL."""
    for one in programme.stretches:
        over_ns = min(one.to_ns, int(t_ns[-1]))
        if one.rate_ul_h <= 0.0 or over_ns <= one.from_ns:
            continue
        count = max(1, (over_ns - one.from_ns) // _WITHIN_NS)
        length_ns = min(over_ns - one.from_ns, _WITHIN_NS)
        for begin_ns in range(one.from_ns, one.from_ns + count * length_ns, length_ns):
            first, last = np.searchsorted(t_ns, (begin_ns, begin_ns + length_ns))
            # A balance that is asked again at one moment tells no more of the course.
            if len(np.unique(t_ns[first:last])) >= _FEWEST_READINGS:
                yield int(first), int(last), one.rate_ul_h * length_ns / NS_PER_H


def _spread_ul(t_ns: NDArray[np.int64], volume_ul: NDArray[np.float64], reading_ul: float) -> float:
    """Return by how much readings are spread about their line, µL, beyond what noise alone would spread them."""
    hours = (t_ns - t_ns[0]) / NS_PER_H
    hours -= hours.mean()
    slope_ul_h = float(np.sum(hours * volume_ul) / np.sum(hours**2))
    of_noise_ul = 2.0 * math.sqrt(2.0 * math.log(len(hours))) * reading_ul
    return max(0.0, float(np.ptp(volume_ul - slope_ul_h * hours)) - of_noise_ul)
