"""What the pump says that it delivers: the rate that its status tells, against the rate that it was told."""

import numpy as np
from numpy.typing import NDArray

from rig.evaluation.case import Case
from rig.evaluation.testimony import Testimony, Witness
from rig.evaluation.under_way import under_way

# A pump shows a rate rounded, and that of the minute that it is in; the minutes are those of its own clock.
_PERCENT = 1.0
_UL_H = 0.01
_NEAR_NS = 90_000_000_000
# So many readings in a row are no order on its way.
_READINGS = 3
# A pump that is polled each second for days says the same very often: so many readings are enough.
_MOST = 5000


def testify(case: Case) -> Testimony:
    """Hold each rate that the status told to what the programme asks for within a minute and a half of it."""
    t_ns, told = case.counted
    if "rate" not in told or not case.programme.stretches or case.programme.given_at_once_ns:
        return Testimony(not_asked="the pump tells no rate, or what it was told has none")
    inside = t_ns >= case.delivers_ns[0]
    every = max(1, int(np.count_nonzero(inside)) // _MOST)
    t_ns, rate_ul_h = t_ns[inside][::every], told["rate"][inside][::every]
    low_ul_h, high_ul_h = _asked(case, t_ns)
    off = (rate_ul_h < low_ul_h * (1.0 - _PERCENT / 100.0) - _UL_H) | (
        rate_ul_h > high_ul_h * (1.0 + _PERCENT / 100.0) + _UL_H
    )
    said = f"{len(t_ns)} rates that the status told"
    at = _in_a_row(off)
    if at is None:
        return Testimony(said)
    at_ns = int(t_ns[at])
    return Testimony(
        said,
        (
            f"by its status the pump delivered {rate_ul_h[at]:.4g} µL/h at {case.hour(at_ns):.2f} h, where it "
            f"was told to deliver {high_ul_h[at]:.4g} µL/h{under_way(case.programme, at_ns, at_ns + 1)}",
        ),
        of_the_pump=True,
    )


def _asked(case: Case, t_ns: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest rate that is asked for near each of `t_ns` (n,), µL/h (n,)."""
    stretches = case.programme.stretches
    begins = np.asarray([one.from_ns for one in stretches], np.int64)
    ends = np.asarray([one.to_ns for one in stretches], np.int64)
    rates = np.asarray([one.rate_ul_h for one in stretches])
    near_ns = _NEAR_NS + _drifted_ns(case, t_ns)
    first = np.searchsorted(ends, t_ns - near_ns, side="right")
    last = np.searchsorted(begins, t_ns + near_ns, side="left")
    low, high = np.full(len(t_ns), np.inf), np.zeros(len(t_ns))
    for i, (a, b) in enumerate(zip(first, last, strict=True)):
        asked = rates[a:b]
        # Nothing is asked for in the gap before a stretch, or where none is near.
        gap = not len(asked) or begins[a] > t_ns[i] - near_ns[i] or ends[b - 1] < t_ns[i] + near_ns[i]
        gap = gap or bool((begins[a + 1 : b] > ends[a : b - 1]).any())
        low[i] = 0.0 if gap else asked.min()
        high[i] = asked.max() if len(asked) else 0.0
    return low, high


def _drifted_ns(case: Case, t_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return by how much the pump's own clock may have drifted since the first order, in ns: its day goes by it."""
    passed_ns = np.maximum(t_ns - case.delivers_ns[0], 0)
    return np.asarray(passed_ns * (case.limits.agreement.clock_ppm * 1e-6), np.int64)


def _in_a_row(off: NDArray[np.bool_]) -> int | None:
    """Return where the first `_READINGS` in a row begin that are off, None where there are none."""
    if len(off) < _READINGS:
        return None
    rows = np.lib.stride_tricks.sliding_window_view(off, _READINGS).all(axis=1)
    return int(np.argmax(rows)) if rows.any() else None


WITNESS = Witness("rate that the pump tells", testify)
