"""A pump's twin on a real pseudo-terminal, its driver, and a hand that writes frames without the code under test."""

import os
import select
import termios
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import settings

from instruments.hosting.pty_host import PtyHost
from instruments.hosting.wire import Wire
from instruments.intrathecal_pump.driver import Driver, PumpSettings
from instruments.intrathecal_pump.messages import Commit, DoneReply, GetStatus, ReadLog, Stage
from instruments.intrathecal_pump.programme import programme_crc
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.twin import Twin
from instruments.plant.laboratory import Laboratory, Parameters
from rig.clock import VirtualClock
from rig.driving import DriverContext
from rig.exchange import Exchange
from tests.patience import patient

# An example that takes long on a busy machine is no failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

EPOCH_NS = 1_767_600_000_000_000_000  # 2026-01-05T08:00:00Z
PATIENCE_S = 5.0
S = 1_000_000_000


@dataclass
class Ward:
    """One simulated pump in its laboratory, fed by its own cell unless said otherwise."""

    parameters: PumpParameters = field(default_factory=lambda: PumpParameters(clock_drift_ppm=0))
    pump_power: str = "battery"
    seed: int = 1

    def __post_init__(self):
        self.clock = VirtualClock(EPOCH_NS)
        self.laboratory = Laboratory(Parameters(pump_power=self.pump_power), self.clock, self.seed)
        self.twin = Twin("pump", self.parameters, self.laboratory)
        self.journal: list[Exchange] = []
        self.wire = Wire(self.clock)
        self._host = None
        self._open = []

    @property
    def port(self):
        if self._host is None:
            self._host = PtyHost("pump", self.twin, wire=self.wire)
        return self._host.port

    def open(self, *, patience=1.0, clock=None, **settings):
        """Open a driver; with a short timeout_s in tests that lose replies, so that a loss costs little."""
        settings = {"port": self.port, "timeout_s": patient(0.2), "tries": 3} | settings
        context = DriverContext(clock or self.clock, self.journal.append, patience)
        driver = Driver("pump", PumpSettings(**settings), context)
        self._open.append(driver)
        return driver

    def delivered_ul(self):
        """What truly came from the pump: what has left the tip and what still waits in the line."""
        now_ns = np.array([self.laboratory.advance()])
        line = self.laboratory.line
        waiting_ul = line.excess_kpa(now_ns) * self.laboratory.parameters.line_compliance_ul_kpa
        return float((line.tip_ul(now_ns) + waiting_ul)[0])

    def unplug(self):
        self._host.close()
        self._host = None

    def close(self):
        for driver in self._open:
            driver.close()
        if self._host is not None:
            self._host.close()


@pytest.fixture
def build_ward():
    """Build simulated pumps; all are closed in the end."""
    built = []

    def build(pump_power="battery", seed=1, **parameters):
        ward = Ward(PumpParameters(**({"clock_drift_ppm": 0} | parameters)), pump_power, seed)
        built.append(ward)
        return ward

    yield build
    for ward in built:
        ward.close()


@pytest.fixture
def ward(build_ward):
    return build_ward()


@pytest.fixture
def driver(ward):
    return ward.open()


@pytest.fixture
def impatient(ward):
    """A driver that gives up on a lost reply after 0.1 s, three times."""
    return ward.open(timeout_s=patient(0.03))


class Hand:
    """A client written from docs/pump-link.md alone: CRC bit by bit, COBS byte by byte."""

    def __init__(self, port):
        self._fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
        settings = termios.tcgetattr(self._fd)
        settings[4] = settings[5] = termios.B115200
        termios.tcsetattr(self._fd, termios.TCSANOW, settings)

    def close(self):
        os.close(self._fd)

    @staticmethod
    def crc(data):
        crc = 0xFFFF
        for byte in data:
            crc ^= byte << 8
            for _ in range(8):
                crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
        return crc

    @classmethod
    def frame(cls, sequence, code, payload=b"", version=1):
        body = bytes([version, sequence, code]) + payload
        stuffed, run = bytearray(), bytearray()
        for byte in body + cls.crc(body).to_bytes(2, "big") + b"\0":
            if byte:
                run.append(byte)
            else:
                stuffed += bytes([len(run) + 1]) + run
                run.clear()
        return b"\0" + bytes(stuffed) + b"\0"

    def say(self, data):
        os.write(self._fd, data)

    def hear(self, frames):
        """Return the bodies (without CRC) of as many frames."""
        heard = b""
        while heard.count(0) < 2 * frames:
            ready, _, _ = select.select([self._fd], [], [], PATIENCE_S)
            assert ready, f"the pump keeps silent after {heard.hex(' ')}"
            heard += os.read(self._fd, 1000)
        bodies = []
        for chunk in filter(None, heard.split(b"\0")):
            body, at = bytearray(), 0
            while at < len(chunk):
                body += chunk[at + 1 : at + chunk[at]] + b"\0"
                at += chunk[at]
            body = bytes(body[:-1])
            assert self.crc(body[:-2]) == int.from_bytes(body[-2:], "big")
            bodies.append(body[:-2])
        assert len(bodies) == frames
        return bodies

    def ask(self, sequence, code, payload=b""):
        """Return the result and the fields of the reply."""
        self.say(self.frame(sequence, code, payload))
        (body,) = self.hear(1)
        assert body[:3] == bytes([1, sequence, code | 0x80])
        return body[3], body[4:]


@pytest.fixture
def build_hand():
    """Put hands on ports; all are taken away in the end."""
    clients = []

    def build(port):
        clients.append(Hand(port))
        return clients[-1]

    yield build
    for client in clients:
        client.close()


@pytest.fixture
def hand(ward, build_hand):
    return build_hand(ward.port)


class BarePump:
    """Firmware with a hand on its clock and its supply."""

    def __init__(self, **parameters):
        parameters = {"clock_drift_ppm": 0, "stroke_variation_percent": 0} | parameters
        self.firmware = BuiltInFirmware(PumpParameters(**parameters), np.random.default_rng(1), EPOCH_NS)
        self.now_ns = EPOCH_NS
        self.volts = 3.0
        self.strokes = []
        self.wait(0)

    def wait(self, seconds, *, talking=False):
        end_ns = self.now_ns + round(seconds * S)
        while talking and self.now_ns < end_ns:
            self.firmware.heard(self.now_ns)
            self._advance(min(self.now_ns + 30 * S, end_ns))
        self._advance(end_ns)

    def _advance(self, t_ns):
        self.strokes += self.firmware.advance(t_ns, supply_v=self.volts, line_kpa=0.0)
        self.now_ns = t_ns

    def do(self, command):
        self.firmware.heard(self.now_ns)
        return self.firmware.handle(command, self.now_ns)

    def start(self, programme):
        assert self.do(Stage(programme)) == DoneReply()
        return self.do(Commit(programme_crc(programme)))

    @property
    def status(self):
        return self.firmware.handle(GetStatus(), self.now_ns)

    @property
    def log(self):
        records = []
        while page := self.firmware.handle(ReadLog(len(records)), self.now_ns).records:
            records += page
        return [(record.event, record.detail, record.clock_ms - EPOCH_NS // 1_000_000) for record in records]

    def feed(self, volts):
        self._advance(self.now_ns)
        self.volts = volts
        self._advance(self.now_ns)


@pytest.fixture
def build_bare():
    return BarePump


@pytest.fixture
def bare():
    return BarePump()


@pytest.fixture
def steady(build_ward):
    """A pump whose strokes are all alike, and its driver."""
    ward = build_ward(stroke_variation_percent=0)
    driver = ward.open()
    driver.set_link_watchdog(seconds=600)
    ward.journal.clear()
    return ward, driver
