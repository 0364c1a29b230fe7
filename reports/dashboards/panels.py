"""The kinds of panels, each with the options that make it readable without further setting."""

from dataclasses import dataclass
from typing import ClassVar

from reports.dashboards.model import Json, Panel

# A line is drawn across gaps shorter than this: instruments are sampled at different paces.
BRIDGED_MS = 900_000
_LEGEND: Json = {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}
_LAST: Json = {"calcs": ["lastNotNull"], "fields": "", "values": False}


@dataclass(frozen=True, kw_only=True)
class Graph(Panel):
    """Values over time: lines, single `points` for results (which mean nothing between each other), or `bars`.

    `centred` puts zero in the middle. `told` is what the legend says of each series: its "lastNotNull", or where the
    last interval says little by itself, "max" or "sum" over the span shown.
    """

    kind: ClassVar[str] = "timeseries"

    points: bool = False
    bars: bool = False
    centred: bool = False
    told: str = "lastNotNull"

    def options(self) -> Json:
        """Return a legend below, with one number for each line."""
        return {
            "legend": _LEGEND | {"calcs": [] if self.points else [self.told]},
            "tooltip": {"mode": "multi", "sort": "none"},
        }

    def custom(self) -> Json:
        """Return what this visualisation adds to each field."""
        return {
            "drawStyle": "points" if self.points else "bars" if self.bars else "line",
            "lineInterpolation": "linear",
            "lineWidth": 1,
            "fillOpacity": 60 if self.bars else 0,
            "showPoints": "always" if self.points else "auto",
            "pointSize": 8 if self.points else 4,
            "spanNulls": BRIDGED_MS,
            "axisPlacement": "auto",
            "axisLabel": self.unit,
            "axisCenteredZero": self.centred,
            "scaleDistribution": {"type": "linear"},
        }

    def colour(self) -> str:
        """Return how fields get their colour."""
        return "palette-classic"


@dataclass(frozen=True, kw_only=True)
class Stat(Panel):
    """One large value, the last of its series; `words` for text."""

    kind: ClassVar[str] = "stat"

    width: int = 4
    height: int = 4
    words: bool = False

    def options(self) -> Json:
        """Return the options of this visualisation."""
        return {
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "center",
            "orientation": "auto",
            "textMode": "value" if self.words else "auto",
            "wideLayout": True,
            "showPercentChange": False,
            "percentChangeColorMode": "standard",
            # Without an expression only numbers are shown, with the usual one the time as well.
            "reduceOptions": _LAST | {"fields": "/^(?!Time$)/" if self.words else ""},
        }


@dataclass(frozen=True, kw_only=True)
class Bars(Panel):
    """A horizontal bar for each series, as long as its last value."""

    kind: ClassVar[str] = "bargauge"

    def options(self) -> Json:
        """Return the options of this visualisation."""
        return {
            "displayMode": "basic",
            "valueMode": "color",
            "namePlacement": "left",
            "showUnfilled": False,
            "sizing": "auto",
            "minVizWidth": 8,
            "minVizHeight": 16,
            "maxVizHeight": 40,
            "orientation": "horizontal",
            "legend": _LEGEND | {"showLegend": False},
            "reduceOptions": _LAST,
        }


@dataclass(frozen=True, kw_only=True)
class States(Panel):
    """Coloured bands over time for values that are codes."""

    kind: ClassVar[str] = "state-timeline"

    def options(self) -> Json:
        """Return the options of this visualisation."""
        return {
            "alignValue": "left",
            "mergeValues": True,
            "rowHeight": 0.85,
            "showValue": "auto",
            "legend": _LEGEND,
            "tooltip": {"mode": "single", "sort": "none"},
        }

    def custom(self) -> Json:
        """Return what this visualisation adds to each field."""
        return {"lineWidth": 0, "fillOpacity": 80}


@dataclass(frozen=True, kw_only=True)
class Scatter(Panel):
    """Points of column `y` over column `x` of a table, with a logarithmic axis for `x`."""

    kind: ClassVar[str] = "xychart"

    x: str
    y: str
    x_title: str

    def options(self) -> Json:
        """Return the options of this visualisation."""

        def named(column: str) -> Json:
            return {"matcher": {"id": "byName", "options": column}}

        return {
            "mapping": "manual",
            "series": [{"frame": {"matcher": {"id": "byIndex", "options": 0}}, "x": named(self.x), "y": named(self.y)}],
            "legend": _LEGEND | {"showLegend": False},
            "tooltip": {"mode": "single", "sort": "none"},
        }

    def custom(self) -> Json:
        """Return what this visualisation adds to each field."""
        return {
            "show": "points",
            "pointSize": {"fixed": 7},
            "pointShape": "circle",
            "pointStrokeWidth": 1,
            "fillOpacity": 60,
            "axisPlacement": "auto",
            "axisLabel": self.unit,
            "scaleDistribution": {"type": "linear"},
        }

    def colour(self) -> str:
        """Return how fields get their colour."""
        return "palette-classic"

    def field_overrides(self) -> tuple[Json, ...]:
        """Return the logarithmic axis for `x`."""
        axis = {
            "custom.scaleDistribution": {"type": "log", "log": 10},
            "custom.axisLabel": self.x_title,
            "unit": "none",
        }
        return (override(self.x, axis), *self.overrides)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table: its name in the query, its heading ("" to leave it out) and how it is shown."""

    name: str
    title: str = ""
    unit: str = ""
    decimals: int | None = None
    width: int = 0
    mappings: tuple[Json, ...] = ()
    thresholds: Json | None = None
    links: tuple[Json, ...] = ()

    def settings(self) -> Json:
        """Return the column's settings, {} when it has none."""
        found: Json = {}
        if self.unit:
            found["unit"] = self.unit
        if self.decimals is not None:
            found["decimals"] = self.decimals
        if self.width:
            found["custom.width"] = self.width
        if self.mappings:
            found["mappings"] = list(self.mappings)
        if self.thresholds:
            found["thresholds"] = self.thresholds
        if self.mappings or self.thresholds:
            found["custom.cellOptions"] = {"type": "color-text"}
        if self.links:
            found["links"] = list(self.links)
        return found


@dataclass(frozen=True, kw_only=True)
class Table(Panel):
    """A table with `columns` in their order. `sorted_by` is the heading of the column that sorts it, largest first."""

    kind: ClassVar[str] = "table"

    unit: str = "string"
    width: int = 24
    columns: tuple[TableColumn, ...]
    sorted_by: str = ""

    def options(self) -> Json:
        """Return the options of this visualisation."""
        options: Json = {"showHeader": True, "cellHeight": "sm"}
        if self.sorted_by:
            options["sortBy"] = [{"displayName": self.sorted_by, "desc": True}]
        return options

    def custom(self) -> Json:
        """Return what this visualisation adds to each field."""
        return {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True, "inspect": False}

    def field_overrides(self) -> tuple[Json, ...]:
        """Return the settings of the columns."""
        set_apart = [override(column.title, column.settings()) for column in self.columns if column.settings()]
        return (*set_apart, *self.overrides)

    def all_transformations(self) -> tuple[Json, ...]:
        """Return how columns are ordered, named and left out."""
        organise = {
            "excludeByName": {column.name: True for column in self.columns if not column.title},
            "indexByName": {column.name: index for index, column in enumerate(self.columns)},
            "renameByName": {c.name: c.title for c in self.columns if c.title and c.title != c.name},
        }
        return (*self.transformations, *([{"id": "organize", "options": organise}] if self.columns else []))


def override(name: str, settings: Json) -> Json:
    """Return field settings for one series or column, by the name that a reader sees."""
    properties = [{"id": key, "value": value} for key, value in settings.items()]
    return {"matcher": {"id": "byName", "options": name}, "properties": properties}


def line(name: str, colour: str, *, dashed: bool = False) -> Json:
    """Return the look of a line without points, such as a limit between results."""
    return override(
        name,
        {
            "custom.drawStyle": "line",
            "custom.lineStyle": {"fill": "dash", "dash": [10, 10]} if dashed else {"fill": "solid"},
            "custom.showPoints": "never",
            "custom.spanNulls": True,
            "color": {"mode": "fixed", "fixedColor": colour},
        },
    )
