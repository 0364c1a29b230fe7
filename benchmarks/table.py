"""One line of the speed table."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured, with the limit the rig sets itself and what the nearest other tool takes."""

    name: str
    value: float
    unit: str
    limit: str
    peer: str


def render(rows: Iterable[Row]) -> str:
    """Return the rows as a table of text."""
    cells = [("what", "measured", "limit", "for comparison")]
    cells.extend((row.name, f"{row.value:.4g} {row.unit}", row.limit, row.peer) for row in rows)
    widths = [max(len(line[place]) for line in cells) for place in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
