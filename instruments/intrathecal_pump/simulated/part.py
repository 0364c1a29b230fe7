"""What all parts of the built-in firmware have in common: they live through power cuts, each in its own way."""

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

Number: TypeAlias = int | float
# What a part keeps without power, by name: numbers, or rows of them.
Kept: TypeAlias = Mapping[str, Number | list[list[int]]]


class Part:
    """One part of the built-in firmware. What it does not say otherwise survives without power.

    `KEPT` are those of its attributes that outlive the simulation itself, each a number; `MOMENTS` those of them that
    are laboratory UTC ns.
    """

    KEPT: ClassVar[tuple[str, ...]] = ()
    MOMENTS: ClassVar[tuple[str, ...]] = ()

    def power_lost(self) -> None:
        """Forget what is lost with the power; called once for each cut, while the pump goes down."""

    def booted(self, t_ns: int) -> None:
        """Begin again; called once for each start of the electronics, at its moment (laboratory UTC ns)."""

    def kept(self) -> Kept:
        """Return what outlives the simulation, to be written down."""
        return {name: getattr(self, name) for name in self.KEPT}

    def restore(self, kept: Kept, shift_ns: int) -> None:
        """Take up what was written down, every moment of it `shift_ns` later.

        Raises KeyError, TypeError or ValueError for what is none.
        """
        for name in self.KEPT:
            value = number_of(kept, name)
            setattr(self, name, int(value) + shift_ns if name in self.MOMENTS else value)


def number_of(kept: Kept, name: str) -> Number:
    """Return a number that was kept; raise KeyError or TypeError where there is none."""
    value = kept[name]
    if not isinstance(value, int | float):
        raise TypeError(f"{name} is {value!r}, no number")
    return value


def rows_of(kept: Kept, name: str, width: int) -> list[list[int]]:
    """Return rows of whole numbers that were kept; raise KeyError or TypeError where they are none."""
    rows = kept[name]
    if not isinstance(rows, list) or not all(_is_row(row, width) for row in rows):
        raise TypeError(f"{name} are no rows of {width} whole numbers")
    return rows


def _is_row(row: object, width: int) -> bool:
    return isinstance(row, list) and len(row) == width and all(isinstance(one, int) for one in row)
