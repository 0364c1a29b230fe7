"""An InfluxDB with a laboratory's history in it, brought there by the rig's own streaming."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rig.record.folder import run_id
from rig.record.reader import RecordReader
from rig.streaming.sync import sync
from tests.dashboards import laboratory, odd
from tests.dashboards.grafana import Span, Values, substituted
from tests.shared import made_once
from tests.streaming import servers
from tests.streaming.records import EPOCH_NS

DATABASE = "rig"


@dataclass(frozen=True)
class History:
    """The runs in the server with the records of those that plans made, and how to ask it as Grafana would."""

    runs: tuple[str, ...]
    trouble: str
    under_way: str
    records: tuple[Path, ...]
    span: Span
    server: servers.Influx
    database: str = DATABASE

    def ask(self, query: str, values: Values, least_interval: str = "") -> list[dict[str, Any]]:
        """Return the series that a panel's or a variable's query finds."""
        return self.server.query(substituted(query, values, self.span, least_interval), self.database)

    def rows(self, query: str, values: Values) -> list[dict[str, Any]]:
        """Return what a panel's query finds as rows, tags included."""
        return [
            dict(zip(one["columns"], row, strict=True)) | one.get("tags", {})
            for one in self.ask(query, values)
            for row in one["values"]
        ]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Influx]:
    servers.demand()
    with servers.influx(tmp_path_factory.mktemp("influx-dashboards")) as server:
        server.create(DATABASE)
        yield server


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Records of a laboratory, made by one worker for all: the runs take as long as all that is asked of them."""

    def make(folder: Path) -> None:
        first = laboratory.run_plans(folder / "first", "SIM-0001", day=5)
        second = laboratory.run_plans(folder / "second", laboratory.HOSTILE_DUT, 7, laboratory.TROUBLED_PLAN)
        paths = (first, second, laboratory.trouble(folder / "trouble"))
        (folder / "listed").write_text("\n".join(map(str, paths)))

    listed = made_once(tmp_path_factory, "records-of-a-laboratory", make) / "listed"
    own = tmp_path_factory.mktemp("laboratory")
    # What is streamed is noted in the record: each worker has its own.
    return [Path(shutil.copy(path, own)) for path in listed.read_text().splitlines()]


@pytest.fixture(scope="session")
def history(server: servers.Influx, made: list[Path], tmp_path_factory: pytest.TempPathFactory) -> History:
    first, second, trouble = made
    folder = tmp_path_factory.mktemp("laboratory")
    (folder / "under way").mkdir()
    under_way = odd.under_way(folder / "under way")
    said: list[str] = []
    environment = {"RIG_INFLUX_URL": server.url, "RIG_INFLUX_BUCKET": f"{DATABASE}/autogen"}
    assert sync([first, second, trouble, under_way], said.append, environment=environment), said
    runs = (run_id(first), run_id(second))
    return History(runs, run_id(trouble), run_id(under_way), (first, second), _span(first, second), server)


@pytest.fixture(scope="session")
def streamed(server: servers.Influx, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., History]:
    """Stream what a function writes into a database of its own, and show the half hour from where runs begin."""

    def brought(*writers: Callable[[Path], Path]) -> History:
        name = "odd_" + "_".join(writer.__name__ for writer in writers)
        server.create(name)
        paths = [writer(tmp_path_factory.mktemp(name)) for writer in writers]
        said: list[str] = []
        assert sync(
            paths, said.append, environment={"RIG_INFLUX_URL": server.url, "RIG_INFLUX_BUCKET": f"{name}/autogen"}
        ), said
        begun_ms = EPOCH_NS // 1_000_000
        span = Span(begun_ms, begun_ms + 1_800_000)
        return History(tuple(map(run_id, paths)), "", "", tuple(paths), span, server, name)

    return brought


@pytest.fixture
def series(history: History) -> Callable[..., list[dict[str, Any]]]:
    """Ask for series that hold anything at all."""

    def found(query: str, values: Values, least_interval: str = "") -> list[dict[str, Any]]:
        return [
            one
            for one in history.ask(query, values, least_interval)
            if any(value is not None for row in one["values"] for value in row[1:])
        ]

    return found


def _span(first: Path, last: Path) -> Span:
    with RecordReader(first) as one, RecordReader(last) as other:
        begun = next(one.entries(kind="start"))
        ended = next(other.entries(kind="stop"))
    return Span(begun.t_ns // 1_000_000, ended.t_ns // 1_000_000 + 1)
