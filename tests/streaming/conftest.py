"""Real servers for the tests of this room, started once, a database for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from rig.streaming.cursor import SentSoFar
from rig.streaming.reconcile import LAG_S
from rig.streaming.streamer import stream
from rig.streaming.target import Target
from tests.patience import patient
from tests.streaming import servers


@pytest.fixture(scope="session")
def influx_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Influx]:
    """influxd 1.6 behind nginx, for tests that leave it running."""
    servers.demand()
    with servers.influx(tmp_path_factory.mktemp("influx")) as server:
        yield server


@pytest.fixture(scope="session")
def victoria_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Victoria]:
    """victoria-metrics."""
    servers.demand()
    with servers.victoria(tmp_path_factory.mktemp("victoria")) as server:
        yield server


@pytest.fixture
def database(influx_server: servers.Influx) -> str:
    """A fresh database on the shared server."""
    name = f"db_{uuid4().hex[:8]}"
    influx_server.create(name)
    return name


@pytest.fixture
def target(influx_server: servers.Influx, database: str) -> Target:
    """The fresh database as a target."""
    return Target(influx_server.url, f"{database}/autogen", "lab")


@pytest.fixture
def said() -> list[str]:
    """What the streamer logged."""
    return []


@pytest.fixture
def send(said: list[str]) -> Callable[..., SentSoFar]:
    """Stream a record once, without following it."""

    def run(
        record: Path,
        target: Target,
        patience_s: float = patient(20.0),
        timeout_s: float = patient(5.0),
        token: str = "",
        lag_s: float = LAG_S,
    ) -> SentSoFar:
        environment = {"RIG_INFLUX_TOKEN": token} if token else {}
        return stream(
            record,
            target,
            environment,
            said.append,
            follow=False,
            patience_s=patience_s,
            timeout_s=timeout_s,
            lag_s=lag_s,
        )

    return run
