"""Samples as instruments give them: blocks of channels, and what can be read into them."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rig.channels import Channel


@dataclass(frozen=True, slots=True)
class Block:
    """Samples of several channels as they were read together.

    `t_ns` is int64 UTC nanoseconds of shape (n,), `columns` maps each channel's name to float64 of shape (n,).
    `lost` counts samples the instrument could not deliver before the first one of this block.
    """

    t_ns: NDArray[np.int64]
    columns: dict[str, NDArray[np.float64]]
    lost: int = 0


@runtime_checkable
class Sampled(Protocol):
    """An instrument that is read periodically into the record."""

    channels: tuple[Channel, ...]

    def start_sampling(self) -> None:
        """Set the instrument to measuring; called once before the first `read_block`."""

    def read_block(self) -> Block:
        """Get everything measured since the last call (one reading, or a whole buffer)."""

    def stop_sampling(self) -> None:
        """Set the instrument to rest; safe to repeat."""
