"""A laboratory on the virtual clock, and twins served on real endpoints."""

import sys
from contextlib import ExitStack

import pytest

from instruments.hosting.faults import WireFault
from instruments.hosting.tcp_host import TcpHost
from instruments.hosting.wire import Wire
from instruments.plant.laboratory import Laboratory, Parameters
from rig.clock import VirtualClock
from rig.driving import DriverContext
from rig.exchange import Exchange

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
def wire(clock: VirtualClock) -> Wire:
    """The wire to the test's instrument, well until it is told to fail."""
    return Wire(clock)


@pytest.fixture
def strike(wire: Wire, clock: VirtualClock):
    """Make the wire or the instrument itself go wrong; without a trouble, well again, and time has passed."""

    def go_wrong(instrument, trouble=None) -> None:
        if isinstance(trouble, WireFault):
            wire.fail(trouble)
        elif trouble is not None:
            instrument.malfunction = trouble
        else:
            wire.heal()
            instrument.malfunction = type(instrument.malfunction)()
            clock.wait_s(10)

    return go_wrong


@pytest.fixture
def serve(closing: ExitStack, wire: Wire):
    """Host a byte twin on its own kind of endpoint and return its port."""

    def host(twin, *, tcp: bool = False) -> str:
        if twin.hosting == "tcp" or tcp or sys.platform == "win32":
            served = TcpHost("twin", twin, wire=wire)
        else:
            from instruments.hosting.pty_host import PtyHost

            served = PtyHost("twin", twin, wire=wire)
        closing.callback(served.close)
        return served.port

    return host
