"""What a test can make the simulated device do wrong."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Faults:
    """The device's present misbehaviour; by default none.

    `silent` takes calls and answers none. `refuse` is an error code for every read. `spoil` changes the samples of a
    read, of shape (channels, n), before they are sent. `miscount` is added to the number of samples a read claims.
    """

    silent: bool = False
    refuse: int = 0
    spoil: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None
    miscount: int = 0
