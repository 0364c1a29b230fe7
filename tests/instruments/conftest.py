"""A laboratory on the virtual clock, and twins served on real endpoints."""

import sys
from contextlib import ExitStack

import pytest

from instruments.hosting.tcp_host import TcpHost
from instruments.plant.laboratory import Laboratory, Parameters
from rig.capabilities import Exchange
from rig.clock import VirtualClock
from rig.driving import DriverContext

EPOCH_NS = 1_767_600_000_000_000_000  # 2026-01-05T08:00:00Z


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(EPOCH_NS)


@pytest.fixture
def laboratory(clock: VirtualClock) -> Laboratory:
    return Laboratory(Parameters(), clock, seed=7)


@pytest.fixture
def journal() -> list[Exchange]:
    return []


@pytest.fixture
def context(clock: VirtualClock, journal: list[Exchange]) -> DriverContext:
    return DriverContext(clock, journal.append)


@pytest.fixture
def closing():
    """A stack whose callbacks run after the test, last in first out."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def serve(closing: ExitStack):
    """Host a byte twin on its own kind of endpoint and return its port."""

    def host(twin, *, tcp: bool = False) -> str:
        if twin.hosting == "tcp" or tcp or sys.platform == "win32":
            served = TcpHost("twin", twin)
        else:
            from instruments.hosting.pty_host import PtyHost

            served = PtyHost("twin", twin)
        closing.callback(served.close)
        return served.port

    return host
