"""The speed table, a line at a time: each is printed when it is measured."""

from dataclasses import dataclass

WIDTHS = (66, 18, 10)


@dataclass(frozen=True)
class Row:
    """What was measured, with the limit the rig sets itself and what the nearest other tool takes."""

    name: str
    value: float
    unit: str
    limit: str
    peer: str


def heading() -> str:
    """Return the two lines above the rows."""
    return (
        _line("what", "measured", "limit", "for comparison") + "\n" + _line(*("-" * width for width in (*WIDTHS, 14)))
    )


def line(row: Row) -> str:
    """Return a row as a line of text."""
    return _line(row.name, f"{row.value:.4g} {row.unit}", row.limit, row.peer)


def _line(*cells: str) -> str:
    widths = (*WIDTHS, 0)
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
