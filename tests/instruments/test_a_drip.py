"""A device that answers byte by byte and never ends: every driver gives up at its deadline and shows what came."""

import os
import select
import socket
import threading
import tty

import pytest

from instruments.intrathecal_pump.driver import Driver as Pump
from instruments.mettler_mt_sics.driver import Driver as Balance
from instruments.ni_daq.driver import Driver as Daq
from instruments.scpi.queries import ScpiLink
from instruments.scpi.settings import ScpiSettings
from instruments.sensirion_scc1.driver import Driver as Flow
from rig.clock import Stopwatch
from rig.errors import InstrumentError, NoReplyError
from rig.transports import ByteStream
from tests.patience import FACTOR

TIMEOUT_S = 0.2
# A drip that never ended would last until a reply is too long for any instrument: hours.
SOON_S = TIMEOUT_S + 0.3 * FACTOR


class Dripping:
    """Sends one byte after another, for ever, to whoever has said something."""

    def __init__(self, byte, every_s):
        self._byte = byte
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._drip, daemon=True)

    def start(self):
        self._thread.start()
        return self

    def close(self):
        self._ended.set()
        self._thread.join()

    def _drip(self):
        heard = False
        while not self._ended.wait(self._every_s):
            try:
                heard = self._take() or heard
                if heard:
                    self._give(self._byte)
            except OSError:
                heard = False


class DrippingSocket(Dripping):
    """The same on TCP."""

    def __init__(self, byte, every_s):
        super().__init__(byte, every_s)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = self._server.getsockname()
        self._client = None

    def close(self):
        super().close()
        self._server.close()
        if self._client is not None:
            self._client.close()

    def _take(self):
        if select.select([self._server], [], [], 0)[0]:
            if self._client is not None:
                self._client.close()
            self._client = self._server.accept()[0]
        return self._client is not None and select.select([self._client], [], [], 0)[0] and self._client.recv(4096)

    def _give(self, byte):
        if self._client is not None:
            self._client.sendall(byte)


class DrippingPort(Dripping):
    """The same on a serial port."""

    def __init__(self, byte, every_s):
        super().__init__(byte, every_s)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)

    def close(self):
        super().close()
        os.close(self._master)
        os.close(self._slave)

    def _take(self):
        return select.select([self._master], [], [], 0)[0] and os.read(self._master, 4096)

    def _give(self, byte):
        os.write(self._master, byte)


@pytest.fixture
def drip(closing):
    def start(kind, byte=b"1", every_s=0.01):
        dripping = kind(byte, every_s).start()
        closing.callback(dripping.close)
        return dripping

    return start


def given_up(opening):
    """Return with what error opening a driver ends, which is soon."""
    watch = Stopwatch()
    with pytest.raises(InstrumentError) as caught:
        opening().close()
    assert watch.elapsed_s() < SOON_S
    return caught.value


@pytest.mark.parametrize("every_s", [0.05, 0.0005])
def test_scpi_on_a_socket(drip, context, every_s):
    host, port = drip(DrippingSocket, every_s=every_s).address
    settings = ScpiSettings(port=f"TCPIP::{host}::{port}::SOCKET", timeout_s=TIMEOUT_S)
    error = given_up(lambda: ScpiLink("meter", settings, context))
    assert isinstance(error, NoReplyError)
    assert set(error.received) == set(b"1")


def test_scpi_on_a_serial_port(drip, context):
    settings = ScpiSettings(port=f"ASRL{drip(DrippingPort).device}::INSTR", timeout_s=TIMEOUT_S)
    error = given_up(lambda: ScpiLink("meter", settings, context))
    assert isinstance(error, NoReplyError)
    assert set(error.received) == set(b"1")


def test_balance(drip, context):
    settings = Balance.Settings(port=drip(DrippingPort, b"S").device, timeout_s=TIMEOUT_S)
    assert set(given_up(lambda: Balance("balance", settings, context)).received) == set(b"S")


def test_flow_sensor(drip, context):
    settings = Flow.Settings(port=drip(DrippingPort, b"\x01").device, timeout_s=TIMEOUT_S)
    assert set(given_up(lambda: Flow("flow", settings, context)).received) == {1}


def test_pump(drip, context):
    settings = Pump.Settings(port=drip(DrippingPort, b"\x01").device, timeout_s=TIMEOUT_S, tries=2)
    given_up(lambda: Pump("pump", settings, context))


def test_daq(drip, context):
    host, port = drip(DrippingSocket, b"\x00").address
    settings = Daq.Settings(port=f"grpc://{host}:{port}", deadline_s=TIMEOUT_S)
    given_up(lambda: Daq("daq", settings, context))


@pytest.mark.parametrize("end", [b"\r\n", lambda _: False], ids=["terminator", "function"])
def test_stream(drip, end):
    with ByteStream("scale", drip(DrippingPort).device, timeout_s=TIMEOUT_S) as stream:
        error = given_up(lambda: stream.exchange(b"?", end))
    assert set(error.received) == set(b"1")
