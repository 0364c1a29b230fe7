"""What a dashboard is made of, before it becomes Grafana's JSON; the kinds of panels are in panels.py."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar

Json = dict[str, Any]
COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Query:
    """One InfluxQL statement. `legend` names its series: `$tag_<tag>` and `$col` stand for a tag and the column.

    A `table` keeps tags and columns side by side; `name` is how expressions refer to it ("" for the next letter).
    """

    text: str
    legend: str = ""
    table: bool = False
    name: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """What Grafana computes from queries that have names: `$A` in the text is the query or expression named A.

    With a `reducer` the result is one number for the whole series that `text` names (without its `$`).
    """

    name: str
    text: str
    reducer: str = ""
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel, `width` and `height` in cells of a grid 24 wide; each kind of visualisation is a class of its own.

    `unit` is one of Grafana's ids or the unit itself, `no_data` is what stands where there is nothing to show.
    `low` and `high` are the ends of the axis where data alone should not choose them.
    `mappings` and `thresholds` turn values into words and colours, `overrides` set single series apart.
    """

    kind: ClassVar[str]

    title: str
    description: str
    unit: str
    no_data: str
    queries: tuple[Query | Expression, ...]
    width: int = 12
    height: int = 9
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    mappings: tuple[Json, ...] = ()
    thresholds: Json | None = None
    overrides: tuple[Json, ...] = ()
    transformations: tuple[Json, ...] = ()
    min_interval: str = ""

    def options(self) -> Json:
        """Return the options of the visualisation."""
        raise NotImplementedError

    def custom(self) -> Json:
        """Return what the visualisation adds to the settings of each field."""
        return {}

    def colour(self) -> str:
        """Return how fields get their colour."""
        return "thresholds"

    def field_overrides(self) -> tuple[Json, ...]:
        """Return the settings of single fields."""
        return self.overrides

    def all_transformations(self) -> tuple[Json, ...]:
        """Return what is done to the data before it is drawn."""
        return self.transformations


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading, laid from left to right."""

    title: str
    panels: tuple[Panel, ...]


class Order(IntEnum):
    """How the choices of a variable are sorted, in Grafana's numbers."""

    ALPHABET = 1
    LAST_FIRST = 2
    NUMBERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What a reader chooses at the top; `query` lists the choices.

    With `every` all may be chosen at once, with `several` more than one. Otherwise `proposed` is chosen at first, or
    else the first of the list. Choices that `follows_time` are listed again whenever the span shown changes.
    """

    name: str
    label: str
    description: str
    query: str
    every: bool = False
    several: bool = False
    order: Order = Order.ALPHABET
    proposed: str = ""
    follows_time: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """Marks on all graphs: a query with the columns `text` and `severity`.

    Those that are not `shown` at first are chosen at the top of the page.
    """

    name: str
    query: str
    colour: str
    shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One page. `uid` is its address in Grafana and never changes; `span` is the time it opens at without a link.

    `siblings` are titles and uids of pages with the same variables, to go to with what was chosen.
    """

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...]
    annotations: tuple[Annotation, ...] = ()
    span: tuple[str, str] = ("now-6h", "now")
    refresh: str = ""
    siblings: tuple[tuple[str, str], ...] = ()

    @property
    def panels(self) -> tuple[Panel, ...]:
        """Return the panels of all rows in reading order."""
        return tuple(panel for row in self.rows for panel in row.panels)
