"""Hours since the laboratory began, and how many of them lie within a span."""

import numpy as np
from numpy.typing import NDArray

NS_PER_H = 3.6e12


def hours_since(t0_ns: int, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the time from `t0_ns` to each of `t_ns` in h, negative before it."""
    return np.asarray((t_ns - t0_ns) / NS_PER_H, np.float64)


def hours_within(hours: NDArray[np.float64], from_h: float, for_h: float | None) -> NDArray[np.float64]:
    """Return how much of a span has passed at each of `hours`, in h; the span lasts `for_h`, for ever when None."""
    return np.clip(hours - from_h, 0.0, np.inf if for_h is None else for_h)


def is_within(hours: NDArray[np.float64], from_h: float, for_h: float | None) -> NDArray[np.bool_]:
    """Tell which of `hours` lie in a span: its beginning does, its end does not."""
    return np.asarray((hours >= from_h) & (hours - from_h < (np.inf if for_h is None else for_h)))
