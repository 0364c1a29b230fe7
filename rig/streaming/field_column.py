"""One field of many lines, as numbers: what is known of it without the library that writes them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """One field of every line: its escaped key and its values of shape (n,), float64 or int64.

    Where `present` (shape (n,), bool) is False the line goes without this field; the first column is in all lines.
    """

    key: str
    values: NDArray[np.float64] | NDArray[np.int64]
    present: Mask | None = None
