"""Every kind of VISA resource that can be reached without its hardware: IPv6, serial, RFC 2217, VXI-11 and HiSLIP."""

import contextlib
import socket
import threading

import pytest

from instruments.hosting.pty_host import PtyHost
from instruments.hosting.tcp_host import TcpHost
from instruments.scpi_meter.driver import Driver as Meter
from instruments.scpi_meter.twin import Twin as MeterTwin
from instruments.scpi_supply.driver import Driver as Supply
from instruments.scpi_supply.twin import Twin as SupplyTwin
from rig.clock import Stopwatch
from rig.errors import ConnectionFailedError, ConnectionLostError, InstrumentError, NoReplyError
from rig.safety.supervisor.ending import say_on_port
from rig.safety.supervisor.orders import HandAct, PortAct
from tests.instruments.scpi.lan_hosts import HislipHost, Vxi11Host
from tests.patience import FACTOR, patient

TIMEOUT_S = 0.2


class V6Proxy:
    """An IPv6 address that leads to a host of IPv4."""

    def __init__(self, target):
        self._target = target
        self._server = socket.create_server(("::1", 0), family=socket.AF_INET6)
        self.number = self._server.getsockname()[1]
        self._sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._server.close()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(self._target)
                self._sockets += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(4096):
                other.sendall(data)


@pytest.fixture
def supply_twin(laboratory):
    return SupplyTwin("supply", SupplyTwin.Parameters(), laboratory)


@pytest.fixture
def opened(context, closing):
    def open_driver(driver, port, **settings):
        found = driver("it", driver.Settings(port=port, **{"timeout_s": patient(0.2), **settings}), context)
        closing.callback(found.close)
        return found

    return open_driver


def works(supply, laboratory):
    """Set a voltage, switch on, measure and switch off."""
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    supply.switch(on=True)
    assert laboratory.power.output_on
    assert supply.measure_voltage_v() == pytest.approx(3.0, abs=0.003)
    supply.switch(on=False)


@pytest.fixture
def by_ipv6(supply_twin, closing):
    host = TcpHost("supply", supply_twin)
    closing.callback(host.close)
    proxy = V6Proxy(host.address)
    closing.callback(proxy.close)
    return f"TCPIP::[::1]::{proxy.number}::SOCKET"


def test_socket_of_ipv6(by_ipv6, opened, laboratory):
    works(opened(Supply, by_ipv6), laboratory)


def test_supervisor_reaches_a_socket_of_ipv6(by_ipv6, supply_twin, laboratory):
    supply_twin.receive(b"OUTP ON\n")
    act = Supply.unattended("supply", Supply.Settings(port=by_ipv6))
    assert isinstance(act, PortAct)
    assert say_on_port(act) == ""
    assert not laboratory.power.output_on


@pytest.mark.parametrize("form", ["ASRL{}::INSTR", "{}"])
def test_serial_port(form, supply_twin, closing, opened, laboratory):
    host = PtyHost("supply", supply_twin)
    closing.callback(host.close)
    port = form.format(host.port)
    works(opened(Supply, port), laboratory)
    supply_twin.receive(b"OUTP ON\n")
    assert say_on_port(Supply.unattended("supply", Supply.Settings(port=port))) == ""
    assert not laboratory.power.output_on


def test_supervisor_needs_the_driver_for_a_line_that_is_not_plain():
    act = Supply.unattended("supply", Supply.Settings(port="/dev/ttyUSB0", parity="even"))
    assert isinstance(act, HandAct)


@pytest.mark.parametrize("kind", [Vxi11Host, HislipHost])
def test_lan_instrument(kind, supply_twin, closing, opened, laboratory):
    host = kind(lambda line: supply_twin.receive(line + b"\n"))
    closing.callback(host.close)
    works(opened(Supply, host.port), laboratory)


@pytest.mark.parametrize("kind", [Vxi11Host, HislipHost])
@pytest.mark.parametrize(
    "fault, error", [("silent", NoReplyError), ("drip", NoReplyError), ("hang up", InstrumentError)]
)
def test_lan_instrument_that_fails_is_told_in_time(kind, fault, error, laboratory, closing, opened):
    twin = MeterTwin("meter", MeterTwin.Parameters(), laboratory)
    host = kind(lambda line: twin.receive(line + b"\n"))
    closing.callback(host.close)
    meter = opened(Meter, host.port, timeout_s=TIMEOUT_S)
    host.fault = fault
    watch = Stopwatch()
    with pytest.raises(error) as caught:
        meter.measure_current_a()
    assert watch.elapsed_s() < 2.0 + 0.2 * FACTOR
    assert caught.value.sent
    host.fault = ""
    assert abs(meter.measure_current_a()) < 1


@pytest.mark.parametrize("kind", [Vxi11Host, HislipHost])
def test_nobody_at_a_lan_address(kind, opened, closing):
    host = kind(lambda _: b"")
    host.close()
    with pytest.raises((ConnectionFailedError, ConnectionLostError)):
        opened(Meter, host.port)
