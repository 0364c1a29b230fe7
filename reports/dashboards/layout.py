"""Where panels stand: from left to right in a grid 24 wide, a new line when the next one does not fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.dashboards.model import COLUMNS, Json, Panel, Row

_HEADING_HEIGHT = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A panel or a row's heading, and its cells."""

    what: Panel | Row
    x: int
    y: int
    width: int
    height: int

    @property
    def grid_pos(self) -> Json:
        """Return the cells as Grafana writes them."""
        return {"h": self.height, "w": self.width, "x": self.x, "y": self.y}


def placed(rows: Sequence[Row]) -> Iterator[Place]:
    """Yield the heading of each row and its panels with their cells."""
    y = 0
    for row in rows:
        yield Place(row, 0, y, COLUMNS, _HEADING_HEIGHT)
        y += _HEADING_HEIGHT
        x = line_height = 0
        for panel in row.panels:
            if x + panel.width > COLUMNS:
                x, y, line_height = 0, y + line_height, 0
            yield Place(panel, x, y, panel.width, panel.height)
            x += panel.width
            line_height = max(line_height, panel.height)
        y += line_height
