"""What the simulated device itself can do wrong, whatever its wire does."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class DaqMalfunction:
    """The device's present misbehaviour; by default none.

    `refuse` is an error code for every read. `alter_samples` changes the samples of a read, of shape (channels, n),
    before they are sent. `miscount` is added to the number of samples a read claims. `rate_hz` is claimed as the rate.
    `alter_count` changes what a counter says. `samples_written` is claimed by each write to lines, which then moves
    nothing; `lines_read` is claimed by each reading of lines, and `lines_stuck_at` is the level that each line reads.
    """

    refuse: int = 0
    alter_samples: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None
    miscount: int = 0
    rate_hz: float | None = None
    alter_count: Callable[[int], int] | None = None
    samples_written: int | None = None
    lines_stuck_at: bool | None = None
    lines_read: int = 1
