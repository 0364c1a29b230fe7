"""Hours since the laboratory began, how many of them lie within a span, and values that are changed now and then."""

from collections.abc import Callable, Iterator

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


class Steps:
    """A value that somebody changes now and then: what it is at any moment, and what grows by it."""

    def __init__(self, value: float) -> None:
        self._from_ns: list[int] = []
        self._values = [value]

    def change(self, t_ns: int, value: float) -> None:
        """Let the value be another from `t_ns` on; changes come in order of time."""
        if value != self._values[-1]:
            self._from_ns.append(t_ns)
            self._values.append(value)

    @property
    def changed(self) -> bool:
        """Tell whether the value was ever another than at the beginning."""
        return bool(self._from_ns)

    def at(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the value at each of `t_ns`."""
        if not self._from_ns:
            return np.full(len(t_ns), self._values[0], np.float64)
        return np.asarray(self._values, np.float64)[np.searchsorted(self._from_ns, t_ns, side="right")]

    def grown(
        self,
        amount: Callable[[NDArray[np.int64]], NDArray[np.float64]],
        t_ns: NDArray[np.int64],
        weight: Callable[[float], float] = float,
    ) -> NDArray[np.float64]:
        """Return ∫ weight(value) d(amount) from the beginning to each of `t_ns`; `amount` begins at zero."""
        total = np.zeros(len(t_ns))
        for from_ns, until_ns, value in self._spans():
            if (weighed := weight(value)) != 0.0:
                begun = 0.0 if from_ns is None else amount(np.minimum(t_ns, from_ns))
                ended = amount(t_ns if until_ns is None else np.minimum(t_ns, until_ns))
                total += weighed * (ended - begun)
        return total

    def _spans(self) -> Iterator[tuple[int | None, int | None, float]]:
        """Yield from when until when each value holds; None: from the beginning, to the end."""
        yield from zip([None, *self._from_ns], [*self._from_ns, None], self._values, strict=True)
